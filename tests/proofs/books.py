"""Rulebooks to prove: a small part of the shipped one, and the same with one thing in it made wrong."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import decidua
from decidua.condition.parser import parse_condition
from decidua.condition.syntax import Condition
from decidua.rulebook.book import Rulebook
from decidua.rulebook.policy import StatusRow

__all__ = ["condition", "small", "with_rows", "with_rule", "with_strategies"]

KEPT = ("g_csf", "hydroxychloroquine", "prp")


@cache
def small() -> Rulebook:
    """The shipped rulebook with three options, and of the evidence only what speaks of them."""
    book = decidua.load_rulebook()
    options = tuple(one for one in book.options if one.option in KEPT)
    used = {use.study for option in options for strategy in option.strategies for use in strategy.evidence}
    positions = tuple(one for one in book.positions if one.option in KEPT)
    documents = {one.guideline for one in positions} | {one.guideline for one in (*book.definitions, *book.panels)}
    strategies = [strategy for option in options for strategy in option.strategies]
    drugs = {key for strategy in strategies for key in strategy.drugs}
    against = {caution.finding for drug in book.drugs if drug.key in drugs for caution in drug.cautions}
    against |= {key for strategy in strategies for key in strategy.stops}
    return replace(
        book,
        options=options,
        findings=tuple(one for one in book.findings if one.key in against),
        studies=tuple(one for one in book.studies if one.id in used),
        syntheses=(),
        positions=positions,
        guidelines=tuple(one for one in book.guidelines if one.id in documents),
    )


def condition(value: Any) -> Condition:
    faults: list[str] = []
    parsed = parse_condition(value, report=lambda place, message: faults.append(f"{place}: {message}"))
    assert not faults
    assert parsed is not None
    return parsed


def with_rows(book: Rulebook, rows: tuple[StatusRow, ...]) -> Rulebook:
    status = book.policy.status.model_copy(update={"rows": rows})
    return replace(book, policy=book.policy.model_copy(update={"status": status}))


def with_rule(book: Rulebook, kind: str, id_: str, **changes: Any) -> Rulebook:
    """The rulebook with one definition, cause or subset changed."""
    rules = getattr(book, kind)
    assert any(one.id == id_ for one in rules)
    return replace(book, **{kind: tuple(one.model_copy(update=changes) if one.id == id_ else one for one in rules)})


def with_strategies(book: Rulebook, option: str, **changes: Any) -> Rulebook:
    """The rulebook with every strategy of an option changed."""
    options = []
    for one in book.options:
        changed = tuple(strategy.model_copy(update=changes) for strategy in one.strategies)
        options.append(one.model_copy(update={"strategies": changed}) if one.option == option else one)
    return replace(book, options=tuple(options))
