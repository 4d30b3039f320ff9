"""What differs between two rulebooks: the rules in words, and what is said of women, with the rule that made it so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Literal, cast

from pydantic import Field

from decidua.assessment.answers.change import About, Change
from decidua.assessment.supposing.worlds import Aspect, World, attribute, differences, judge_world
from decidua.assessment.verdicts import Verdicts
from decidua.authoring.records import RecordChange, record_changes, with_records_of
from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, Value, draw_facts
from decidua.profile.model import Profile
from decidua.rulebook.book import Rulebook
from decidua.rulebook.checking import check_rulebook
from decidua.truth import Verdict

__all__ = ["RulesDifference", "WomanChanged", "compare_for_women", "compare_rulebooks"]

MOST_LEFT_OUT = 60
"""Most changes that are left out one by one; of more, those of a file are left out together."""

SHOWN_ONLY = ("ongoing", "contradiction", "unread", "subject", "care_position", "comparison", "unreliable")
"""Kinds that are shown and move nothing."""

WORDS = ("says", "notes", "in brief", "source", "population")
"""Fields that are shown and move nothing."""

CONDITIONS = ("when", "eligibility")
"""Fields that move something through verdicts alone."""

MOST_KEPT = 2_000
"""Most worlds, and most women, of whom is remembered what was said."""


class Side(Frozen):
    """One of the two rulebooks."""

    name: Annotated[str, Field(description="The folder or revision, as it was named.")]
    version: str
    sha256: str


class WomanChanged(Frozen):
    """What is said differently of one woman.

    Attributes:
        profile: Her profile, as it was named; her row, where a table was looked at.
        changes: Every verdict, status, rank, certainty and effect that differs, with the rules that made it so. A new
            way of use, position or study that is not for her changes nothing and is left out, as is one that is gone.
    """

    profile: str
    changes: tuple[Change, ...]


class RulesDifference(Frozen):
    """What differs between two rulebooks.

    Attributes:
        records: Every record that differs.
        women: The women of whom something is said differently.
        looked_at: How many women were looked at.
        table: The table that was looked at, where it was one.
        remarks: What to know of that table: cells that could not be used.
        by: Whether changes were left out one by one, or those of a file together, since there are so many.
    """

    old: Side
    new: Side
    records: tuple[RecordChange, ...]
    women: tuple[WomanChanged, ...]
    looked_at: int
    by: Literal["record", "file"]
    table: str | None = None
    remarks: tuple[str, ...] = ()


def compare_rulebooks(
    old: Rulebook,
    new: Rulebook,
    profiles: Mapping[str, Profile],
    *,
    names: tuple[str, str] = ("old", "new"),
    as_of: str | None = None,
) -> RulesDifference:
    """Say what differs between two rulebooks, and for whom.

    Args:
        old: The rulebook before.
        new: The rulebook after.
        profiles: The women to look at, by name.
        names: What the rulebooks are called.
        as_of: The date on which the women are judged; None is that of each evidence base.

    Raises:
        DeciduaError: No such date.
    """
    women = ((name, draw_facts(profile)) for name, profile in profiles.items())
    return compare_for_women(old, new, women, names=names, as_of=as_of)


def compare_for_women(
    old: Rulebook,
    new: Rulebook,
    women: Iterable[tuple[str, Facts]],
    *,
    names: tuple[str, str] = ("old", "new"),
    as_of: str | None = None,
    table: str | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> RulesDifference:
    """Say what differs between two rulebooks, and for whom.

    Args:
        old: The rulebook before.
        new: The rulebook after.
        women: The women to look at, each with her name and what is known of her.
        names: What the rulebooks are called.
        as_of: The date on which the women are judged; None is that of each evidence base.
        table: The table that the women stand in, where they do.
        progress: Told how many women were looked at.

    Raises:
        DeciduaError: No such date.
    """
    records = record_changes(old, new)
    moving = [one for one in records if one.kind not in SHOWN_ONLY and not _only_in(one, WORDS)]
    by: Literal["record", "file"] = "record" if len(moving) <= MOST_LEFT_OUT else "file"
    through_verdicts = all(_only_in(one, (*CONDITIONS, *WORDS)) for one in moving)
    judge = _Judge(old, new, as_of, _sources(moving, by), through_verdicts=through_verdicts)
    changed: list[WomanChanged] = []
    looked_at = 0
    for name, facts in women:
        changes = judge.changes(facts) if moving else ()
        if changes:
            changed.append(WomanChanged(name, changes))
        looked_at += 1
        progress(looked_at)
    sides = [Side(name, book.manifest.version, book.sha256) for name, book in zip(names, (old, new), strict=True)]
    return RulesDifference(sides[0], sides[1], tuple(records), tuple(changed), looked_at, by, table)


def _only_in(change: RecordChange, fields: Sequence[str]) -> bool:
    return change.how == "changed" and all(one.field.partition(",")[0] in fields for one in change.fields)


def _passes_her_by(change: Change) -> bool:
    """Tell whether all that is new, or gone, is that a way of use, a position or a study is not for her."""
    only = change.after if change.before is None else change.before if change.after is None else None
    return change.what == "verdict" and change.about in ("strategy", "position", "study") and only == "no"


Source = tuple[RecordChange, ...]


def _sources(moving: Sequence[RecordChange], by: Literal["record", "file"]) -> list[tuple[str, Source]]:
    if by == "record":
        ids = [one.id for one in moving]
        return [(one.id if ids.count(one.id) == 1 else f"{one.kind}:{one.id}", (one,)) for one in moving]
    files: dict[str, list[RecordChange]] = {}
    for one in moving:
        files.setdefault(one.file or one.kind, []).append(one)
    return [(file, tuple(changes)) for file, changes in files.items()]


REFERENCES = ("R302", "R402")
"""Faults of a record that refers to one that is not there."""


Vector = tuple[tuple[str, Verdict], ...]
"""The verdict of every rule on a woman: all that what is said of her depends on."""


class _Judge:
    """Judges women by either rulebook, and by the new one without some of what changed."""

    def __init__(
        self,
        old: Rulebook,
        new: Rulebook,
        as_of: str | None,
        sources: Sequence[tuple[str, Source]],
        *,
        through_verdicts: bool,
    ) -> None:
        self._old, self._new, self._as_of = old, new, as_of
        self._sources = sources
        self._through_verdicts = through_verdicts
        self._between: dict[tuple[Source, ...], Rulebook] = {}
        self._worlds: dict[tuple[int, Vector], World] = {}
        self._seen: dict[tuple[tuple[str, Value], ...], tuple[Change, ...]] = {}

    def changes(self, facts: Facts) -> tuple[Change, ...]:
        """Return what is said differently of one woman, each with what made it so."""
        key = tuple(facts.values.items())
        if key not in self._seen:
            if len(self._seen) >= MOST_KEPT:
                self._seen.clear()
            self._seen[key] = tuple(self._changes(facts))
        return self._seen[key]

    def _changes(self, facts: Facts) -> list[Change]:
        if self._through_verdicts and self._verdicts(self._old, facts) == self._verdicts(self._new, facts):
            return []
        before, after = self._world(self._old, facts), self._world(self._new, facts)
        if not differences(before, after):
            return []
        found = attribute(before, after, self._sources, lambda without: self._world(self._without(without), facts))
        return [one for one in found if not _passes_her_by(one)]

    def _without(self, without: Sequence[Source]) -> Rulebook:
        key = tuple(without)
        if key not in self._between:
            changes = [one for source in without for one in source]
            self._between[key] = self._sound_without(changes)
        return self._between[key]

    def _sound_without(self, changes: list[RecordChange]) -> Rulebook:
        """Return the new rulebook without some changes, and without those that cannot stand without them."""
        every = [one for _, source in self._sources for one in source]
        while True:
            book = with_records_of(self._new, self._old, changes)
            hanging = {fault.field for fault in check_rulebook(book) if fault.code in REFERENCES}
            further = [one for one in every if one.id in hanging and one not in changes]
            if not further:
                return self._old if hanging else book
            changes = [*changes, *further]

    def _verdicts(self, book: Rulebook, facts: Facts) -> Vector:
        view = book.at(self._as_of)
        verdicts = Verdicts(view, facts, "reference")
        return tuple((id_, verdicts.verdict(id_)) for id_ in view.rules)

    def _world(self, book: Rulebook, facts: Facts) -> World:
        """Judge what is said of a woman, with the verdict of every rule: women with the same verdicts share it."""
        verdicts = self._verdicts(book, facts)
        key = (id(book), verdicts)
        if key not in self._worlds:
            if len(self._worlds) >= MOST_KEPT:
                self._worlds.clear()
            world = judge_world(book.at(self._as_of), facts)
            self._worlds[key] = replace(world, said={**world.said, **dict(_said_of_rules(book, self._as_of, verdicts))})
        return self._worlds[key]


def _said_of_rules(book: Rulebook, as_of: str | None, verdicts: Vector) -> Iterator[tuple[Aspect, str]]:
    rules = book.at(as_of).rules
    homes: dict[str, OptionKey] = {one.id: option.option for option in book.options for one in option.strategies}
    for id_, verdict in verdicts:
        about = cast("About", rules[id_].kind)
        yield Aspect(about, id_.partition(":")[2] or id_, "verdict", homes.get(id_)), verdict.value
