"""Transcribed calls: one file a format, and how to tell what the citizen said from what the agent said."""
