"""Whom the eligibility of studies would take of a table, and what changing a criterion would do."""
