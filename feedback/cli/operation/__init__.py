"""The commands with which an operator keeps an installation, and looks into it."""
