"""Connects safely to addresses that others chose."""
