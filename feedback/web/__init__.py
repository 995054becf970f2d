"""The front door: the application, health, the API reference, and the pages that join intake and insights."""
