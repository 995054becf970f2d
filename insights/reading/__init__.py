"""What is read: services, issues, signals and feedback, as the API and the pages show them."""
