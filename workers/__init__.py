"""When things happen: each actor claims, calls, saves, advances."""
