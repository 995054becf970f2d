"""Mailboxes that are looked into: each mail is taken in once, and none is deleted."""
