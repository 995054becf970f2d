"""Where every channel ends: an arrival is stored once, and acknowledged after the commit."""
