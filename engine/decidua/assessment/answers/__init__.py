"""What comes out: typed answers, which the JSON holds and every report formats."""
