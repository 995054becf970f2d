"""A service on the dashboard: its issues narrowed down, what is done with several at once, saved views, periods."""
