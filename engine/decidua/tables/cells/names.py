"""How the columns of a table are named: as the facts, or as the lower and the upper limit of one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from typing import Literal

from decidua.profile.finding import Fact
from decidua.profile.vocabulary import DERIVED, vocabulary

__all__ = [
    "COMPLETE",
    "ENDINGS",
    "PREFIX",
    "Part",
    "allowed_in",
    "column_names",
    "may_be_limits",
    "nearly_named",
    "read_name",
]

PREFIX = "decidua_"
"""What the names of the columns begin with that are appended."""

Part = Literal["exact", "at_least", "at_most"]
ENDINGS: dict[Part, str] = {"exact": "", "at_least": "_at_least", "at_most": "_at_most"}

CLOSE = 0.9
"""How like a name must be to be taken for a misspelt one: a letter or two in a name of usual length."""

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


def nearly_named(columns: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Return the columns that hold no fact though they are named nearly as one, and that name.

    It differs in case, blanks and the like; or, where it begins as facts do (``losses.``), in a letter or two.

    Args:
        columns: Columns that were not read.
    """
    near = ((column, _near(column)) for column in columns)
    return tuple((column, name) for column, name in near if name is not None)


def _near(column: str) -> str | None:
    names = _bare_names()
    found = names.get(_bare(column))
    if found is not None or column.partition(".")[0] not in {name.partition(".")[0] for name in names.values()}:
        return found
    return next(iter(get_close_matches(column, names.values(), n=1, cutoff=CLOSE)), None)


@cache
def _bare_names() -> dict[str, str]:
    return {_bare(name): name for fact in vocabulary().values() for name in column_names(fact)}


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def allowed_in(fact: Fact) -> str:
    """Say what a column of a fact may hold."""
    if fact.kind == "yes_no":
        return "yes or no"
    if fact.kind == "choice":
        return ", ".join(fact.choices)
    what = "whole numbers" if fact.kind == "integer" else "numbers"
    ends = [("from", fact.minimum), ("to", fact.maximum)]
    return " ".join([what, *(f"{word} {end:g}" for word, end in ends if end is not None)])
