"""Which statements belong together: joining an issue, grouping a service anew, and what people decided about it."""
