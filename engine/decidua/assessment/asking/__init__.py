"""What to find out next: the questions, and the smallest sets of findings that settle an option."""
