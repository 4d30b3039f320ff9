"""Renders a condition in plain English, in the words of the vocabulary and of the rules it refers to."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import cache

from decidua.condition.syntax import All, AtLeast, Atom, Condition, Known, Literal_, Not, Rule, Untold
from decidua.profile.counting import Interval
from decidua.profile.facts import Value
from decidua.profile.finding import Fact

__all__ = ["in_english", "lower_first", "value_in_english"]

COMPARED = {"=": "is", "!=": "is not", "<": "under", "<=": "at most", ">": "over", ">=": "at least"}
UNITS = {"percent": "%", "ratio": "", "reciprocal_titre": "(as 1:x)", "GPL_or_MPL": "GPL or MPL"}
TURNED = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", "<=": ">", ">": "<=", "in": "not in", "not in": "in"}


def in_english(condition: Condition, vocabulary: Mapping[str, Fact], titles: Mapping[str, str]) -> str:
    """Say a condition in one English phrase.

    Args:
        condition: The tree.
        vocabulary: Facts by name.
        titles: Titles of rules by id; an id without a title is said as it stands.
    """
    return _say(condition, vocabulary, titles, inside=False)


def _say(node: Condition, vocabulary: Mapping[str, Fact], titles: Mapping[str, str], *, inside: bool) -> str:
    """Say a node; within another, what is joined stands in brackets."""
    if isinstance(node, Atom):
        return _atom(node, vocabulary.get(node.fact))
    if isinstance(node, Known):
        fact = vocabulary.get(node.fact)
        return f"{lower_first(fact.label) if fact else node.fact} is known"
    if isinstance(node, Rule):
        return lower_first(titles.get(node.id, node.id))
    if isinstance(node, Untold):
        return f"not read: {node.text}" if node.why == "unread" else node.text
    if isinstance(node, Not):
        return _negated(node.part, vocabulary) or f"not ({_say(node.part, vocabulary, titles, inside=False)})"
    parts = [_say(part, vocabulary, titles, inside=True) for part in node.parts]
    if isinstance(node, AtLeast):
        words = f"at least {node.count} of: {'; '.join(parts)}"
        return f"({words})" if inside else words
    words = (" and " if isinstance(node, All) else " or ").join(parts)
    return f"({words})" if inside and len(parts) > 1 else words


def _negated(part: Condition, vocabulary: Mapping[str, Fact]) -> str | None:
    if not isinstance(part, Atom):
        return None
    fact = vocabulary.get(part.fact)
    if part.operator == "=" and part.value is True:
        return f"{lower_first(fact.label)}: no" if fact else None
    turned = TURNED[part.operator]
    return _atom(Atom(part.fact, turned, part.value), fact)  # type: ignore[arg-type]


def _atom(atom: Atom, fact: Fact | None) -> str:
    label = lower_first(fact.label) if fact else atom.fact
    if fact is not None and fact.kind == "yes_no" and isinstance(atom.value, bool) and atom.operator in ("=", "!="):
        present = atom.value is (atom.operator == "=")
        return label if present else f"{label}: no"
    if isinstance(atom.value, tuple):
        values = [_literal(value) for value in atom.value]
        listed = values[0] if len(values) == 1 else f"{', '.join(values[:-1])} or {values[-1]}"
        return f"{label} {'is' if atom.operator == 'in' else 'is not'} {listed}"
    unit = _unit(fact)
    if fact is not None and fact.kind == "integer" and atom.operator == "=":
        return f"{label} exactly {_literal(atom.value)}"
    if fact is not None and fact.kind == "choice":
        return f"{label}: {'' if atom.operator == '=' else 'not '}{_literal(atom.value)}"
    return f"{label} {COMPARED[atom.operator]} {_literal(atom.value)}{unit}"


def _unit(fact: Fact | None) -> str:
    if fact is None or not fact.unit:
        return ""
    unit = UNITS.get(fact.unit, fact.unit.replace("_", " "))
    return f" {unit}" if unit else ""


def _literal(value: Literal_) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}"
    return value.replace("_", " ")


def value_in_english(value: Value | None, fact: Fact | None) -> str:
    """Say what is known of a fact: a value with its unit, "2 to 4", "at least 2", or "not known"."""
    if value is None:
        return "not known"
    unit = _unit(fact)
    if isinstance(value, Interval):
        if value.high is None or (fact is not None and fact.maximum is not None and value.high >= fact.maximum):
            return f"at least {value_in_english(value.low, fact)}"
        return f"{value.low:g} to {value.high:g}{unit}"
    if isinstance(value, date):
        return value.isoformat()
    if unit == " weeks" and isinstance(value, float) and not value.is_integer():
        days = round(value * 7)
        if math.isclose(days / 7, value):
            return f"{days // 7} weeks {days % 7} day{'' if days % 7 == 1 else 's'}"
    return f"{_literal(value)}{unit}"


@cache
def lower_first(text: str) -> str:
    """Lower the first letter, unless the word is an abbreviation (TSH, G-CSF, IgA, Th1) or a proper name."""
    if text.startswith("Anti-"):
        return f"a{text[1:]}"
    first = text.split(" ", 1)[0].rstrip(",:")
    if first in PROPER or any(letter.isupper() or letter.isdigit() for letter in first[1:]) or len(first) <= 1:
        return text
    return text[0].lower() + text[1:]


PROPER = frozenset(
    {
        "Sydney",
        "Japan",
        "Norway",
        "Lugano",
        "Coughlan",
        "Polanski",
        "Santillan",
        "Bashiri",
        "China",
        "Ontario",
        "Busnelli",
    }
)
