"""What is written out: files for their owner alone, tables without formulas."""
