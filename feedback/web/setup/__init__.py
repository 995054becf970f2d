"""What is set up in the browser: services, how people reach them, files of feedback that are brought along."""
