"""The woman: her profile, and the facts drawn from it."""
