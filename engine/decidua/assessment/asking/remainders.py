"""What is left of conditions as findings come in, each different remainder kept once and known by a number.

The meaning is that of ``decidua.condition.remainder``, one finding at a time; what was worked out once is remembered,
so that a search over many combinations of answers stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator

from decidua.condition.reference import compare
from decidua.condition.syntax import All, AtLeast, Atom, Condition, Known, Not, Rule, Untold
from decidua.profile.facts import Value
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["Node", "Remainders"]

Node = int
"""Number of a remainder; 0 is NO and 1 is YES."""

Form = tuple[str, int, tuple[Node, ...], Atom | Known | Untold | None]
"""How the parts are joined, how many of them must hold, the parts, and the leaf."""


class Remainders:
    """Remainders by number.

    Attributes:
        named: The facts that each still looks at.
    """

    def __init__(self) -> None:
        self._forms: list[Form] = [("no", 0, (), None), ("yes", 0, (), None)]
        self._numbers: dict[Form, Node] = {}
        self._given: dict[tuple[Node, str, Value], Node] = {}
        self.named: list[frozenset[str]] = [frozenset(), frozenset()]

    def of(self, condition: Condition) -> Node:
        """Return the number of a condition that refers to no rule.

        Raises:
            TypeError: It refers to one.
        """
        if isinstance(condition, Rule):
            raise TypeError(f"'{condition.id}' is a reference; put what is left of that rule in its place")
        if isinstance(condition, Atom | Known | Untold):
            return self._number("leaf", 0, (), condition)
        if isinstance(condition, Not):
            return self._join("not", 1, [self.of(condition.part)])
        parts = [self.of(part) for part in condition.parts]
        if isinstance(condition, AtLeast):
            return self._join("some", condition.count, parts)
        return self._join("all" if isinstance(condition, All) else "any", 0, parts)

    def settled(self, node: Node) -> bool:
        """Say whether a remainder is a verdict."""
        return node < 2

    def verdict(self, node: Node) -> Verdict:
        """Return the verdict of a remainder as it stands."""
        return (NO, YES)[node] if node < 2 else UNKNOWN

    def given(self, node: Node, fact: str, value: Value) -> Node:
        """Return what is left once a fact has a value."""
        if fact not in self.named[node]:
            return node
        key = (node, fact, value)
        known = self._given.get(key)
        if known is None:
            how, count, parts, leaf = self._forms[node]
            if isinstance(leaf, Atom):
                known = int(compare(value, leaf) is YES)
            elif leaf is not None:
                known = 1
            else:
                known = self._join(how, count, [self.given(part, fact, value) for part in parts])
            self._given[key] = known
        return known

    def first(self, node: Node, facts: frozenset[str]) -> str | None:
        """Return the first of some facts that a remainder looks at, in the order in which it is written."""
        if not self.named[node] & facts:
            return None
        _, _, parts, leaf = self._forms[node]
        if isinstance(leaf, Atom | Known):
            return leaf.fact
        return next(found for part in parts if (found := self.first(part, facts)) is not None)

    def leaves(self, node: Node) -> Iterator[Atom | Known | Untold]:
        """Yield the leaves of a remainder."""
        _, _, parts, leaf = self._forms[node]
        if leaf is not None:
            yield leaf
        for part in parts:
            yield from self.leaves(part)

    def _join(self, how: str, count: int, parts: list[Node]) -> Node:
        if how == "not":
            return 1 - parts[0] if parts[0] < 2 else self._number(how, 1, (parts[0],), None)
        if how == "some":
            left = [part for part in parts if part > 1]
            missing = count - parts.count(1)
            if missing <= 0:
                return 1
            return self._number(how, missing, tuple(left), None) if len(left) >= missing else 0
        forcing = 0 if how == "all" else 1
        if forcing in parts:
            return forcing
        different = dict.fromkeys(part for part in parts if part > 1)
        if len(different) < 2:
            return next(iter(different), 1 - forcing)
        return self._number(how, 0, tuple(different), None)

    def _number(self, how: str, count: int, parts: tuple[Node, ...], leaf: Atom | Known | Untold | None) -> Node:
        form = (how, count, parts, leaf)
        number = self._numbers.get(form)
        if number is None:
            number = self._numbers[form] = len(self._forms)
            self._forms.append(form)
            own = frozenset({leaf.fact}) if isinstance(leaf, Atom | Known) else frozenset()
            self.named.append(own.union(*(self.named[part] for part in parts)))
        return number
