"""The criteria of a study's eligibility: each for itself, numbered, and whether findings can express it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from decidua.condition.english import in_english
from decidua.condition.syntax import All, AnyOf, Condition, Not, Untold, children, walk
from decidua.frozen import Frozen
from decidua.profile.vocabulary import vocabulary

__all__ = ["Criterion", "InText", "Kind", "Origin", "criteria_of"]

Kind = Literal["asks_for", "leaves_out"]
InText = Literal["no", "in_part", "wholly"]
Origin = Literal["own", "changed", "added"]


class Criterion(Frozen):
    """One criterion.

    Attributes:
        number: From 1, in the order of the record; one that is added comes after the last.
        condition: What a woman has to meet; a criterion that leaves women out is the negation of what it leaves out.
        origin: Whether it is the study's own, or was changed or added on request.
    """

    number: int
    condition: Condition
    origin: Origin = "own"

    @property
    def kind(self) -> Kind:
        """Whether it asks for something, or leaves out who has it."""
        return "leaves_out" if isinstance(self.condition, Not) else "asks_for"

    @property
    def points(self) -> tuple[str, ...]:
        """What of it stays as text, since it was not read or no finding expresses it."""
        return tuple(dict.fromkeys(node.text for node in walk(self.condition) if isinstance(node, Untold)))

    @property
    def in_text(self) -> InText:
        """Whether it stays as text; of one that does so wholly nothing can be known of any woman."""
        leaves = [node for node in walk(self.condition) if not children(node)]
        told = sum(isinstance(leaf, Untold) for leaf in leaves)
        return "no" if not told else "wholly" if told == len(leaves) else "in_part"

    def says(self, titles: Mapping[str, str]) -> str:
        """Say what it asks for, or what it leaves out.

        Args:
            titles: Titles of rules by id.
        """
        node = self.condition.part if isinstance(self.condition, Not) else self.condition
        return in_english(node, vocabulary(), titles)


def criteria_of(eligibility: Condition) -> tuple[Criterion, ...]:
    """Take an eligibility apart into criteria that mean the same together, for every woman.

    What is joined by ``all`` is several criteria, and so is an exclusion of any of several things.
    """
    return tuple(Criterion(at, one) for at, one in enumerate(dict.fromkeys(_apart(eligibility)), 1))


def _apart(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, All):
        for part in condition.parts:
            yield from _apart(part)
    elif isinstance(condition, Not) and isinstance(condition.part, AnyOf):
        for part in condition.part.parts:
            yield from _apart(Not(part))
    elif isinstance(condition, Not) and isinstance(condition.part, Not):
        yield from _apart(condition.part.part)
    else:
        yield condition
