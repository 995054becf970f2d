"""The made-up town and its feedback."""
