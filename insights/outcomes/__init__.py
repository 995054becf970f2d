"""What actions did: the effect of each, and the ledger of them all."""
