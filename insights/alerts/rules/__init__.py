"""Who is told what, and when: subscriptions, the fan-out of signals, digests, mutes and previews."""
