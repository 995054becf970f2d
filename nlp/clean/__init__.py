"""From raw text to what may be kept: redacted, told apart, in the languages it is in."""
