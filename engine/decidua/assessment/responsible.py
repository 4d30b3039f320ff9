"""The smallest sets of her findings that decide a verdict by themselves, whatever else is unknown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from decidua.assessment.explanation_answer import DecidingFinding, Responsible
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.ways import Aim, Bounds, Found, smallest_sets
from decidua.condition.english import value_in_english
from decidua.condition.syntax import Atom, Condition, Known, Rule, walk
from decidua.profile.facts import Value
from decidua.profile.vocabulary import vocabulary

__all__ = ["bounds_of", "condition_in", "deciding_sets", "leaves_behind", "looked_at", "responsible_findings"]


def bounds_of(verdicts: Verdicts) -> Bounds:
    """Return where the search ends, as the rules declare it."""
    policy = verdicts.view.book.policy.explain
    return Bounds(policy.most_findings, policy.most_sets, policy.most_steps)


def condition_in(verdicts: Verdicts, id_: str) -> Condition | None:
    """Return the condition of a rule, or None where it is not in force on the date."""
    rule = verdicts.view.rules.get(id_)
    return None if rule is None else rule.condition


def deciding_sets(verdicts: Verdicts, id_: str, aim: Aim, findings: Iterable[str]) -> Found:
    """Return the smallest sets of some of her findings that bring a rule to a verdict, all else unknown.

    Args:
        verdicts: Her verdicts.
        id_: The rule.
        aim: The verdict.
        findings: Names of the findings that a set may be of.
    """
    known: dict[str, tuple[Value | None, ...]] = {}
    for name in findings:
        value = verdicts.facts.get(name)
        if value is not None:
            known[name] = (None, value)
    return smallest_sets([(Rule(id_), aim)], known, lambda id_: condition_in(verdicts, id_), bounds_of(verdicts), {})


def responsible_findings(
    verdicts: Verdicts, id_: str, aim: Aim, decides: str, findings: Iterable[str] | None = None
) -> Responsible:
    """Return the findings of hers that are responsible for a rule's verdict.

    Args:
        verdicts: Her verdicts.
        id_: The rule.
        aim: Its verdict.
        decides: What that decides, in words.
        findings: Names of the findings that a set may be of; all that the rule looks at where none are given.
    """
    names = findings if findings is not None else looked_at(verdicts, [id_])
    found = deciding_sets(verdicts, id_, aim, names)
    sets = tuple(tuple(_said(verdicts, name) for name in one) for one in found.sets)
    return Responsible(decides, sets, found.smallest, found.complete)


def leaves_behind(verdicts: Verdicts, id_: str) -> tuple[Atom | Known, ...]:
    """Return every comparison in a rule and in those it refers to, in order; kept for the date."""
    return verdicts.view.keep(("leaves behind", id_), lambda: tuple(_leaves(verdicts, id_)))


def _leaves(verdicts: Verdicts, id_: str) -> Iterator[Atom | Known]:
    condition = condition_in(verdicts, id_)
    if condition is None:
        return
    found: dict[Atom | Known, None] = {}
    for node in walk(condition):
        if isinstance(node, Atom | Known):
            found.setdefault(node)
        elif isinstance(node, Rule):
            for leaf in leaves_behind(verdicts, node.id):
                found.setdefault(leaf)
    yield from found


def looked_at(verdicts: Verdicts, ids: Iterable[str]) -> list[str]:
    """Return the findings that some rules, and those they refer to, look at, in the order of the vocabulary."""
    named = {leaf.fact for id_ in ids for leaf in leaves_behind(verdicts, id_)}
    return [name for name in vocabulary() if name in named]


def _said(verdicts: Verdicts, name: str) -> DecidingFinding:
    fact = vocabulary()[name]
    return DecidingFinding(name, fact.label, value_in_english(verdicts.facts.get(name), fact))
