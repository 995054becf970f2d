"""How long a citizen's own words and contact are kept, who may see them, and how they are destroyed."""
