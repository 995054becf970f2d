"""Issues, their signals, their actions and what belongs together, over HTTP."""
