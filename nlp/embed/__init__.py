"""Vectors of texts: the model, its checkpoint, and arithmetic on unit rows."""
