"""The issues of a service as a list: narrowed down, put in order, set against another period, taken away as a file."""
