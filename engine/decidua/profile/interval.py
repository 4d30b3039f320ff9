"""Numbers known only to lie between two ends, and how counts that belong together bound each other.

Nothing here guesses: an upper end that nothing bounds is None, which reads as "no upper limit known".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from decidua.frozen import Frozen

__all__ = ["REACH", "Interval", "Sum", "exactly", "narrow"]

REACH = 2
"""Counts that can all be true are never certain to be more than all ends known of them together; this leaves room."""


class Interval(Frozen):
    """A number known only to lie between two ends, both included; ``high`` None means no upper limit is known."""

    low: float
    high: float | None

    def __init__(self, low: float, high: float | None) -> None:  # a short one: many are made
        own = self.__dict__
        own["low"] = low
        own["high"] = high

    def __add__(self, other: Interval) -> Interval:
        high = None if self.high is None or other.high is None else self.high + other.high
        return Interval(self.low + other.low, high)

    def meet(self, other: Interval) -> Interval:
        """Return what both allow; it is empty where they contradict each other."""
        known = [high for high in (self.high, other.high) if high is not None]
        return Interval(max(self.low, other.low), min(known, default=None))

    @property
    def exact(self) -> bool:
        """Whether both ends are the same."""
        return self.low == self.high

    @property
    def empty(self) -> bool:
        """Whether no number lies between the ends: what they were drawn from cannot all be true."""
        return self.high is not None and self.high < self.low


def exactly(value: float) -> Interval:
    """Return the interval that holds one value only."""
    return Interval(value, value)


class Sum(Frozen):
    """Counts that exclude each other and lie within a whole.

    Attributes:
        whole: Name of the count that holds the parts.
        parts: Names of the counts within it; nothing is counted in two of them.
        all_told: Whether the parts make up the whole; else it may hold more.
    """

    whole: str
    parts: tuple[str, ...]
    all_told: bool = True

    def __init__(self, whole: str, parts: tuple[str, ...], all_told: bool = True) -> None:  # noqa: FBT001, FBT002 - a field
        own = self.__dict__
        own["whole"] = whole
        own["parts"] = parts
        own["all_told"] = all_told


def narrow(counts: dict[str, Interval], sums: Sequence[Sum], moved: AbstractSet[str] | None = None) -> None:
    """Let counts bound each other until none moves, in place.

    Every step keeps each value that all the sums allow, so the result still holds the truth; where the counts
    contradict each other, at least one becomes empty. A contradiction among counts without an upper limit shows only in
    that they rise without end, so it is one where a count rises beyond ``REACH`` times all that is known together.

    Args:
        counts: The counts by name.
        sums: How they add up.
        moved: The counts that moved since these sums were last applied, those of new sums among them; None for all.
    """
    low = {name: count.low for name, count in counts.items()}
    high = {name: math.inf if count.high is None else count.high for name, count in counts.items()}
    reach = REACH * (sum(low.values()) + sum(end for end in high.values() if end != math.inf))
    uses: dict[str, list[int]] = {}
    for at, one in enumerate(sums):
        for name in (one.whole, *one.parts):
            uses.setdefault(name, []).append(at)
    waiting = [moved is None or one.whole in moved or not moved.isdisjoint(one.parts) for one in sums]
    while any(waiting) and all(low[name] <= min(high[name], reach) for name in low):
        for at, one in enumerate(sums):
            if waiting[at]:  # else nothing of it has moved since it was applied, and it would move nothing
                waiting[at] = False
                for name in _apply(one, low, high):
                    for other in uses[name]:
                        waiting[other] = True
    for name, count in counts.items():
        if low[name] > reach:
            high[name] = min(high[name], reach)
        top = None if high[name] == math.inf else high[name]
        if low[name] != count.low or top != count.high:
            counts[name] = Interval(low[name], top)


def _apply(one: Sum, low: dict[str, float], high: dict[str, float]) -> list[str]:
    """Let one sum bound its counts, and return those that moved."""
    whole, parts = one.whole, one.parts
    moved = []
    least = sum([low[part] for part in parts])
    if least > low[whole]:
        low[whole] = least
        moved.append(whole)
    if one.all_told:
        most = sum([high[part] for part in parts])
        if most < high[whole]:
            high[whole] = most
            moved.append(whole)
    for part in parts:
        most = high[whole] - (least - low[part])
        if most < high[part]:
            high[part] = most
            moved.append(part)
        if one.all_told:
            rest = low[whole] - sum([high[other] for other in parts if other != part])
            if rest > low[part]:
                low[part] = rest
                moved.append(part)
    return moved
