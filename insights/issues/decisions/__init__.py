"""What people decide about issues, signals and single pieces; written down, and much of it undone again."""
