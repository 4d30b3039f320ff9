"""The same woman at two dates: what changed, and through which source."""
