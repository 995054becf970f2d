"""The ground floor: what is stored, and the rules about it."""
