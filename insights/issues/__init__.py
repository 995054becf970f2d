"""Issues and what becomes of them: what is asked about them, what people decide, their trends."""
