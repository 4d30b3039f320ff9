"""The frame engine: the conditions as expressions over the columns of a table, one row a woman.

narwhals speaks to the library that holds the table, so the same expressions run on Polars and on PyArrow. A verdict
column holds true, false or null, which is unknown; ``&``, ``|`` and ``~`` have the meaning of ``truth.py`` there.
Every distinct node of all the conditions is worked out once: what several rules share is one column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import add, and_, or_
from typing import Any, TypeVar

import narwhals as nw

from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Literal_, Not, Rule, Untold, children
from decidua.errors import RulebookError
from decidua.frozen import Frozen
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["FactColumns", "FramePlan", "Term"]

Term = str | Verdict
"""Where a verdict stands: the name of a column, or the one verdict that every woman has."""
Frame = TypeVar("Frame", nw.DataFrame[Any], nw.LazyFrame[Any])


class FactColumns(Frozen):
    """The columns that hold what is known of one fact; null is unknown.

    Attributes:
        value: The exact value. True and false, whole numbers, numbers or text; never NaN.
        low: The least it can be, where it may be known within limits only; the value itself where that is known.
        high: The most it can be; null where there is no upper limit.
    """

    value: str
    low: str | None = None
    high: str | None = None


class FramePlan:
    """Rules made ready for tables that have the same columns.

    Args:
        rules: Conditions by id; one refers only to rules among them.
        facts: The columns of each fact that the table has; a fact without a column is unknown for every woman.
        prefix: What the names of the columns begin with that a plan adds.

    Raises:
        RulebookError: A condition refers to a rule that is not there, or to itself through others.
    """

    def __init__(
        self, rules: Mapping[str, Condition], facts: Mapping[str, FactColumns], prefix: str = "decidua node "
    ) -> None:
        self.facts = facts
        self._rules = rules
        self._prefix = prefix
        self._terms: dict[Condition, Term] = {}
        self._levels: list[dict[str, nw.Expr]] = []
        self._level_of: dict[str, int] = {}
        self._open: set[Condition] = set()
        for condition in rules.values():
            self.term(condition)

    def verdict(self, id_: str) -> Term:
        """Return where the verdict of a rule stands."""
        return self.term(self._rules[id_])

    def condition(self, id_: str) -> Condition:
        """Return the condition of a rule."""
        return self._rules[id_]

    def parts(self, condition: Condition) -> tuple[Condition, ...]:
        """Return what a condition is made of; what a reference to a rule stands for is its only part."""
        return (self._rules[condition.id],) if isinstance(condition, Rule) else children(condition)

    def term(self, condition: Condition) -> Term:
        """Return where the verdict of a condition stands; one that the rules do not hold is added."""
        found = self._terms.get(condition)
        if found is not None:
            return found
        if condition in self._open:
            raise RulebookError("a rule refers to itself through others")
        self._open.add(condition)
        if isinstance(condition, Rule) and condition.id not in self._rules:
            raise RulebookError(f"there is no rule '{condition.id}'")
        parts = [self.term(part) for part in self.parts(condition)]
        term = parts[0] if isinstance(condition, Rule) else self._made(condition, parts)
        self._open.discard(condition)
        self._terms[condition] = term
        return term

    def judge(self, frame: Frame) -> Frame:
        """Return the table with the columns of all verdicts added."""
        for level in self._levels:
            frame = frame.with_columns(**level)
        return frame

    def _made(self, condition: Condition, parts: list[Term]) -> Term:
        made = self._expression(condition, parts)
        if isinstance(made, Verdict):
            return made
        level = 1 + max((self._level_of[part] for part in parts if not isinstance(part, Verdict)), default=-1)
        while len(self._levels) <= level:
            self._levels.append({})
        name = f"{self._prefix}{len(self._level_of)}"
        self._level_of[name] = level
        self._levels[level][name] = made
        return name

    def _expression(self, condition: Condition, parts: list[Term]) -> nw.Expr | Verdict:
        if isinstance(condition, Untold):
            return UNKNOWN
        if isinstance(condition, Known):
            return ~nw.col(self.facts[condition.fact].value).is_null() if self._has(condition) else NO
        if isinstance(condition, Atom):
            return _comparison(self.facts[condition.fact], condition) if self._has(condition) else UNKNOWN
        if isinstance(condition, Not):
            return _negation(parts[0])
        if isinstance(condition, All):
            return _all_of(parts)
        if isinstance(condition, AnyOf):
            return _any_of(parts)
        if isinstance(condition, AtLeast):
            return _at_least(condition.count, parts)
        raise RulebookError(f"{condition} stands for no condition")

    def _has(self, leaf: Atom | Known) -> bool:
        return leaf.fact in self.facts


def _columns(parts: Iterable[Term]) -> Iterator[nw.Expr]:
    return (nw.col(part) for part in dict.fromkeys(parts) if not isinstance(part, Verdict))


def _negation(part: Term) -> nw.Expr | Verdict:
    if isinstance(part, Verdict):
        return {YES: NO, NO: YES, UNKNOWN: UNKNOWN}[part]
    return ~nw.col(part)


def _all_of(parts: list[Term]) -> nw.Expr | Verdict:
    if NO in parts:
        return NO
    columns = list(_columns(parts))
    if not columns:
        return UNKNOWN if UNKNOWN in parts else YES
    joined = reduce(and_, columns)
    return nw.when(~joined).then(nw.lit(value=False)) if UNKNOWN in parts else joined


def _any_of(parts: list[Term]) -> nw.Expr | Verdict:
    if YES in parts:
        return YES
    columns = list(_columns(parts))
    if not columns:
        return UNKNOWN if UNKNOWN in parts else NO
    joined = reduce(or_, columns)
    return nw.when(joined).then(nw.lit(value=True)) if UNKNOWN in parts else joined


def _at_least(count: int, parts: list[Term]) -> nw.Expr | Verdict:
    """Count the parts that are YES and those that may be; a part that is named twice counts twice."""
    columns = [nw.col(part) for part in parts if not isinstance(part, Verdict)]
    certain, possible = parts.count(YES), parts.count(YES) + parts.count(UNKNOWN)
    if not columns or certain >= count or possible + len(columns) < count:
        return YES if certain >= count else NO if possible + len(columns) < count else UNKNOWN
    one, none = nw.lit(1), nw.lit(0)
    yes = reduce(add, [nw.when(column).then(one).otherwise(none) for column in columns])
    no = reduce(add, [nw.when(~column).then(one).otherwise(none) for column in columns])
    return _settled(yes + certain >= count, (len(columns) + possible) - no < count)


def _settled(certain: nw.Expr, impossible: nw.Expr) -> nw.Expr:
    """Return true where it is certain, false where it is impossible, else null; null counts as neither."""
    refused = nw.when(impossible).then(nw.lit(value=False))
    return nw.when(certain).then(nw.lit(value=True)).otherwise(refused)


def _comparison(fact: FactColumns, atom: Atom) -> nw.Expr:
    wanted = atom.value
    several = wanted if isinstance(wanted, tuple) else (wanted,)
    if atom.operator in ("=", "in"):
        return _equals(fact, several)
    if atom.operator in ("!=", "not in"):
        return ~_equals(fact, several)
    if isinstance(wanted, tuple | str | bool):
        raise TypeError(f"{atom.operator} compares numbers, not {wanted!r}")
    return _order(fact, atom.operator, wanted)


def _equals(fact: FactColumns, several: tuple[Literal_, ...]) -> nw.Expr:
    return reduce(or_, [_equals_one(fact, one) for one in dict.fromkeys(several)])


def _equals_one(fact: FactColumns, wanted: Literal_) -> nw.Expr:
    if fact.low is None or fact.high is None:
        value = nw.col(fact.value)
        return (value if wanted else ~value) if isinstance(wanted, bool) else value == wanted
    low, high = nw.col(fact.low), nw.col(fact.high)
    return _settled((low == wanted) & (high == wanted), (low > wanted) | (high < wanted))


def _order(fact: FactColumns, operator: str, wanted: float) -> nw.Expr:
    bounded = fact.low is not None and fact.high is not None
    low, high = (nw.col(fact.low or fact.value), nw.col(fact.high or fact.value))
    if operator == ">=":
        return _settled(low >= wanted, high < wanted) if bounded else low >= wanted
    if operator == ">":
        return _settled(low > wanted, high <= wanted) if bounded else low > wanted
    if operator == "<=":
        return _settled(high <= wanted, low > wanted) if bounded else low <= wanted
    return _settled(high < wanted, low >= wanted) if bounded else low < wanted
