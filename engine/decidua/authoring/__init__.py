"""For the authors of rules: what a rule means, what is odd about a rulebook, and what differs between two of them."""
