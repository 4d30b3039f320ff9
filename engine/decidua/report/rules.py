"""The rulebook as report blocks: the list of its rules, and one rule or record in plain English."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from decidua.assessment.evidence.documents import side_by_side
from decidua.condition.english import in_english
from decidua.condition.syntax import All, AnyOf, AtLeast, Atom, Condition, Known, Not, Rule, Untold, children
from decidua.errors import DeciduaError, nearest
from decidua.frozen import Frozen
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import vocabulary
from decidua.record import Record
from decidua.report.behind import behind_blocks
from decidua.report.evidence_positions import contradiction_bullet
from decidua.report.on_tests import blocks_on_test
from decidua.report.option import sentence
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, series
from decidua.rulebook.book import AGGREGATES, Rulebook, panel_condition
from decidua.rulebook.laying import POLICIES
from decidua.rulebook.policy import (
    POLICY_FACTS,
    CertaintyPolicy,
    CertaintyRule,
    Size,
    StabilityPolicy,
)

__all__ = ["Entry", "found_by", "list_blocks", "listed", "show_blocks"]

NUMBERED = (CertaintyPolicy, CertaintyRule, Size, StabilityPolicy)
"""Records of a policy whose numbers have a source, or are decidua's own choice."""

CONDITION_TYPES = (Atom, Known, Rule, All, AnyOf, Not, AtLeast, Untold)


class Entry(Frozen):
    """One line of the list."""

    id: str
    kind: str
    title: str
    record: Any

    def place(self, book: Rulebook) -> tuple[str, int | None] | None:
        """Return file and line of the record, or None where it stands in no file of its own."""
        if self.kind == "aggregate":
            return None
        prefixes = {"option": "option", "drug": "key", "finding": "key", "investigation": "key", "subject": "key"}
        return book.places.get(f"{prefixes.get(self.kind, 'id')}:{self.id}")


def entries(book: Rulebook) -> Iterator[Entry]:
    """Yield every rule and record of a rulebook."""
    yield from (Entry(one.id, "definition", one.title, one) for one in book.definitions)
    yield from (Entry(one.id, "panel", one.title, one) for one in book.panels)
    yield from (Entry(one.id, "cause", one.title, one) for one in book.causes)
    yield from (Entry(id_, "aggregate", title, None) for id_, title in AGGREGATES.items())
    yield from (Entry(one.id, "subset", one.title, one) for one in book.subsets)
    yield from (Entry(one.option, "option", one.name, one) for one in book.options)
    yield from (Entry(one.id, "strategy", one.title, one) for one in book.strategies)
    yield from (Entry(one.key, "drug", ", ".join(one.names), one) for one in book.drugs)
    yield from (Entry(one.key, "finding", one.label, one) for one in book.findings)
    yield from (Entry(one.key, "investigation", one.name, one) for one in book.investigations)
    yield from (Entry(one.id, "study", one.citation.title or "title not read", one) for one in book.studies)
    yield from (Entry(one.id, "synthesis", one.question, one) for one in book.syntheses)
    yield from (Entry(one.id, "document", f"{one.society_name}: {one.title}", one) for one in book.guidelines)
    yield from (Entry(one.id, "position", one.in_brief, one) for one in book.positions)
    yield from (Entry(one.key, "subject", one.name, one) for one in book.subjects)
    yield from (Entry(one.id, "care_position", one.in_brief, one) for one in book.care_positions)
    yield from (Entry(one.id, "contradiction", one.topic, one) for one in book.contradictions)
    yield from (Entry(one.id, "comparison", one.in_brief, one) for one in book.comparisons)
    yield from (Entry(one.id, "unreliable", f"not relied on: {one.why}", one) for one in book.unreliable)
    yield from (Entry(name, "policy", f"Policy: {name}", getattr(book.policy, name)) for name in POLICIES)
    policy = book.policy
    yield from (Entry(one.id, "status_rule", one.says, one) for one in policy.status.rows)
    yield from (Entry(one.id, "certainty_rule", one.says, one) for one in policy.certainty.rules)
    pooling = (*policy.pooling.never, *policy.pooling.second_line, *policy.pooling.alone)
    yield from (Entry(one.id, "pooling_rule", one.says, one) for one in pooling)
    yield from (Entry(one.id, "baseline_rule", one.says, one) for one in policy.baseline.rules)


def listed(book: Rulebook, kind: str | None, words: Sequence[str] = ()) -> list[Entry]:
    """Return the entries of one kind, or all; with words, those whose id or title holds each of them.

    Raises:
        DeciduaError: There is no such kind.
    """
    every = list(entries(book))
    kinds = list(dict.fromkeys(entry.kind for entry in every))
    if kind is not None and kind not in kinds:
        raise DeciduaError(f"there is no kind '{kind}'{nearest(kind, kinds)}; the kinds are {', '.join(kinds)}")
    wanted = [word.lower() for word in words]
    return [
        entry
        for entry in every
        if kind in (None, entry.kind) and all(word in f"{entry.id} {entry.title}".lower() for word in wanted)
    ]


def list_blocks(book: Rulebook, found: list[Entry]) -> list[Block]:
    """Return the list as a grid of id, kind and title; a record that an overlay brought names the overlay."""
    if not found:
        return [Paragraph("No rule or record is called so; 'decidua rules list' without words shows them all.")]
    rows = tuple((entry.id, entry.kind, f"{entry.title}{_brought(book, entry)}") for entry in found)
    return [Grid(("Id", "Kind", "Title"), rows, tuple("plain" for _ in rows))]


