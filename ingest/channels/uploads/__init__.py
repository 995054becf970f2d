"""Files of feedback that somebody brings in the browser: kept sealed, their columns proposed, taken in and back."""
