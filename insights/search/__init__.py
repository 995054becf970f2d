"""Search: what people said, the issues and themes that hold it, and what staff noted, by meaning and by words."""
