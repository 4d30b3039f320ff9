"""The options for her: status by the declared table, rank, and the answer on each."""
