"""The dashboard: pages for service owners and teams."""
