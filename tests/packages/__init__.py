"""What is handed out: the wheel, the chart for Kubernetes, the units for systemd, the image."""
