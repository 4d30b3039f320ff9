"""The syntax tree of a condition: eight kinds of node, frozen and comparable, with no behaviour of their own.

Every engine walks this one tree. ``Untold`` stands for something a condition needs and that cannot be looked up: a
point of a definition that was not read, or a criterion about her that no finding of the vocabulary expresses. It is
always UNKNOWN, so it decides only the women whom that point would decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from decidua.frozen import Frozen

__all__ = [
    "OPERATORS",
    "All",
    "AnyOf",
    "AtLeast",
    "Atom",
    "Condition",
    "Known",
    "Literal_",
    "Not",
    "Operator",
    "Rule",
    "Untold",
    "atoms",
    "children",
    "facts_in",
    "rules_in",
    "walk",
]

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in"]
OPERATORS: tuple[Operator, ...] = ("=", "!=", "<", "<=", ">", ">=", "in", "not in")
Literal_ = int | float | bool | str


class Atom(Frozen):
    """A fact compared with a literal, such as ``losses.total >= 3``; UNKNOWN while the fact is not known.

    Attributes:
        fact: Name in the vocabulary.
        operator: One of ``OPERATORS``.
        value: A literal in the fact's own unit; a tuple of literals for ``in`` and ``not in``.
    """

    fact: str
    operator: Operator
    value: Literal_ | tuple[Literal_, ...]


class Known(Frozen):
    """Whether a fact is known at all; never UNKNOWN, and for panels and policy only."""

    fact: str


class Rule(Frozen):
    """Another rule's verdict, by its id."""

    id: str


class All(Frozen):
    """YES when every part is; NO when any part is NO."""

    parts: tuple[Condition, ...]


class AnyOf(Frozen):
    """YES when any part is; NO when every part is NO."""

    parts: tuple[Condition, ...]


class Not(Frozen):
    """Swaps YES and NO of its part; UNKNOWN stays UNKNOWN."""

    part: Condition


class AtLeast(Frozen):
    """YES when at least ``count`` of the parts are, whatever the unknown ones turn out to be."""

    count: int
    parts: tuple[Condition, ...]


class Untold(Frozen):
    """Always UNKNOWN: ``unread`` in the source, or in ``words`` that no finding expresses."""

    text: str
    why: Literal["unread", "words"]


Condition = Atom | Known | Rule | All | AnyOf | Not | AtLeast | Untold


def children(condition: Condition) -> tuple[Condition, ...]:
    """Return the parts directly below a node."""
    if isinstance(condition, All | AnyOf | AtLeast):
        return condition.parts
    if isinstance(condition, Not):
        return (condition.part,)
    return ()


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield the node and everything below it, parents first."""
    yield condition
    for child in children(condition):
        yield from walk(child)


def atoms(condition: Condition) -> Iterator[Atom | Known]:
    """Yield every comparison and every ``known`` of a condition."""
    return (node for node in walk(condition) if isinstance(node, Atom | Known))


def facts_in(condition: Condition) -> frozenset[str]:
    """Return the facts a condition looks at, those behind other rules not included."""
    return frozenset(atom.fact for atom in atoms(condition))


def rules_in(condition: Condition) -> frozenset[str]:
    """Return the ids of the rules a condition refers to."""
    return frozenset(node.id for node in walk(condition) if isinstance(node, Rule))
