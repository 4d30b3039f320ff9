"""From verdicts and evidence to the answer: effects, statuses, rank, words."""
