"""What is usual, and where too much is said: the parts of `insights.detection.detector`."""
