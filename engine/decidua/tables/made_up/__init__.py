"""Made-up registers, for trying out: every figure in them is invented."""
