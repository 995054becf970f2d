"""What citizens who asked for it are told, once, and how it reaches them."""
