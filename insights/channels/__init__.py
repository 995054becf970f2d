"""The channels of a service as they are watched: what came by each, what waits, which has fallen silent."""
