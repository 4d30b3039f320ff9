"""What is left of a condition once some findings are known: a smaller condition, or its verdict.

What is left looks only at findings that could still decide it, so a settled part never asks for anything. Its verdict,
were the rest to come in, is that of the whole condition: the tables of strong Kleene logic, nothing more.
"""

from __future__ import annotations

from collections.abc import Callable

from decidua.condition.reference import compare
from decidua.condition.syntax import All, AtLeast, Atom, Condition, Known, Not, Rule, Untold
from decidua.profile.facts import Value
from decidua.profile.interval import Interval
from decidua.truth import NO, UNKNOWN, YES, Verdict, negation

__all__ = ["Remainder", "remainder"]

Remainder = Condition | Verdict
"""YES, NO, or a condition that is not settled."""

ValueOf = Callable[[str], Value | None]
RuleOf = Callable[[str], Remainder]


def remainder(condition: Remainder, value_of: ValueOf, rule_of: RuleOf) -> Remainder:
    """Return what is left of a condition.

    Args:
        condition: The tree, or a verdict, which stays as it is.
        value_of: Gives what is known of a fact, or None.
        rule_of: Gives what is left of another rule.
    """
    if isinstance(condition, Verdict | Untold):
        return condition
    if isinstance(condition, Atom):
        verdict = compare(value_of(condition.fact), condition)
        return condition if verdict is UNKNOWN else verdict
    if isinstance(condition, Known):
        value = value_of(condition.fact)
        return condition if value is None or isinstance(value, Interval) else YES
    if isinstance(condition, Rule):
        return rule_of(condition.id)
    if isinstance(condition, Not):
        part = remainder(condition.part, value_of, rule_of)
        return negation(part) if isinstance(part, Verdict) else Not(part)
    parts = [remainder(part, value_of, rule_of) for part in condition.parts]
    if isinstance(condition, AtLeast):
        return _at_least(condition.count, parts)
    forcing = NO if isinstance(condition, All) else YES
    if forcing in parts:
        return forcing
    left = dict.fromkeys(part for part in parts if not isinstance(part, Verdict))
    if not left:
        return negation(forcing)
    return next(iter(left)) if len(left) == 1 else type(condition)(tuple(left))


def _at_least(count: int, parts: list[Remainder]) -> Remainder:
    left = tuple(part for part in parts if not isinstance(part, Verdict))
    missing = count - parts.count(YES)
    if missing <= 0:
        return YES
    return AtLeast(missing, left) if len(left) >= missing else NO
