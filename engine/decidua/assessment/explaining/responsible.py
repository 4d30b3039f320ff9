"""The smallest sets of her findings that decide a verdict by themselves, whatever else is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from decidua.assessment.answers.explanation import DecidingFinding, Responsible
from decidua.assessment.explaining.looked_at import condition_in
from decidua.assessment.explaining.ways import Aim, Bounds, Ways
from decidua.assessment.verdicts import Verdicts
from decidua.condition.english import value_in_english
from decidua.condition.syntax import Rule
from decidua.profile.facts import Value
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook

__all__ = ["ResponsibleFindings", "bounds_of"]


class ResponsibleFindings:
    """Finds the findings of one woman that are responsible for the verdicts of some rules.

    Args:
        verdicts: Her verdicts.
        known: What is known of each finding that a set may be of.
    """

    def __init__(self, verdicts: Verdicts, known: Mapping[str, Value]) -> None:
        self.verdicts = verdicts
        view = verdicts.view
        self.bounds = bounds_of(view)
        self.ways = Ways(
            {name: (None, known[name]) for name in vocabulary() if name in known},
            partial(condition_in, view),
            {},
        )

    def of(self, id_: str, aim: Aim, decides: str) -> Responsible:
        """Return the smallest sets that bring a rule to a verdict by themselves, with all else unknown.

        Args:
            id_: The rule.
            aim: Its verdict.
            decides: What that decides, in words.
        """
        found = self.ways.smallest([(Rule(id_), aim)], self.bounds)
        sets = tuple(tuple(self._said(name) for name in one) for one in found.sets)
        return Responsible(id_, decides, sets, found.smallest, found.complete)

    def _said(self, name: str) -> DecidingFinding:
        fact = vocabulary()[name]
        return DecidingFinding(name, fact.label, value_in_english(self.verdicts.facts.get(name), fact))


def bounds_of(view: DatedRulebook) -> Bounds:
    """Return where the search ends, as the rules declare it."""
    policy = view.book.policy.explain
    return Bounds(policy.most_findings, policy.most_sets, policy.most_steps)
