"""Pure computation: text and arrays in, values out. No database, nothing of ours imported."""
