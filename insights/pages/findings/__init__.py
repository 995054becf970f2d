"""What the dashboard says and takes about what the machine found: false alarms, planned work, what was missed."""
