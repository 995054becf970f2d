"""From counts to signals, alerts, actions and outcomes."""
