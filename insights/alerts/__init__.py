"""Who is told what, when and how: `rules` decide and stand on `delivery`, which sends; both use `payload`."""
