"""How unlikely a count is, what is usual for a service, and how far chance may be believed."""
