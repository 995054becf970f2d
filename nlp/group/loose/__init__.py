"""Groups that are loose, which are cut down to their cores or parted, and those that only accompany another."""
