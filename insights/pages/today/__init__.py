"""The first page after signing in: what there is to do, and the services that somebody looks after."""
