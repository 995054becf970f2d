"""Anything that arrives becomes an `Arrival`, and is stored once."""
