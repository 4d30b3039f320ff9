"""Hypothesis strategies for conditions of every kind, rulebooks whose rules refer to each other, and facts.

The facts are few and their values small, so that one condition meets the same fact twice, an interval meets its
literal, and every completion of what is unknown can be enumerated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import product
from typing import Any

from hypothesis import strategies as st

from decidua.condition.syntax import (
    All,
    AnyOf,
    AtLeast,
    Atom,
    Condition,
    Known,
    Not,
    Rule,
    Untold,
    facts_in,
    walk,
)
from decidua.profile.facts import Facts
from decidua.profile.interval import Interval

__all__ = ["DOMAINS", "comparisons", "completions", "conditions", "facts", "learned", "rulebooks", "yaml_form"]

DOMAINS: dict[str, tuple[Any, ...]] = {
    "losses.total": (0, 1, 2, 3, 4),
    "losses.euploid": (0, 1, 2, 3),
    "transfers.cumulative_chance": (0.0, 0.25, 0.5, 0.75, 1.0),
    "condition.asthma": (True, False),
    "pregnancy.bleeding": (True, False),
    "workup.uterine_finding": ("none", "septum", "fibroid"),
}
"""Facts of the vocabulary with the values that are generated; the numbers of one fact are in order."""

ORDERED = tuple(fact for fact, domain in DOMAINS.items() if type(domain[0]) in (int, float))
UNTOLD = (
    Untold("whether biochemical losses count", "unread"),
    Untold("whether losses must be consecutive", "unread"),
    Untold("no more than two centres", "words"),
)


@st.composite
def comparisons(draw: st.DrawFn) -> Atom:
    fact = draw(st.sampled_from(sorted(DOMAINS)))
    operators = (
        ("=", "!=", "in", "not in") if fact not in ORDERED else ("=", "!=", "<", "<=", ">", ">=", "in", "not in")
    )
    operator = draw(st.sampled_from(operators))
    values = st.sampled_from(DOMAINS[fact])
    if operator in ("in", "not in"):
        return Atom(fact, operator, tuple(draw(st.lists(values, min_size=1, max_size=3, unique=True))))
    return Atom(fact, operator, draw(values))


@st.composite
def counted(draw: st.DrawFn, parts: st.SearchStrategy[Condition]) -> AtLeast:
    of = draw(st.lists(parts, min_size=1, max_size=4))
    return AtLeast(draw(st.integers(1, len(of))), tuple(of))


@cache
def conditions(rules: tuple[str, ...] = (), *, known: bool = True) -> st.SearchStrategy[Condition]:
    """Generate conditions of every kind; ``rules`` are ids they may refer to, ``known`` whether ``known`` may occur."""
    leaves: list[st.SearchStrategy[Condition]] = [comparisons(), comparisons(), st.sampled_from(UNTOLD)]
    if known:
        leaves.append(st.sampled_from(sorted(DOMAINS)).map(Known))
    if rules:
        leaves.append(st.sampled_from(rules).map(Rule))
    return st.recursive(
        st.one_of(leaves),
        lambda parts: st.one_of(
            st.lists(parts, min_size=1, max_size=3).map(lambda of: All(tuple(of))),
            st.lists(parts, min_size=1, max_size=3).map(lambda of: AnyOf(tuple(of))),
            parts.map(Not),
            counted(parts),
        ),
        max_leaves=6,
    )


@st.composite
def rulebooks(draw: st.DrawFn, *, known: bool = True) -> dict[str, Condition]:
    """Generate rules that refer to each other without a circle, in any order."""
    ids = tuple(f"rule-{number}" for number in range(draw(st.integers(1, 5))))
    rules = {id_: draw(conditions(ids[:at], known=known)) for at, id_ in enumerate(ids)}
    return {id_: rules[id_] for id_ in draw(st.permutations(ids))}


@st.composite
def values(draw: st.DrawFn, fact: str) -> Any:
    """Generate what is known of a fact: None for missing, a value, or an interval of at least two values."""
    domain = DOMAINS[fact]
    kinds = ["missing", "exact", "interval"] if fact in ORDERED else ["missing", "exact"]
    kind = draw(st.sampled_from(kinds))
    if kind == "missing":
        return None
    if kind == "exact":
        return draw(st.sampled_from(domain))
    low = draw(st.integers(0, len(domain) - 2))
    high = draw(st.integers(low + 1, len(domain)))
    return Interval(domain[low], None if high == len(domain) else domain[high])


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Generate what is known of one woman."""
    known = {fact: draw(values(fact)) for fact in DOMAINS}
    return Facts({fact: value for fact, value in known.items() if value is not None})


def possible(fact: str, value: Any) -> tuple[Any, ...]:
    """Return every value a fact may turn out to have."""
    if value is None:
        return DOMAINS[fact]
    if isinstance(value, Interval):
        return tuple(one for one in DOMAINS[fact] if value.low <= one and (value.high is None or one <= value.high))
    return (value,)


@st.composite
def learned(draw: st.DrawFn, before: Facts) -> Facts:
    """Generate what may be known later: a missing fact comes in, an interval narrows, nothing known is changed."""
    after: dict[str, Any] = {}
    for fact in DOMAINS:
        value = before.get(fact)
        left = possible(fact, value)
        if (value is None or isinstance(value, Interval)) and draw(st.booleans()):
            low = draw(st.integers(0, len(left) - 1))
            high = draw(st.integers(low, len(left) - 1)) if fact in ORDERED else low
            value = left[low] if low == high else Interval(left[low], left[high])
        if value is not None:
            after[fact] = value
    return Facts(after)


def completions(rules: Mapping[str, Condition], known: Facts) -> Iterator[tuple[dict[str, Any], dict[str, bool]]]:
    """Enumerate every world that what is known allows: a value for each fact, a truth for each point not told."""
    names = sorted({fact for condition in rules.values() for fact in facts_in(condition)})
    texts = sorted({node.text for one in rules.values() for node in walk(one) if isinstance(node, Untold)})
    for world in product(*(possible(name, known.get(name)) for name in names)):
        for told in product((True, False), repeat=len(texts)):
            yield dict(zip(names, world, strict=True)), dict(zip(texts, told, strict=True))


def yaml_form(condition: Condition) -> Any:
    """Write a condition as it stands in a rule file."""
    match condition:
        case Atom(fact, operator, value):
            form: Any = f"{fact} {operator} {_literal(value)}"
        case Known(fact):
            form = f"known {fact}"
        case Rule(id_):
            form = id_
        case Untold(text, why):
            form = {why: text}
        case Not(part):
            form = {"not": yaml_form(part)}
        case AtLeast(count, parts):
            form = {"at_least": count, "of": [yaml_form(part) for part in parts]}
        case All(parts):
            form = {"all": [yaml_form(part) for part in parts]}
        case AnyOf(parts):
            form = {"any": [yaml_form(part) for part in parts]}
    return form


def _literal(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_literal(one) for one in value)}]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