def _brought(book: Rulebook, entry: Entry) -> str:
    overlay, place = book.overlay_of(entry.kind, entry.id), entry.place(book)
    if overlay is None:
        return ""
    return f" [from overlay {overlay}{f', {place[0]}' if place else ''}]"


def show_blocks(book: Rulebook, id_: str, folders: Sequence[Path] = ()) -> list[Block]:
    """Return one rule or record in plain English, with its place in the files and what stands behind it.

    Args:
        book: The rulebook.
        id_: Id of the rule or record.
        folders: Folders of the rules, whose worked cases are named too.

    Raises:
        DeciduaError: There is no such id; the nearest is named.
    """
    return [
        block
        for entry in found_by(book, id_)
        for block in (*_show(book, entry), *behind_blocks(book, entry.kind, entry.id, entry.record, folders))
    ]


def found_by(book: Rulebook, id_: str) -> list[Entry]:
    """Return every rule or record of an id.

    Raises:
        DeciduaError: There is none; the nearest is named.
    """
    every = list(entries(book))
    found = [entry for entry in every if entry.id == id_]
    if not found:
        raise DeciduaError(f"there is no rule or record '{id_}'{nearest(id_, [entry.id for entry in every])}")
    return found


def _show(book: Rulebook, entry: Entry) -> Iterator[Block]:
    yield Heading(f"{entry.title}", 1)
    place = entry.place(book)
    where = "" if place is None else f", in {place[0]}, line {place[1]}"
    yield Paragraph(f"{entry.kind} '{entry.id}'{where}", "muted")
    if book.overlays:
        from decidua.report.overlay import origin_blocks  # noqa: PLC0415 - needed for overlays alone

        yield from origin_blocks(book, entry.kind, entry.id)
    if entry.record is None:
        members = _members(book, entry.id)
        yield Paragraph(f"Holds when any of these holds on the date: {', '.join(members)}.")
        return
    policy = entry.id if entry.kind == "policy" else entry.kind.removesuffix("_rule")
    facts = POLICY_FACTS.get(policy, vocabulary())
    if isinstance(entry.record, tuple):
        yield Bullets(tuple(Bullet("", _line(book, one, facts)) for one in entry.record))
        return
    if entry.kind == "panel":
        yield Paragraph(f"Unexplained by it when: {_say(book, panel_condition(entry.record), facts)}.")
    yield Bullets(tuple(_fields(book, entry.record, facts)))
    if entry.kind in ("investigation", "subject"):
        yield from blocks_on_test(book.at(), entry.id)
    elif entry.kind == "contradiction":
        sides = [contradiction_bullet(one).details for one in side_by_side(book.at(), [entry.record])]
        yield Bullets((Bullet("Who stands where", "", "open", tuple(line for one in sides for line in one)),))


def _members(book: Rulebook, aggregate: str) -> list[str]:
    condition = book.at().rules[aggregate].condition
    return [part.id for part in children(condition) if isinstance(part, Rule)]


def _say(book: Rulebook, condition: Condition, facts: Mapping[str, Fact]) -> str:
    return in_english(condition, facts, book.titles)


def _fields(book: Rulebook, record: Record, facts: Mapping[str, Fact]) -> Iterator[Bullet]:
    for name in type(record).model_fields:
        value = _own_choice(record, name)
        if value is None or value == () or name in ("id", "key", "title"):
            continue
        label = name.strip("_").replace("_", " ").capitalize()
        if isinstance(value, tuple) and value and isinstance(value[0], Record):
            yield Bullet(label, f"{len(value)}", "plain", tuple(_line(book, one, facts) for one in value))
        else:
            yield Bullet(label, _value(book, value, facts))


USUAL = {"url_exact": True, "hard_stop": True, "isolates": True}
"""What is so unless a record says otherwise, and needs no saying."""


def _line(book: Rulebook, record: Record, facts: Mapping[str, Fact]) -> str:
    parts = []
    for name in type(record).model_fields:
        value = _own_choice(record, name)
        told = name in USUAL if value is False else value not in (None, (), "") and USUAL.get(name) is not value
        if told:
            parts.append(f"{name.strip('_').replace('_', ' ')} {_value(book, value, facts)}")
    return "; ".join([*(part.removesuffix(".") for part in parts[:-1]), *parts[-1:]])


def _own_choice(record: Record, name: str) -> Any:
    """Return a field; a number of a policy that has no source is decidua's own choice, and says so."""
    value = getattr(record, name)
    no_source = value is None and name in ("source", "smallest_difference_source")
    return "decidua's own choice" if no_source and isinstance(record, NUMBERED) else value


def _value(book: Rulebook, value: Any, facts: Mapping[str, Fact]) -> str:
    if isinstance(value, CONDITION_TYPES):
        return _say(book, value, facts)
    if isinstance(value, Record):
        return f"({_line(book, value, facts)})"
    if isinstance(value, tuple):
        parts = [_value(book, one, facts) for one in value]
        return " ".join(map(sentence, parts)) if any(part.endswith(".") for part in parts) else series(parts)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_value(book, text, facts)}" for key, text in value.items())
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
