"""What needs somebody today, over all services that they may see: read for the first page, and the same over HTTP."""
