"""What differs between two rulebooks: the rules in words, and what is said of women, with the rule that made it so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Literal, cast

from pydantic import Field

from decidua.assessment.change import About, Change
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.worlds import Aspect, World, attribute, differences, judge_world
from decidua.authoring.records import RecordChange, record_changes, with_records_of
from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.model import Profile
from decidua.rulebook.book import Rulebook
from decidua.rulebook.checking import check_rulebook

__all__ = ["RulesDifference", "WomanChanged", "compare_rulebooks"]

MOST_LEFT_OUT = 60
"""Most changes that are left out one by one; of more, those of a file are left out together."""

SHOWN_ONLY = ("ongoing", "contradiction", "unread", "subject", "care_position", "comparison", "unreliable")
"""Kinds that are shown and move nothing."""

WORDS = ("says", "notes", "in brief", "source", "population")
"""Fields that are shown and move nothing."""


class Side(Frozen):
    """One of the two rulebooks."""

    name: Annotated[str, Field(description="The folder or revision, as it was named.")]
    version: str
    sha256: str


class WomanChanged(Frozen):
    """What is said differently of one woman.

    Attributes:
        profile: Her profile, as it was named.
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
        by: Whether changes were left out one by one, or those of a file together, since there are so many.
    """

    old: Side
    new: Side
    records: tuple[RecordChange, ...]
    women: tuple[WomanChanged, ...]
    looked_at: int
    by: Literal["record", "file"]


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
    records = record_changes(old, new)
    moving = [one for one in records if one.kind not in SHOWN_ONLY and not _in_words_only(one)]
    by: Literal["record", "file"] = "record" if len(moving) <= MOST_LEFT_OUT else "file"
    judge = _Judge(old, new, as_of, _sources(moving, by))
    women = []
    for name, profile in profiles.items():
        changes = tuple(judge.changes(draw_facts(profile))) if moving else ()
        if changes:
            women.append(WomanChanged(name, changes))
    sides = [Side(name, book.manifest.version, book.sha256) for name, book in zip(names, (old, new), strict=True)]
    return RulesDifference(sides[0], sides[1], tuple(records), tuple(women), len(profiles), by)


def _in_words_only(change: RecordChange) -> bool:
    return change.how == "changed" and all(one.field.partition(",")[0] in WORDS for one in change.fields)


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


class _Judge:
    """Judges women by either rulebook, and by the new one without some of what changed."""

    def __init__(self, old: Rulebook, new: Rulebook, as_of: str | None, sources: Sequence[tuple[str, Source]]) -> None:
        self._old, self._new, self._as_of = old, new, as_of
        self._sources = sources
        self._between: dict[tuple[Source, ...], Rulebook] = {}

    def changes(self, facts: Facts) -> list[Change]:
        """Return what is said differently of one woman, each with what made it so."""
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

    def _world(self, book: Rulebook, facts: Facts) -> World:
        """Judge what is said of a woman, with the verdict of every rule."""
        world = judge_world(book.at(self._as_of), facts)
        return replace(world, said={**world.said, **dict(_verdicts(book, self._as_of, facts))})


def _verdicts(book: Rulebook, as_of: str | None, facts: Facts) -> Iterator[tuple[Aspect, str]]:
    view = book.at(as_of)
    verdicts = Verdicts(view, facts, "reference")
    homes: dict[str, OptionKey] = {one.id: option.option for option in book.options for one in option.strategies}
    for id_, rule in view.rules.items():
        about = cast("About", rule.kind)
        yield Aspect(about, id_.partition(":")[2] or id_, "verdict", homes.get(id_)), verdicts.verdict(id_).value
