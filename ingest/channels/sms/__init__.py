"""Text messages: one file a provider, what they share, and long messages that come in parts."""
