"""What pages show that no template writes by itself: charts as SVG, and tables that are cards on a narrow screen."""
