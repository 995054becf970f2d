"""One file a format: verify, parse, return Arrivals. Nothing else."""
