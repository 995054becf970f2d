"""Word lists of the rules, to be read and corrected by people."""
