"""Proofs about the rulebook over all possible women, each failure with a woman for whom it fails."""
