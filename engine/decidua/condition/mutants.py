"""Mutants of a condition: each is the condition with one small mistake that its author could have made.

A threshold is one step off, an operator takes in its number or leaves it out, ``=`` is ``!=``, ``all`` is ``any``, a
part or a ``not`` was forgotten, a list lacks one of its words, ``at_least`` asks for one more or one fewer. Worked
cases must tell every one of them from the rule itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Not, Operator
from decidua.condition.written import written, written_value
from decidua.profile.finding import Fact

__all__ = ["Mutant", "mutants_of", "one_step"]

TURNED: Mapping[Operator, Operator] = {
    ">=": ">",
    ">": ">=",
    "<=": "<",
    "<": "<=",
    "=": "!=",
    "!=": "=",
    "in": "not in",
    "not in": "in",
}
"""The operator that an author could have written instead."""

DAYS_A_WEEK = 7
SHARE_STEP, MEASURED_STEP = 0.01, 0.1


@dataclass(frozen=True, slots=True)
class Mutant:
    """A condition with one mistake in it.

    Attributes:
        says: The mistake in words; no two mutants of one condition share it.
        condition: The condition with the mistake.
    """

    says: str
    condition: Condition


def one_step(value: float, fact: Fact, steps: Literal[-1, 1]) -> float:
    """Return a threshold one step lower or higher: 1 for a count, a day for what is told in weeks, else a tenth.

    A share of one is moved by a hundredth.
    """
    if fact.kind == "integer":
        return value + steps
    if fact.unit == "weeks":
        return (round(value * DAYS_A_WEEK) + steps) / DAYS_A_WEEK
    return round(value + steps * (SHARE_STEP if fact.maximum == 1 else MEASURED_STEP), 6)


def mutants_of(condition: Condition, facts: Mapping[str, Fact]) -> list[Mutant]:
    """Return every mutant of a condition, in the order in which one reads it.

    Args:
        condition: The condition as it should be.
        facts: The vocabulary, for the steps and the range of each fact.
    """
    times: Counter[str] = Counter()
    found = []
    for says, mutant in _mutants(condition, facts):
        if mutant == condition:
            continue
        times[says] += 1
        found.append(Mutant(says if times[says] == 1 else f"{says} (number {times[says]})", mutant))
    return found


def _mutants(node: Condition, facts: Mapping[str, Fact]) -> Iterator[tuple[str, Condition]]:
    if isinstance(node, Atom):
        for atom in _atoms(node, facts[node.fact]):
            yield f"{written(atom)} instead of {_ending(node, atom)}", atom
    elif isinstance(node, Not):
        yield f"{written(node.part)} without its not", node.part
        for says, part in _mutants(node.part, facts):
            yield says, Not(part)
    elif isinstance(node, All | AnyOf | AtLeast):
        yield from _joins(node)
        for at, part in enumerate(node.parts):
            for says, mutant in _mutants(part, facts):
                yield says, replace(node, parts=(*node.parts[:at], mutant, *node.parts[at + 1 :]))


def _ending(node: Atom, mutant: Atom) -> str:
    """Return what of a comparison was changed."""
    if node.operator != mutant.operator and node.value != mutant.value:  # pragma: no cover - one mistake at a time
        return written(node)
    return node.operator if node.operator != mutant.operator else written_value(node.value)


def _atoms(atom: Atom, fact: Fact) -> Iterator[Atom]:
    yield replace(atom, operator=TURNED[atom.operator])
    if isinstance(atom.value, tuple):
        if len(atom.value) > 1:
            for at in range(len(atom.value)):
                yield replace(atom, value=(*atom.value[:at], *atom.value[at + 1 :]))
    elif isinstance(atom.value, int | float) and not isinstance(atom.value, bool):
        low, high = fact.minimum, fact.maximum
        for moved in (one_step(atom.value, fact, -1), one_step(atom.value, fact, 1)):
            if (low is None or moved >= low) and (high is None or moved <= high):
                yield replace(atom, value=moved)


def _joins(node: All | AnyOf | AtLeast) -> Iterator[tuple[str, Condition]]:
    if len(node.parts) < 2:
        return
    listed = ", ".join(written(part) for part in node.parts)
    if isinstance(node, All):
        yield f"any instead of all of: {listed}", AnyOf(node.parts)
    elif isinstance(node, AnyOf):
        yield f"all instead of any of: {listed}", All(node.parts)
    else:
        for count in (node.count - 1, node.count + 1):
            if 1 <= count <= len(node.parts):
                yield f"at_least {count} instead of {node.count} of: {listed}", replace(node, count=count)
    for at, part in enumerate(node.parts):
        rest = (*node.parts[:at], *node.parts[at + 1 :])
        if isinstance(node, AtLeast):
            yield f"without {written(part)}", replace(node, parts=rest, count=min(node.count, len(rest)))
        else:
            yield f"without {written(part)}", replace(node, parts=rest)
