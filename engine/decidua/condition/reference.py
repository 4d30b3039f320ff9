"""The reference engine: the meaning of a condition, short enough to read in one sitting, with its proof.

Every other engine is held to this one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from decidua.condition.syntax import All, AnyOf, Atom, Condition, Known, Literal_, Not, Rule, Untold
from decidua.profile.counting import Interval
from decidua.profile.facts import Facts, Value
from decidua.truth import NO, UNKNOWN, YES, Verdict, all_of, any_of, at_least, negation

__all__ = ["Proof", "compare", "deciding", "evaluate"]

VerdictOf = Callable[[str], Verdict]


class Proof(NamedTuple):
    """Why a condition has its verdict; a tuple, since one is made for every node and every woman.

    Attributes:
        condition: The node this proves.
        verdict: Its verdict.
        parts: Proofs of the parts, in their order.
        value: For a comparison, what is known of the fact; None for unknown.
    """

    condition: Condition
    verdict: Verdict
    parts: tuple[Proof, ...] = ()
    value: Value | None = None


def evaluate(
    condition: Condition, facts: Facts, verdict_of: VerdictOf, prove: Callable[[Condition], Proof] | None = None
) -> Proof:
    """Evaluate a condition for one woman.

    Args:
        condition: The tree.
        facts: What is known of her.
        verdict_of: Gives the verdict of another rule by its id.
        prove: Evaluates a part of the tree for her; given by a caller that keeps proofs, since rules share many parts.
    """
    if isinstance(condition, Atom):
        value = facts.values.get(condition.fact)
        return Proof(condition, compare(value, condition), (), value)
    if isinstance(condition, Rule):
        return Proof(condition, verdict_of(condition.id))
    if isinstance(condition, Known):
        value = facts.values.get(condition.fact)
        known = value is not None and not isinstance(value, Interval)
        return Proof(condition, YES if known else NO, (), value)
    if isinstance(condition, Untold):
        return Proof(condition, UNKNOWN)
    below = (condition.part,) if isinstance(condition, Not) else condition.parts
    parts = tuple([evaluate(part, facts, verdict_of) if prove is None else prove(part) for part in below])
    if isinstance(condition, Not):
        return Proof(condition, negation(parts[0].verdict), parts)
    verdicts = [part.verdict for part in parts]
    if isinstance(condition, All):
        return Proof(condition, all_of(verdicts), parts)
    if isinstance(condition, AnyOf):
        return Proof(condition, any_of(verdicts), parts)
    return Proof(condition, at_least(condition.count, verdicts), parts)


def compare(value: Value | None, atom: Atom) -> Verdict:
    """Compare what is known of a fact with an atom's literal.

    An unknown fact is UNKNOWN whatever the operator, ``!=`` and ``not in`` included. An interval settles a comparison
    only where both of its ends agree.
    """
    if value is None:
        return UNKNOWN
    operator, wanted = atom.operator, atom.value
    if operator == "!=":
        return negation(_equals(value, wanted))
    if operator == "=":
        return _equals(value, wanted)
    if operator == "in":
        return any_of(_equals(value, one) for one in _several(wanted))
    if operator == "not in":
        return negation(any_of(_equals(value, one) for one in _several(wanted)))
    return _order(value, operator, wanted)


def _several(wanted: Literal_ | tuple[Literal_, ...]) -> tuple[Literal_, ...]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _equals(value: Value, wanted: Literal_ | tuple[Literal_, ...]) -> Verdict:
    if not isinstance(value, Interval):
        return YES if value == wanted and isinstance(value, bool) == isinstance(wanted, bool) else NO
    if value.low == value.high == wanted:
        return YES
    inside = isinstance(wanted, int | float) and value.low <= wanted and (value.high is None or wanted <= value.high)
    return UNKNOWN if inside else NO


def _order(value: Value, operator: str, wanted: Literal_ | tuple[Literal_, ...]) -> Verdict:
    if isinstance(wanted, tuple | str | bool):
        raise TypeError(f"{operator} compares numbers, not {wanted!r}")
    low: float
    high: float | None
    if isinstance(value, Interval):
        low, high = value.low, value.high
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{operator} compares numbers, not {value!r}")
    else:
        low = high = value
    if operator == ">=":
        certain, impossible = low >= wanted, high is not None and high < wanted
    elif operator == ">":
        certain, impossible = low > wanted, high is not None and high <= wanted
    elif operator == "<=":
        certain, impossible = high is not None and high <= wanted, low > wanted
    else:
        certain, impossible = high is not None and high < wanted, low >= wanted
    return YES if certain else NO if impossible else UNKNOWN


def deciding(proof: Proof) -> list[Proof]:
    """Return the leaves that decided a verdict, in their order: those that would have to change for it to change.

    For a YES or a NO these are the leaves that force it; for UNKNOWN the unknown leaves that still could decide.
    """
    leaves: list[Proof] = []
    waiting = [proof]
    while waiting:
        one = waiting.pop()
        if not one.parts:
            leaves.append(one)
        elif isinstance(one.condition, Not):
            waiting.append(one.parts[0])
        else:
            verdict = one.verdict
            waiting += [part for part in reversed(one.parts) if part.verdict is verdict]
    return leaves
