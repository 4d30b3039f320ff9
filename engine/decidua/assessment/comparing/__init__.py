"""The same woman twice: at two dates, without a study, with retracted work."""
