"""Changes to a study's eligibility, written in the rule language: what a trial that is planned would ask for instead.

The forms are::

    2: losses.total >= 2                        criterion 2 as listed becomes this
    losses.total >= 3 to losses.total >= 2      this comparison, wherever the criteria hold it, becomes that one
    drop 2                                      criterion 2 is left away
    add age < 40                                a further criterion
    add not: condition.lupus = yes              a further one that leaves women out
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from decidua.condition.parser import parse_condition
from decidua.condition.syntax import All, AnyOf, AtLeast, Condition, Not, walk
from decidua.condition.written import written
from decidua.document import parse_document
from decidua.errors import DeciduaError, DocumentError, Fault, nearest
from decidua.rulebook.book import Rulebook
from decidua.rulebook.checking import condition_faults
from decidua.tables.feasibility.criteria import Criterion
from decidua.tables.feasibility.result import ChangeMade

__all__ = ["apply_changes"]

_NUMBERED = re.compile(r"(\d+)\s*:\s*(.+)", re.DOTALL)
_DROP = re.compile(r"drop\s+(\d+)")
_ADD = re.compile(r"add\s+(.+)", re.DOTALL)
_TO = re.compile(r"\s+to\s+")
FORMS = "write '2: CONDITION', 'CONDITION to CONDITION', 'drop 2' or 'add CONDITION'"


def apply_changes(
    book: Rulebook, study: str, own: Sequence[Criterion], changes: Sequence[str]
) -> tuple[tuple[Criterion, ...], tuple[ChangeMade, ...]]:
    """Return the criteria with some changes made, and what was changed.

    Args:
        book: Whose rules the changes may refer to.
        study: Id of the study.
        own: Its own criteria.
        changes: The changes, in the order in which they are made.

    Raises:
        DeciduaError: A change cannot be read or made, with every fault.
    """
    eligibility = _Eligibility(book, study, own)
    faults: list[Fault] = []
    for text in changes:
        try:
            eligibility.change(text.strip())
        except DeciduaError as error:
            faults.extend(Fault(one.message, field=f"change '{text.strip()}'", code=one.code) for one in error.faults)
    if faults:
        raise DeciduaError(faults)
    return eligibility.criteria(), eligibility.made()


class _Eligibility:
    """Criteria under change."""

    def __init__(self, book: Rulebook, study: str, own: Sequence[Criterion]) -> None:
        self._book = book
        self._study = study
        self._own = {one.number: one.condition for one in own}
        self._now: dict[int, Condition | None] = dict(self._own)
        self._by_number: set[int] = set()

    def change(self, text: str) -> None:
        """Make one change."""
        if found := _DROP.fullmatch(text):
            self._now[self._numbered(found[1])] = None
        elif found := _NUMBERED.fullmatch(text):
            self._replace(self._numbered(found[1]), self._condition(found[2]))
        elif found := _ADD.fullmatch(text):
            self._now[max(self._now, default=0) + 1] = self._condition(found[1])
        elif len(_TO.findall(text)) == 1:
            self._replace_within(*(self._condition(part) for part in _TO.split(text)))
        else:
            raise DeciduaError(f"is no change that can be read; {FORMS}")

    def _numbered(self, written_number: str) -> int:
        number = int(written_number)
        if number not in self._own:
            raise DeciduaError(f"'{self._study}' has no criterion {number}; they are numbered 1 to {len(self._own)}")
        if number in self._by_number or self._now[number] != self._own[number]:
            raise DeciduaError(f"criterion {number} is changed already; give one change for each")
        self._by_number.add(number)
        return number

    def _condition(self, text: str) -> Condition:
        faults: list[Fault] = []
        try:
            value: Any = parse_document(text, name="").value
        except DocumentError:
            raise DeciduaError(f"'{text}' is no condition; write a comparison such as 'losses.total >= 3'") from None
        condition = parse_condition(value, report=lambda _, message: faults.append(Fault(message)))
        if condition is not None and not faults:
            faults = condition_faults(self._book, condition)
        if condition is None or faults:
            raise DeciduaError(faults)
        return condition

    def _replace(self, number: int, condition: Condition) -> None:
        if isinstance(self._own[number], Not) and not isinstance(condition, Not):
            asked = written(condition)
            raise DeciduaError(
                f"criterion {number} leaves women out; write '{number}: not: {asked}' to leave out others, or "
                f"'drop {number}' and 'add {asked}' to ask for it"
            )
        self._now[number] = condition

    def _replace_within(self, old: Condition, new: Condition) -> None:
        held = [number for number, now in self._now.items() if now is not None and old in walk(now)]
        if not held:
            conditions = [node for now in self._now.values() if now is not None for node in walk(now)]
            near = nearest(written(old), [written(node) for node in conditions])
            raise DeciduaError(f"no criterion of '{self._study}' holds '{written(old)}'{near}")
        for number in held:
            now = self._now[number]
            if now is not None:
                self._now[number] = _replaced(now, old, new)

    def criteria(self) -> tuple[Criterion, ...]:
        """Return the criteria as they are now."""
        return tuple(
            Criterion(
                number,
                now,
                "added" if number not in self._own else "own" if now == self._own[number] else "changed",
            )
            for number, now in self._now.items()
            if now is not None
        )

    def made(self) -> tuple[ChangeMade, ...]:
        """Return what was changed, by the number of the criterion."""
        return tuple(self._made(number, now) for number, now in self._now.items() if now != self._own.get(number))

    def _made(self, number: int, now: Condition | None) -> ChangeMade:
        own = self._own.get(number)
        return ChangeMade(
            number=number,
            what="added" if own is None else "dropped" if now is None else "changed",
            before=None if own is None else written(own),
            before_says=self._says(own),
            after=None if now is None else written(now),
            after_says=self._says(now),
        )

    def _says(self, condition: Condition | None) -> str | None:
        if condition is None:
            return None
        one = Criterion(0, condition)
        said = one.says(self._book.titles)
        return f"leaves out: {said}" if one.kind == "leaves_out" else said


def _replaced(condition: Condition, old: Condition, new: Condition) -> Condition:
    """Return a condition with one that it holds replaced by another, wherever it stands."""
    if condition == old:
        return new
    if isinstance(condition, Not):
        return Not(_replaced(condition.part, old, new))
    if isinstance(condition, All | AnyOf):
        return type(condition)(tuple(_replaced(part, old, new) for part in condition.parts))
    if isinstance(condition, AtLeast):
        return AtLeast(condition.count, tuple(_replaced(part, old, new) for part in condition.parts))
    return condition
