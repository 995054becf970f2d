"""What there is to do: the stages, the claims on what waits for them, and the messages that wake workers."""
