"""What operators do with a whole installation: back it up, restore it, ask what is wrong."""
