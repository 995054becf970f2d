"""Services, their feedback, its search and its export, over HTTP."""
