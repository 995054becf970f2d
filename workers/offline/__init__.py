"""The tools that work on files: analyse, backtest, redact; no database, no server."""
