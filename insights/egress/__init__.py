"""Reaching out to addresses that others chose, safely."""
