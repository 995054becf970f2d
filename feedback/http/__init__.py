"""What every HTTP door shares: who is asking, pages of a list, templates, static files."""
