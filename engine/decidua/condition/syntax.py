"""The syntax tree of a condition: eight kinds of node, frozen and comparable, with no behaviour of their own.

Every engine walks this one tree. ``Untold`` stands for something a condition needs and that cannot be looked up: a
point of a definition that was not read, or a criterion about her that no finding of the vocabulary expresses. It is
always UNKNOWN, so it decides only the women whom that point would decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

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
    "one_of_each",
    "rules_in",
    "walk",
]

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in"]
OPERATORS: tuple[Operator, ...] = ("=", "!=", "<", "<=", ">", ">=", "in", "not in")
Literal_ = int | float | bool | str


class Node(Frozen):
    """A node of the tree; its hash is worked out once, since nodes are looked up for every woman."""

    def __hash__(self) -> int:
        known: int | None = self.__dict__.get("_hash")
        if known is None:
            known = self.__dict__["_hash"] = super().__hash__()
        return known

    def __getstate__(self) -> dict[str, Any]:
        """Keep the fields alone: the hash of a text is another in each process."""
        return {name: self.__dict__[name] for name in self._names}


class Atom(Node):
    """A fact compared with a literal, such as ``losses.total >= 3``; UNKNOWN while the fact is not known.

    Attributes:
        fact: Name in the vocabulary.
        operator: One of ``OPERATORS``.
        value: A literal in the fact's own unit; a tuple of literals for ``in`` and ``not in``.
    """

    fact: str
    operator: Operator
    value: Literal_ | tuple[Literal_, ...]

    def __eq__(self, other: object) -> bool:
        """Say whether it is the same comparison; a yes is no 1, though Python holds them equal."""
        if not isinstance(other, Atom):
            return NotImplemented
        return super().__eq__(other) and _types(self.value) == _types(other.value)

    __hash__ = Node.__hash__


def _types(value: Literal_ | tuple[Literal_, ...]) -> list[type]:
    return [type(one) for one in (value if isinstance(value, tuple) else (value,))]


class Known(Node):
    """Whether a fact is known at all; never UNKNOWN, and for panels and policy only."""

    fact: str


class Rule(Node):
    """Another rule's verdict, by its id."""

    id: str


class All(Node):
    """YES when every part is; NO when any part is NO."""

    parts: tuple[Condition, ...]


class AnyOf(Node):
    """YES when any part is; NO when every part is NO."""

    parts: tuple[Condition, ...]


class Not(Node):
    """Swaps YES and NO of its part; UNKNOWN stays UNKNOWN."""

    part: Condition


class AtLeast(Node):
    """YES when at least ``count`` of the parts are, whatever the unknown ones turn out to be."""

    count: int
    parts: tuple[Condition, ...]


class Untold(Node):
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


def one_of_each(condition: Condition, met: dict[Condition, Condition]) -> Condition:
    """Return an equal condition in which whatever was met before is the very same object.

    Args:
        condition: The tree.
        met: Every node met so far, added to here.
    """
    known = met.get(condition)
    if known is not None:
        return known
    if isinstance(condition, All | AnyOf | AtLeast):
        condition = replace(condition, parts=tuple(one_of_each(part, met) for part in condition.parts))
    elif isinstance(condition, Not):
        condition = Not(one_of_each(condition.part, met))
    met[condition] = condition
    return condition


def atoms(condition: Condition) -> Iterator[Atom | Known]:
    """Yield every comparison and every ``known`` of a condition."""
    return (node for node in walk(condition) if isinstance(node, Atom | Known))


def facts_in(condition: Condition) -> frozenset[str]:
    """Return the facts a condition looks at, those behind other rules not included."""
    return frozenset(atom.fact for atom in atoms(condition))


def rules_in(condition: Condition) -> frozenset[str]:
    """Return the ids of the rules a condition refers to."""
    return frozenset(node.id for node in walk(condition) if isinstance(node, Rule))
