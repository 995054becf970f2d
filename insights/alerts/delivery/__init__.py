"""How an alert reaches a subscriber: the envelope, the transports, the attempts, and what each failed one means."""
