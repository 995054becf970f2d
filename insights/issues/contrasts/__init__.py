"""What is new in the reports on a surge: as it is found, and as it is kept for whoever looks."""
