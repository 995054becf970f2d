"""What several services hear: themes across services, and the signals that only all together give."""
