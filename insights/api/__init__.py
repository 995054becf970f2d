"""The insights API over HTTP: what staff and their programs ask and decide. Each handler owns its transaction."""
