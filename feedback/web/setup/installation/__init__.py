"""What is set about the installation: shown, tried, and by admins set, where its operator has not."""
