"""Formats of an answer; a report formats, it never decides."""
