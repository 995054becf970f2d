"""What finds personal data: Presidio's recognisers with our patterns, addresses, names, and views through disguises."""
