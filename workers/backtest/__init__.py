"""Backtests: what a history would have raised, by the very code of the running product."""
