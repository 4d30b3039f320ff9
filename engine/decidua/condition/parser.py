"""Turns the YAML form of a condition into its tree, and names every fault with its place and its cure.

The forms are::

    rpl                                  the verdict of another rule
    losses.total >= 3                    a fact, an operator, a literal
    workup.uterine_finding in [septum, fibroid]
    known losses.total                   for panels and policy only
    {all: [...]}  {any: [...]}  {not: ...}  {at_least: 2, of: [...]}
    {unread: "what the source leaves open"}
    {words: "a criterion that no finding expresses"}

A mapping may hold several of these keys; they are joined by ``all``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from decidua.condition.syntax import (
    OPERATORS,
    All,
    AnyOf,
    AtLeast,
    Atom,
    Condition,
    Known,
    Literal_,
    Not,
    Rule,
    Untold,
)
from decidua.errors import nearest

__all__ = ["Report", "parse_condition"]

Place = tuple[str | int, ...]
Report = Callable[[Place, str], None]

_NAME = r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*"
_COMPARISON = re.compile(rf"({_NAME})\s*(not\s+in\b|in\b|<=|>=|!=|==|=|<|>)\s*(.*)", re.DOTALL)
_KNOWN = re.compile(rf"known\s+({_NAME})")
_RULE = re.compile(r"[a-z][a-z0-9_-]*")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*")
_KEYS = ("all", "any", "not", "at_least", "of", "unread", "words")


def parse_condition(value: Any, *, report: Report, place: Place = ()) -> Condition | None:
    """Parse the YAML form of a condition.

    Args:
        value: What stood in the document.
        report: Called with the place and the message of every fault, so that all are found in one go.
        place: Path of ``value`` in its document.

    Returns:
        The tree, or None where a fault was reported.
    """
    if isinstance(value, str):
        return _parse_text(value, report, place)
    if isinstance(value, dict):
        return _parse_mapping(value, report, place)
    if isinstance(value, list):
        report(place, "a list says not how its parts are joined; write 'all:' or 'any:' before it")
        return None
    report(place, f"{value!r} is no condition; write a comparison such as 'losses.total >= 3'")
    return None


def _parse_mapping(value: dict[str, Any], report: Report, place: Place) -> Condition | None:
    parts: list[Condition | None] = []
    for key in value:
        if key not in _KEYS:
            report((*place, key), f"'{key}' joins no conditions; use one of {', '.join(_KEYS)}{nearest(key, _KEYS)}")
            parts.append(None)
    if "all" in value:
        parts.append(_join(All, value["all"], report, (*place, "all")))
    if "any" in value:
        parts.append(_join(AnyOf, value["any"], report, (*place, "any")))
    if "not" in value:
        part = parse_condition(value["not"], report=report, place=(*place, "not"))
        parts.append(None if part is None else Not(part))
    if "at_least" in value or "of" in value:
        parts.append(_parse_at_least(value, report, place))
    for why in ("unread", "words"):
        if why in value:
            parts.append(_parse_untold(value[why], why, report, (*place, why)))
    if not parts:
        report(place, "is empty; a condition must say something")
        return None
    found = [part for part in parts if part is not None]
    if len(found) != len(parts):
        return None
    return found[0] if len(found) == 1 else All(tuple(found))


def _parse_untold(value: Any, why: str, report: Report, place: Place) -> Condition | None:
    if not isinstance(value, str) or not value.strip():
        report(place, f"'{why}' takes a sentence")
        return None
    return Untold(value.strip(), "unread" if why == "unread" else "words")


def _parse_at_least(value: dict[str, Any], report: Report, place: Place) -> Condition | None:
    count = value.get("at_least")
    if isinstance(count, bool) or not isinstance(count, int):
        report((*place, "at_least"), "'at_least' takes a whole number and stands beside 'of'")
        return None
    joined = _join(All, value.get("of"), report, (*place, "of"))
    if not isinstance(joined, All):
        return None
    if not 1 <= count <= len(joined.parts):
        report(
            (*place, "at_least"), f"'at_least: {count}' of {len(joined.parts)} parts; write 1 to {len(joined.parts)}"
        )
        return None
    return AtLeast(count, joined.parts)


def _join(node: type[All | AnyOf], value: Any, report: Report, place: Place) -> Condition | None:
    if not isinstance(value, list) or not value:
        report(place, f"'{place[-1]}' takes a list of at least one condition")
        return None
    parts = [parse_condition(part, report=report, place=(*place, index)) for index, part in enumerate(value)]
    found = tuple(part for part in parts if part is not None)
    return node(found) if len(found) == len(parts) else None


def _parse_text(text: str, report: Report, place: Place) -> Condition | None:
    text = text.strip()
    known = _KNOWN.fullmatch(text)
    if known:
        return Known(known[1])
    comparison = _COMPARISON.fullmatch(text)
    if comparison:
        fact, operator, literal = comparison[1], " ".join(comparison[2].split()), comparison[3].strip()
        return _parse_comparison(fact, "=" if operator == "==" else operator, literal, report, place)
    if _RULE.fullmatch(text):
        return Rule(text)
    report(
        place,
        f"'{text}' is no condition; write a rule's id, 'known FACT' or FACT OPERATOR VALUE with one of "
        f"{' '.join(OPERATORS)}",
    )
    return None


def _parse_comparison(fact: str, operator: str, literal: str, report: Report, place: Place) -> Condition | None:
    checked = next((known for known in OPERATORS if known == operator), None)
    if checked is None:  # pragma: no cover - the pattern admits the known operators only
        report(place, f"'{operator}' is no operator")
        return None
    if checked in ("in", "not in"):
        values = _parse_list(literal)
        if values is None:
            report(place, f"'{checked}' takes a list such as [septum, fibroid], not '{literal}'")
            return None
        return Atom(fact, checked, values)
    value = _parse_literal(literal)
    if value is None:
        report(place, f"'{literal}' is no number, word, yes or no to compare '{fact}' with")
        return None
    return Atom(fact, checked, value)


def _parse_list(literal: str) -> tuple[Literal_, ...] | None:
    if not (literal.startswith("[") and literal.endswith("]")):
        return None
    values = [_parse_literal(part.strip()) for part in literal[1:-1].split(",")]
    found = tuple(value for value in values if value is not None)
    return found if found and len(found) == len(values) else None


def _parse_literal(text: str) -> Literal_ | None:
    if text in ("yes", "true"):
        return True
    if text in ("no", "false"):
        return False
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text if _WORD.fullmatch(text) else None
