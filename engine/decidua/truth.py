"""Three truth values and their tables: strong Kleene logic, written out in full.

The tables below are the meaning. The functions read them and nothing else, the tests check them row by row, and the
manual prints them::

    and     | YES      NO       UNKNOWN      or      | YES      NO       UNKNOWN      not     |
    --------+--------------------------      --------+--------------------------      --------+--------
    YES     | YES      NO       UNKNOWN      YES     | YES      YES      YES          YES     | NO
    NO      | NO       NO       NO           NO      | YES      NO       UNKNOWN      NO      | YES
    UNKNOWN | UNKNOWN  NO       UNKNOWN      UNKNOWN | YES      UNKNOWN  UNKNOWN      UNKNOWN | UNKNOWN
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

__all__ = ["AND", "NO", "NOT", "OR", "UNKNOWN", "YES", "Verdict", "all_of", "any_of", "at_least", "negation"]


class Verdict(StrEnum):
    """What a rule says of one woman: ``yes``, ``no`` or ``unknown``. Unknown is never no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


YES = Verdict.YES
NO = Verdict.NO
UNKNOWN = Verdict.UNKNOWN

AND: dict[tuple[Verdict, Verdict], Verdict] = {
    (YES, YES): YES,
    (YES, NO): NO,
    (YES, UNKNOWN): UNKNOWN,
    (NO, YES): NO,
    (NO, NO): NO,
    (NO, UNKNOWN): NO,
    (UNKNOWN, YES): UNKNOWN,
    (UNKNOWN, NO): NO,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}

OR: dict[tuple[Verdict, Verdict], Verdict] = {
    (YES, YES): YES,
    (YES, NO): YES,
    (YES, UNKNOWN): YES,
    (NO, YES): YES,
    (NO, NO): NO,
    (NO, UNKNOWN): UNKNOWN,
    (UNKNOWN, YES): YES,
    (UNKNOWN, NO): UNKNOWN,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}

NOT: dict[Verdict, Verdict] = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}


def all_of(parts: Iterable[Verdict]) -> Verdict:
    """Fold ``and`` over the parts; nothing at all is YES, the neutral element."""
    result = YES
    for part in parts:
        result = AND[result, part]
    return result


def any_of(parts: Iterable[Verdict]) -> Verdict:
    """Fold ``or`` over the parts; nothing at all is NO, the neutral element."""
    result = NO
    for part in parts:
        result = OR[result, part]
    return result


def negation(part: Verdict) -> Verdict:
    """Swap YES and NO; UNKNOWN stays."""
    return NOT[part]


def at_least(count: int, parts: Iterable[Verdict]) -> Verdict:
    """Say whether at least ``count`` parts are YES, whatever the unknown ones turn out to be.

    YES when enough are YES already, NO when even all unknown ones would not be enough, else UNKNOWN. This is what
    ``or`` over every choice of ``count`` parts joined by ``and`` gives.
    """
    verdicts = list(parts)
    certain = verdicts.count(YES)
    possible = certain + verdicts.count(UNKNOWN)
    if certain >= count:
        return YES
    if possible < count:
        return NO
    return UNKNOWN
