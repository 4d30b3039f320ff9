"""Looks for what a rulebook leaves without a source, a date, a unit, a safety record, or a use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from decidua.assessment.evidence.positions import speaks_of
from decidua.authoring.conditions import reachable_statuses
from decidua.authoring.diagnostics import Diagnostic, at
from decidua.authoring.meaning import expanded
from decidua.condition.english import value_in_english
from decidua.condition.syntax import Atom, Condition, Rule, atoms, facts_in, walk
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import Rulebook
from decidua.rulebook.models import Cause, Strategy, Subset

__all__ = ["coverage_findings"]


def coverage_findings(book: Rulebook) -> Iterator[Diagnostic]:
    """Yield what a rulebook leaves without something that it should have."""
    yield from _without_source(book)
    yield from _without_date(book)
    yield from _thresholds(book)
    yield from _without_safety_record(book)
    yield from _positions(book)
    yield from _evidence(book)
    yield from _cautions(book)


def _named_after(book: Rulebook) -> list[Subset | Strategy]:
    """Return the rules whose sources are ids of studies and documents."""
    return [*book.subsets, *book.strategies]


def _without_source(book: Rulebook) -> Iterator[Diagnostic]:
    for rule in _named_after(book):
        if not rule.source:
            yield at(book, f"id:{rule.id}", "R701", "names no source; add the study or document that was read")
    for cause in book.causes:
        for care in cause.usual_care:
            if not care.positions and care.guideline is None and care.source is None:
                message = f"says what is usual ({_short(care.says)}) and not who says so; add its source"
                yield at(book, f"id:{cause.id}", "R701", message)
    for drug in book.drugs:
        for caution in drug.cautions:
            if caution.source is None and caution.level != "inference":
                message = f"the {caution.level} '{caution.finding}' names no source; add it, or call it an inference"
                yield at(book, f"key:{drug.key}", "R701", message)


def _without_date(book: Rulebook) -> Iterator[Diagnostic]:
    undated = "has no date, and counts only where no date is asked for; add it where it can be read"
    for paper in (*book.studies, *book.syntheses, *book.guidelines):
        if paper.published is None:
            yield at(book, f"id:{paper.id}", "R702", undated)
    rules: list[Any] = [*book.definitions, *book.panels, *book.causes, *book.subsets, *book.strategies]
    for rule in rules:
        if rule.valid.since is None:
            yield at(book, f"id:{rule.id}", "R702", undated)


# Thresholds


def _thresholds(book: Rulebook) -> Iterator[Diagnostic]:
    facts = vocabulary()
    papers = {*book.study, *book.synthesis}
    for cause in book.causes:
        for atom in _measurements(cause.when, facts):
            yield from _threshold(book, cause, atom, facts[atom.fact])
    for rule in _named_after(book):
        measured = _measurements(rule.when, facts)
        for atom in measured:
            yield from _threshold(book, rule, atom, facts[atom.fact])
        immune = [one.fact for one in measured if one.fact.startswith("immune.")]
        if immune and not papers.intersection(rule.source):
            message = f"its threshold of '{immune[0]}' names no study or review that it comes from; add it to 'source'"
            yield at(book, f"id:{rule.id}", "R704", message)
    for test in book.investigations:
        units = _units([facts[name] for name in test.facts if name in facts])
        for text in test.thresholds:
            yield from _threshold_in_words(book, test.key, text, units)


def _measurements(condition: Condition, facts: Mapping[str, Fact]) -> list[Atom]:
    """Return the comparisons of a condition with something that was measured, each once."""
    every = [one for one in atoms(condition) if isinstance(one, Atom) and _measured(facts.get(one.fact))]
    return list(dict.fromkeys(every))


def _measured(fact: Fact | None) -> bool:
    return fact is not None and fact.kind == "number" and fact.read_from.startswith(("investigations", "immune"))


def _threshold(book: Rulebook, rule: Subset | Strategy | Cause, atom: Atom, fact: Fact) -> Iterator[Diagnostic]:
    """See that the words of a rule say its threshold with the unit."""
    more = (rule.dose, rule.timing) if isinstance(rule, Strategy) else rule.notes if isinstance(rule, Cause) else ()
    text = " ".join((rule.title, rule.says, *more))
    for value in atom.value if isinstance(atom.value, tuple) else (atom.value,):
        number = re.compile(rf"(?<![\d.]){re.escape(f'{value:g}')}(?![\d.]*\d)")
        if not number.search(text) or not any(unit in text.lower() for unit in _units([fact])):
            said = value_in_english(value, fact)
            message = f"its words do not say the threshold '{said}' with its unit; say it in 'says' or 'title'"
            yield at(book, f"id:{rule.id}", "R703", message)


SHARED_UNITS = ("%", "percentile", "ratio", "weeks", "units", "kg/m2")
WORDS_OF_UNITS = {"percent": "%", "reciprocal_titre": "1:", "GPL_or_MPL": "gpl"}


def _units(facts: Iterable[Fact]) -> list[str]:
    """Return words by which a text can name the unit of one of some facts, in small letters."""
    every = [fact.unit for fact in facts if fact.unit]
    return [WORDS_OF_UNITS.get(unit, unit.replace("_", " ").lower()) for unit in every]


_NUMBER = re.compile(r"(?<![\w.:-])\d+(\.\d+)?(?![\w]*[A-Za-z])")
_YEAR = re.compile(r"\b(1[89]|20)\d\d\b")


def _threshold_in_words(book: Rulebook, key: str, text: str, units: list[str]) -> Iterator[Diagnostic]:
    """See that a threshold given in words has a unit, and a name with a year that it comes from."""
    short = _short(text)
    if not _YEAR.search(text):
        message = f"the threshold '{short}' does not say whose it is; name the study or document with its year"
        yield at(book, f"key:{key}", "R704", message)
    numbers = _NUMBER.search(_YEAR.sub("", text))
    named = [*units, *SHARED_UNITS, *(word for unit in units for word in unit.split() if len(word) > 3)]
    if numbers and not any(unit in text.lower() for unit in named):
        yield at(book, f"key:{key}", "R703", f"the threshold '{short}' names no unit; add it")


# Safety records, positions, evidence, cautions


def _without_safety_record(book: Rulebook) -> Iterator[Diagnostic]:
    reachable = reachable_statuses(book, Atom("safety_recorded", "=", value=False))
    best = reachable[0].replace("_", " ") if reachable else "nothing"
    for strategy in book.strategies:
        if not strategy.drugs:
            message = f"has no safety record, so that it can be {best} at best; add the record and name it in 'drugs'"
            yield at(book, f"id:{strategy.id}", "R801", message)


def _positions(book: Rulebook) -> Iterator[Diagnostic]:
    for position in book.positions:
        if position.option is None:
            continue
        option = book.option.get(position.option)
        ways = [] if option is None else [one for one in option.strategies if speaks_of(position, one)]
        if not ways:
            message = (
                f"speaks of '{position.option}' ({position.drug}) in '{position.condition}', and no strategy of it "
                "matches; correct its drug or condition, or add the strategy"
            )
            yield at(book, f"id:{position.id}", "R802", message)
        for id_ in position.only_strategies:
            if ways and id_ not in {one.id for one in ways}:
                message = f"names the strategy '{id_}', which its drug or condition leaves out; correct one of them"
                yield at(book, f"id:{position.id}", "R802", message)
    spoken = {one.guideline for one in book.positions} | {one.guideline for one in book.care_positions}
    spoken |= {id_ for one in book.unread for id_ in one.guidelines}
    named = {one.guideline for one in book.definitions} | {one.guideline for one in book.panels}
    for guideline in book.guidelines:
        if guideline.id not in spoken | named:
            message = "no position, definition or panel of it is on record; add what it says, or list it under 'unread'"
            yield at(book, f"id:{guideline.id}", "R807", message)


def _evidence(book: Rulebook) -> Iterator[Diagnostic]:
    named = {id_ for rule in _named_after(book) for id_ in rule.source}
    named |= {use.study for strategy in book.strategies for use in strategy.evidence}
    named |= {id_ for strategy in book.strategies for id_ in strategy.syntheses}
    for study in book.studies:
        yield from _unused(book, study, "study", study.not_pooled_because if not study.pooled else None, named)
    for synthesis in book.syntheses:
        yield from _unused(book, synthesis, "synthesis", None if synthesis.used else synthesis.not_used_because, named)


def _unused(book: Rulebook, paper: Any, kind: str, because: str | None, named: set[str]) -> Iterator[Diagnostic]:
    if paper.id in named or paper.same_as is not None:
        return
    if because is None:
        message = f"no strategy uses this {kind}; name it in one, or say why it stands apart"
        yield at(book, f"id:{paper.id}", "R803", message)
    else:
        message = f"no strategy uses this {kind}; its record says why: {_short(because, 80)}"
        yield at(book, f"id:{paper.id}", "R806", message)


def _short(text: str, most: int = 60) -> str:
    return text.rstrip(".") if len(text) <= most else f"{text[: most - 3].rstrip()}..."


def _cautions(book: Rulebook) -> Iterator[Diagnostic]:
    rules = {id_: rule.condition for id_, rule in book.at().rules.items()}
    holders: dict[str, list[str]] = {}
    for drug in book.drugs:
        for key in (*(one.finding for one in drug.cautions), *(one.finding for one in drug.screening or ())):
            holders.setdefault(key, []).append(drug.key)
    for strategy in book.strategies:
        for key in strategy.stops:
            holders.setdefault(key, []).append(strategy.id)
    for finding in book.findings:
        by = list(dict.fromkeys(holders.get(finding.key, ())))
        whole = expanded(finding.when, rules)
        if not by:
            message = "no safety record and no strategy refers to it; name it there, or take it out"
            yield at(book, f"key:{finding.key}", "R805", message)
        elif not facts_in(whole) and not any(isinstance(node, Rule) for node in walk(whole)):
            message = (
                f"no field of the profile asks for it, so that it stays unknown for every woman though it is held "
                f"against {', '.join(by)}; read it from a fact of the vocabulary"
            )
            yield at(book, f"key:{finding.key}", "R804", message)
