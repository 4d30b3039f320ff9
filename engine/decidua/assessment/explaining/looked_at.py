"""Which findings a rule looks at, those of the rules it refers to included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from decidua.condition.syntax import Atom, Condition, Known, Rule, walk
from decidua.rulebook.book import DatedRulebook

__all__ = ["condition_in", "leaves_behind", "looked_at"]


def condition_in(view: DatedRulebook, id_: str) -> Condition | None:
    """Return the condition of a rule, or None where it is not in force on the date."""
    rule = view.rules.get(id_)
    return None if rule is None else rule.condition


def leaves_behind(view: DatedRulebook, id_: str) -> tuple[Atom | Known, ...]:
    """Return every comparison in a rule and in those it refers to, in order; kept for the date."""
    return view.keep(("leaves behind", id_), lambda: tuple(_leaves(view, id_)))


def _leaves(view: DatedRulebook, id_: str) -> Iterator[Atom | Known]:
    condition = condition_in(view, id_)
    found: dict[Atom | Known, None] = {}
    for node in () if condition is None else walk(condition):
        if isinstance(node, Atom | Known):
            found.setdefault(node)
        elif isinstance(node, Rule):
            for leaf in leaves_behind(view, node.id):
                found.setdefault(leaf)
    yield from found


def looked_at(view: DatedRulebook, ids: Iterable[str]) -> set[str]:
    """Return the findings that some rules, and those they refer to, look at."""
    return {name for id_ in ids for name in view.keep(("looked at", id_), partial(_named, view, id_))}


def _named(view: DatedRulebook, id_: str) -> frozenset[str]:
    return frozenset(leaf.fact for leaf in leaves_behind(view, id_))
