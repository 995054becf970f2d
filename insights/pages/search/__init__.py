"""The pages of search: over everything, and through one service with what the machine missed."""
