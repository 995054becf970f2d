"""Groups of which no statement says nearly what two in five say: cut down to their cores, or parted."""
