"""The tools that work on files: analyse and redact; no database, no server."""
