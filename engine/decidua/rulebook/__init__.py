"""The rules: their models, loading, checking, and what holds on a date."""
