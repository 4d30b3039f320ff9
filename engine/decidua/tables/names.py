"""How the columns of a table are named: as the facts, or as the lower and the upper limit of one."""

from __future__ import annotations

from typing import Literal

from decidua.profile.finding import Fact
from decidua.profile.vocabulary import DERIVED, vocabulary

__all__ = ["COMPLETE", "ENDINGS", "PREFIX", "Part", "allowed_in", "column_names", "may_be_limits", "read_name"]

PREFIX = "decidua_"
"""What the names of the columns begin with that are appended."""

Part = Literal["exact", "at_least", "at_most"]
ENDINGS: dict[Part, str] = {"exact": "", "at_least": "_at_least", "at_most": "_at_most"}

COMPLETE: dict[str, Fact] = {
    f"{section}.complete": Fact(f"{section}.complete", "yes_no", f"Every one of her {section} so far is accounted for")
    for section in ("pregnancies", "transfers")
}
"""Columns that are no findings: they say that her rows in a long table, and the counts beside it, tell all her history.

They say so with that long table only, and then what is not told did not happen, as in a complete section of a profile.
"""

_LIMITED = frozenset(fact.name for fact in DERIVED if fact.kind in ("integer", "number"))


def may_be_limits(fact: Fact) -> bool:
    """Say whether a fact may be known within limits only, and so stand in two columns."""
    return fact.name in _LIMITED


def column_names(fact: Fact) -> tuple[str, ...]:
    """Return the names of the columns that can hold a fact."""
    return tuple(fact.name + ENDINGS[part] for part in ENDINGS if part == "exact" or may_be_limits(fact))


def read_name(name: str) -> tuple[Fact, Part] | None:
    """Return the fact that a column of that name holds and which part of it, or None."""
    for part, ending in ENDINGS.items():
        stem = name.removesuffix(ending)
        fact = vocabulary().get(stem, COMPLETE.get(stem)) if name.endswith(ending) else None
        if fact is not None and (part == "exact" or may_be_limits(fact)):
            return fact, part
    return None


def allowed_in(fact: Fact) -> str:
    """Say what a column of a fact may hold."""
    if fact.kind == "yes_no":
        return "yes or no"
    if fact.kind == "choice":
        return ", ".join(fact.choices)
    what = "whole numbers" if fact.kind == "integer" else "numbers"
    ends = [("from", fact.minimum), ("to", fact.maximum)]
    return " ".join([what, *(f"{word} {end:g}" for word, end in ends if end is not None)])
