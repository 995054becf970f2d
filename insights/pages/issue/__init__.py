"""The pages of one issue: what it is and what to do about it, and what belongs to it."""
