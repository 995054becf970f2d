"""Alerts, subscriptions and deliveries over HTTP."""
