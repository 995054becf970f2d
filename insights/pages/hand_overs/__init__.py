"""The pages on which feedback is handed over to the service that it is meant for, and taken back."""
