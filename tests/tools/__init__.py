"""Tools that measure the house, and tests that hold what they measure."""
