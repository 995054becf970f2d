"""Who comes in, and what they may: signing in, sessions, staff, keys and the audit log."""
