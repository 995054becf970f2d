"""Processes that are kept alive, and the servers that run beside us."""
