"""What people decide about issues, signals and single pieces of feedback; much of it can be undone."""
