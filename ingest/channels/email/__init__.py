"""Mail: one message as an arrival, and the mailboxes that it is fetched from."""
