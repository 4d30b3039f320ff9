"""From cells to facts: how columns are named and mapped, what cannot be used, and counts that bound each other."""
