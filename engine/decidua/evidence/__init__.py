"""What was read, and the arithmetic on it: effects, pooling, certainty."""
