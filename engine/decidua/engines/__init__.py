"""Engines beside the reference one; each is held to it."""
