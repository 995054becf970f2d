"""What is read about issues, services and feedback: each module answers one kind of question."""
