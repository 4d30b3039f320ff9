"""The answers a finding can still have, as far as the rules tell them apart."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from decidua.condition.english import value_in_english
from decidua.condition.reference import compare
from decidua.condition.syntax import Atom
from decidua.frozen import Frozen
from decidua.profile.facts import Value
from decidua.profile.finding import Fact
from decidua.profile.interval import Interval
from decidua.truth import Verdict

__all__ = ["PossibleAnswer", "possible_answers", "say_together"]


class PossibleAnswer(Frozen):
    """One answer: a value that stands for all those that no rule tells from it, and these in words."""

    value: Value
    says: str


def possible_answers(fact: Fact, known: Value | None, atoms: Iterable[Atom]) -> list[PossibleAnswer]:
    """Return one answer for every way in which some comparisons can tell the values of a fact apart.

    Args:
        fact: The finding.
        known: What is known of it: None, or an interval, which leaves only the values within it.
        atoms: The comparisons; those with other findings are passed over.
    """
    own = [atom for atom in dict.fromkeys(atoms) if atom.fact == fact.name]
    if fact.kind == "yes_no":
        return [PossibleAnswer(value=True, says="yes"), PossibleAnswer(value=False, says="no")]
    if fact.kind == "choice":
        return _choices(fact, own)
    return _numbers(fact, known, own)


def say_together(fact: Fact, known: Value | None, atoms: Iterable[Atom], values: Sequence[Value]) -> str:
    """Say several possible answers in one phrase: "at least 3" for 3, 4 and at least 5.

    Args:
        fact: The finding.
        known: What is known of it: None, or an interval.
        atoms: The comparisons that tell the answers apart.
        values: One value of each answer to say.
    """
    own = [atom for atom in dict.fromkeys(atoms) if atom.fact == fact.name]
    if fact.kind == "yes_no":
        return " or ".join("yes" if value else "no" for value in values)
    wanted = {_signature(value, own) for value in values}
    if fact.kind == "choice":
        named = [value_in_english(one, fact) for one in fact.choices if _signature(one, own) in wanted]
        others = [value_in_english(one, fact) for one in fact.choices if _signature(one, own) not in wanted]
        return f"not {' or '.join(others)}" if 0 < len(others) < len(named) - 1 else " or ".join(named)
    points, marks, low, high = _points(fact, known, own)
    runs: list[tuple[bool, list[float]]] = []
    for point in points:
        told = _signature(point, own) in wanted
        if not runs or runs[-1][0] is not told:
            runs.append((told, []))
        runs[-1][1].append(point)
    return " or ".join(_run_words(fact, run, marks, low, high) for told, run in runs if told)


def _signature(value: Value, atoms: Sequence[Atom]) -> tuple[Verdict, ...]:
    return tuple(compare(value, atom) for atom in atoms)


def _choices(fact: Fact, atoms: Sequence[Atom]) -> list[PossibleAnswer]:
    groups: dict[tuple[Verdict, ...], list[str]] = {}
    for choice in fact.choices:
        groups.setdefault(_signature(choice, atoms), []).append(choice)
    return [
        PossibleAnswer(group[0], " or ".join(value_in_english(choice, fact) for choice in group))
        for group in groups.values()
    ]


def _numbers(fact: Fact, known: Value | None, atoms: Sequence[Atom]) -> list[PossibleAnswer]:
    points, marks, low, high = _points(fact, known, atoms)
    runs: list[list[float]] = []
    for point in points:
        if runs and _signature(runs[-1][-1], atoms) == _signature(point, atoms):
            runs[-1].append(point)
        else:
            runs.append([point])
    return [PossibleAnswer(run[0], _run_words(fact, run, marks, low, high)) for run in runs]


def _points(
    fact: Fact, known: Value | None, atoms: Sequence[Atom]
) -> tuple[Sequence[float], list[float], float, float]:
    """Return values enough to tell every answer, the thresholds, and the limits."""
    low, high = _limits(fact, known)
    if fact.kind == "integer":
        low, high = math.ceil(low), math.floor(high) if math.isfinite(high) else high
    marks = sorted({mark for atom in atoms for mark in _marks(atom)})
    points: Sequence[float] = _integers(marks, low, high) if fact.kind == "integer" else _reals(marks, low, high)
    return points, marks, low, high


def _limits(fact: Fact, known: Value | None) -> tuple[float, float]:
    low = fact.minimum if fact.minimum is not None else 0.0
    high = fact.maximum if fact.maximum is not None else math.inf
    if isinstance(known, Interval):
        low, high = max(low, known.low), high if known.high is None else min(high, known.high)
    return low, high


def _marks(atom: Atom) -> list[float]:
    several = atom.value if isinstance(atom.value, tuple) else (atom.value,)
    return [value for value in several if isinstance(value, int | float) and not isinstance(value, bool)]


def _integers(marks: Sequence[float], low: float, high: float) -> list[int]:
    near = {math.floor(mark) + step for mark in marks for step in (-1, 0, 1, 2)}
    ends = {int(low)} | ({int(high)} if math.isfinite(high) else set())
    return sorted(one for one in near | ends if low <= one <= high)


def _reals(marks: Sequence[float], low: float, high: float) -> list[float]:
    inside = [mark for mark in marks if low <= mark <= high]
    ends = sorted({low, *inside, *([high] if math.isfinite(high) else [])})
    between = [(one + other) / 2 for one, other in pairwise(ends)]
    beyond = [] if math.isfinite(high) else [ends[-1] + 1]
    return sorted({*ends, *between, *beyond})


def _run_words(fact: Fact, run: Sequence[float], marks: Sequence[float], low: float, high: float) -> str:
    """Say the values from the first to the last of a run."""
    first, last = run[0], run[-1]
    whole = fact.kind == "integer"
    if first == last and (whole or first in marks):
        return value_in_english(first, fact)
    starts, ends = first <= low, last >= high or (not math.isfinite(high) and last > max(marks, default=-math.inf))
    if starts and ends:
        return "any value"
    from_here = whole or first in marks or starts
    to_here = whole or last in marks or ends
    below = first if from_here else max((mark for mark in marks if mark < first), default=low)
    above = last if to_here else min((mark for mark in marks if mark > last), default=high)
    lower = f"{'at least' if from_here else 'over'} {value_in_english(below, fact)}"
    upper = f"{'at most' if to_here else 'under'} {value_in_english(above, fact)}"
    if starts:
        return upper
    if ends:
        return lower
    if whole:
        return f"{first:g} to {value_in_english(last, fact)}"
    return f"{lower} and {upper}"
