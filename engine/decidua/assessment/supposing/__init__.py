"""What would be said of her with other evidence: without a study, with retracted work, at other chances."""
