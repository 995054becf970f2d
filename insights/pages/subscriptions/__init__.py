"""What staff do with subscriptions beside making them: one is edited, feed readers are given addresses."""
