"""One file a stage: what is done to the rows that wait there."""
