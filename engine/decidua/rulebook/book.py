"""The rulebook: every record of ``rules/`` in one object, and what of it holds on a date."""

from __future__ import annotations

import datetime
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field

from decidua.condition.syntax import All, AnyOf, Condition, Not, Rule, Untold
from decidua.engines.production import ProductionNetwork
from decidua.errors import DeciduaError, nearest
from decidua.evidence.care import CarePosition, CareSubject, Comparison, UnreliableSource
from decidua.evidence.models import (
    Contradiction,
    Guideline,
    Ongoing,
    PartialDate,
    Position,
    Record,
    SafetyNote,
    Study,
    Synthesis,
    Text,
    UnreadPosition,
    last_day,
)
from decidua.frozen import Frozen
from decidua.rulebook.models import (
    Cause,
    CautionFinding,
    Definition,
    Drug,
    Investigation,
    Option,
    Panel,
    Strategy,
    Subset,
    Validity,
)
from decidua.rulebook.overlay import Overlay
from decidua.rulebook.policy import Policy

__all__ = ["AGGREGATES", "CompiledRule", "DatedRulebook", "Manifest", "RuleKind", "Rulebook", "panel_condition"]

RuleKind = Literal["definition", "panel", "cause", "subset", "strategy", "finding", "position", "study", "aggregate"]


Kept = TypeVar("Kept")


class Manifest(Record):
    """``rules/rulebook.yaml``: the rulebook as a whole; ``as_of`` is the date of its evidence base."""

    name: Text
    version: Text
    as_of: Annotated[PartialDate, Field(min_length=10)]
    notice: Text


class CompiledRule(Frozen):
    """One rule ready for any engine; ``id`` is unique over all kinds."""

    id: str
    kind: RuleKind
    title: str
    condition: Condition


AGGREGATES: Mapping[str, str] = {
    "rpl": "recurrent pregnancy loss by at least one definition",
    "rif": "recurrent implantation failure by at least one definition",
    "unexplained_rpl": "recurrent loss unexplained by at least one society's panel",
    "unexplained_rif": "implantation failure unexplained by at least one society's panel",
}
"""Rules that follow from which definitions and panels hold on the date; every other rule may refer to them."""


@dataclass(frozen=True, eq=False)
class Rulebook:
    """Everything decidua knows, as loaded from a folder of rules.

    Attributes:
        sha256: Digest of every file.
        evidence_sha256: Digest of the files under ``evidence/``.
        topics: Topic of each study, synthesis and ongoing trial, by id: the evidence file that holds it.
        places: Where each record stood, by ``id:...`` or ``key:...``: file and line.
        overlays: Local overlays laid over the rulebook, the first at the bottom.
        origins: Name of the overlay that brought a record, by ``kind:id``; what is not in it is the rulebook's own.
        base: The rulebook that the overlays lie over; None where there is no overlay.
    """

    manifest: Manifest
    definitions: tuple[Definition, ...]
    panels: tuple[Panel, ...]
    causes: tuple[Cause, ...]
    subsets: tuple[Subset, ...]
    investigations: tuple[Investigation, ...]
    options: tuple[Option, ...]
    findings: tuple[CautionFinding, ...]
    drugs: tuple[Drug, ...]
    studies: tuple[Study, ...]
    syntheses: tuple[Synthesis, ...]
    ongoing: tuple[Ongoing, ...]
    safety_notes: tuple[SafetyNote, ...]
    guidelines: tuple[Guideline, ...]
    positions: tuple[Position, ...]
    contradictions: tuple[Contradiction, ...]
    unread: tuple[UnreadPosition, ...]
    subjects: tuple[CareSubject, ...]
    care_positions: tuple[CarePosition, ...]
    comparisons: tuple[Comparison, ...]
    unreliable: tuple[UnreliableSource, ...]
    policy: Policy
    sha256: str
    evidence_sha256: str
    topics: Mapping[str, str] = field(repr=False, default_factory=dict)
    places: Mapping[str, tuple[str, int | None]] = field(repr=False, default_factory=dict)
    overlays: tuple[Overlay, ...] = ()
    origins: Mapping[str, str] = field(repr=False, default_factory=dict)
    base: Rulebook | None = field(repr=False, default=None)
    _views: dict[str | None, DatedRulebook] = field(init=False, repr=False, default_factory=dict)
    _lock: threading.Lock = field(init=False, repr=False, default_factory=threading.Lock)

    def at(self, as_of: str | datetime.date | None = None, *, without: frozenset[str] = frozenset()) -> DatedRulebook:
        """Return what holds on a date; None is the date of the evidence base, undated records included.

        Args:
            as_of: ``YYYY``, ``YYYY-MM`` (each means its last day), ``YYYY-MM-DD``, or a date.
            without: Ids of records to hold back, as if they had not been published; such a view is not kept.

        Raises:
            DeciduaError: ``as_of`` is no such date.
        """
        key = None if as_of is None else read_as_of(as_of)
        if without:
            return DatedRulebook(self, key, without)
        view = self._views.get(key)
        if view is not None:
            return view
        with self._lock:
            view = self._views.get(key)
            if view is None:
                if len(self._views) >= 16:
                    self._views.clear()
                view = self._views[key] = DatedRulebook(self, key)
            return view

    def __getstate__(self) -> dict[str, Any]:
        """Keep the records, and of the views the one without a date: what depends on no woman is computed in it."""
        state = {name: value for name, value in self.__dict__.items() if name in self.__dataclass_fields__}
        del state["_lock"]
        return state | {"_views": {key: view for key, view in self._views.items() if key is None}}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock())

    def overlay_of(self, kind: str, id_: str) -> str | None:
        """Return the name of the overlay that brought a record, or None where it is the rulebook's own."""
        return self.origins.get(f"{kind}:{id_}") if self.origins else None

    @cached_property
    def study(self) -> Mapping[str, Study]:
        """Studies by id."""
        return {study.id: study for study in self.studies}

    @cached_property
    def synthesis(self) -> Mapping[str, Synthesis]:
        """Syntheses by id."""
        return {synthesis.id: synthesis for synthesis in self.syntheses}

    @cached_property
    def guideline(self) -> Mapping[str, Guideline]:
        """Guidelines by id."""
        return {guideline.id: guideline for guideline in self.guidelines}

    @cached_property
    def newer(self) -> Mapping[str, tuple[str, ...]]:
        """The documents that supersede each document, by id, whichever of the two says so."""
        found: dict[str, dict[str, None]] = {one.id: dict.fromkeys(one.superseded_by) for one in self.guidelines}
        for one in self.guidelines:
            for older in one.supersedes:
                found.setdefault(older, {})[one.id] = None
        return {id_: tuple(newer) for id_, newer in found.items()}

    @cached_property
    def position(self) -> Mapping[str, Position]:
        """Positions by id."""
        return {position.id: position for position in self.positions}

    @cached_property
    def care_position(self) -> Mapping[str, CarePosition]:
        """Positions on tests and other care by id."""
        return {position.id: position for position in self.care_positions}

    @cached_property
    def tests_of(self) -> Mapping[str, tuple[str, ...]]:
        """Keys of the investigations that each subject of a position on tests or other care stands for."""
        return {test.key: (test.key,) for test in self.investigations} | {one.key: one.tests for one in self.subjects}

    @cached_property
    def drug(self) -> Mapping[str, Drug]:
        """Safety records by drug."""
        return {drug.key: drug for drug in self.drugs}

    @cached_property
    def finding(self) -> Mapping[str, CautionFinding]:
        """Findings that may speak against a treatment, by key."""
        return {finding.key: finding for finding in self.findings}

    @cached_property
    def option(self) -> Mapping[str, Option]:
        """Options by key."""
        return {option.option: option for option in self.options}

    @cached_property
    def option_name(self) -> Mapping[str, str]:
        """Name of each strategy's treatment: its own where it has one, else that of its option."""
        return {
            strategy.id: strategy.called or option.name for option in self.options for strategy in option.strategies
        }

    @cached_property
    def plural(self) -> Mapping[str, bool]:
        """Whether the name of each strategy's treatment is a plural; names of their own are singular."""
        return {
            strategy.id: option.plural and strategy.called is None
            for option in self.options
            for strategy in option.strategies
        }

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Titles of every rule that another may refer to."""
        titles = dict(AGGREGATES)
        for rule in (*self.definitions, *self.panels, *self.causes, *self.subsets):
            titles[rule.id] = rule.title
        for strategy in self.strategies:
            titles[strategy.id] = strategy.title
        for finding in self.findings:
            titles[f"finding:{finding.key}"] = finding.label
        return titles

    @property
    def strategies(self) -> Iterator[Strategy]:
        """Every strategy of every option."""
        return (strategy for option in self.options for strategy in option.strategies)


_AS_OF = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


def read_as_of(as_of: str | datetime.date) -> str:
    """Return the last day an ``as_of`` can mean, checked to be a real day."""
    text = as_of.isoformat()[:10] if isinstance(as_of, datetime.date) else str(as_of).strip()
    message = f"'{text}' is no date; write 2016, 2016-07 or 2016-07-31"
    if not _AS_OF.fullmatch(text) or (len(text) > 4 and not 1 <= int(text[5:7]) <= 12):
        raise DeciduaError(message)
    day = last_day(text)
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        raise DeciduaError(message) from None
    return day


def panel_condition(panel: Panel) -> Condition:
    """Return what a panel asks for: every test that is needed is normal."""
    parts: list[Condition] = []
    for item in panel.items:
        parts.append(item.normal if item.needed is None else AnyOf((Not(item.needed), item.normal)))
    return All(tuple(parts))


class DatedRulebook:
    """What of a rulebook holds on one date, and its rules compiled.

    Attributes:
        book: The rulebook.
        as_of: The day asked for, or None.
        day: The day it stands for: ``as_of``, else that of the evidence base.
        without: Ids of records that are held back.
        lifted: Ids of studies that count as if nothing were known against them.
        stand_ins: Ids of definitions or panels that stand in because none of that date was read.
    """

    def __init__(
        self,
        book: Rulebook,
        as_of: str | None,
        without: frozenset[str] = frozenset(),
        lifted: frozenset[str] = frozenset(),
    ) -> None:
        self.book = book
        self.as_of = as_of
        self.without = without
        self.lifted = lifted
        self.day = as_of or book.manifest.as_of
        self.stand_ins: set[str] = set()
        self.definitions: list[Definition] = [
            definition
            for term in ("rpl", "rif")
            for definition in self._valid([one for one in book.definitions if one.term == term])
        ]
        self.panels: list[Panel] = [
            panel
            for condition in ("rpl", "rif")
            for panel in self._valid([one for one in book.panels if one.condition == condition])
        ]
        self.studies = {
            study.id: study.as_if_sound() if study.id in lifted else study
            for study in book.studies
            if self._there(study.id, study.published)
        }
        self.syntheses = {one.id: one for one in book.syntheses if self._there(one.id, one.published)}
        self.guidelines = {one.id: one for one in book.guidelines if self._there(one.id, one.published)}
        self.subsets = [one for one in book.subsets if self._there(one.id, one.valid.since)]
        self.positions = [one for one in book.positions if one.guideline in self.guidelines]
        self.care_positions = [one for one in book.care_positions if one.guideline in self.guidelines]
        self.rules: dict[str, CompiledRule] = {rule.id: rule for rule in self._compile()}
        self._kept: dict[Any, Any] = {}
        self._shared: dict[Any, Any] = {}

    def near(self, as_of: str | None, *, without: frozenset[str] = frozenset()) -> DatedRulebook:
        """Return what holds on another day, without some records; the two share what depends on neither.

        Args:
            as_of: A day as ``YYYY-MM-DD``, or None for the date of the evidence base.
            without: Ids of records to hold back.
        """
        other = DatedRulebook(self.book, as_of, without)
        other._shared = self._shared
        return other

    def share(self, key: Any, make: Callable[[], Kept]) -> Kept:
        """Return what ``make`` gave for this key before, here or near here: for what depends on the key alone."""
        kept: Kept | None = self._shared.get(key)
        if kept is None:
            kept = self._shared[key] = make()
        return kept

    def keep(self, key: Any, make: Callable[[], Kept]) -> Kept:
        """Return what ``make`` gave for this key before, or make it: for what depends on no woman, only on the date."""
        kept: Kept | None = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = make()
        return kept

    def _published(self, date: str | None) -> bool:
        """What has no date counts only when no date is asked for."""
        if date is None:
            return self.as_of is None
        return last_day(date) <= self.day

    def _there(self, id_: str, date: str | None) -> bool:
        """Say whether a record of that date counts: published, and not held back."""
        return id_ not in self.without and self._published(date)

    def printed(self, valid: Validity) -> bool:
        """Say whether a rule had been printed by the date."""
        return self._published(valid.since)

    def _ended(self, rule: Any) -> bool:
        """Say whether a rule no longer holds; one that a new document ended holds on where that is held back."""
        if rule.valid.until is None or last_day(rule.valid.until) > self.day:
            return False
        return not self.without.intersection(self.book.newer.get(rule.guideline or "", ()))

    def _valid(self, rules: list[Any]) -> list[Any]:
        rules = [rule for rule in rules if rule.id not in self.without]
        valid = [rule for rule in rules if self._published(rule.valid.since) and not self._ended(rule)]
        society = [rule for rule in valid if rule.kind == "society"]
        dated = [rule for rule in rules if rule.valid.since is not None and rule.kind == "society"]
        if society or not dated:
            return valid
        oldest = min(dated, key=lambda rule: (last_day(rule.valid.since), rule.id))
        self.stand_ins.add(oldest.id)
        return [oldest, *valid]

    def superseded(self, guideline: Guideline) -> str | None:
        """Return the id of the document that replaced this one by the date, or None while it is current."""
        return next((newer for newer in self.book.newer.get(guideline.id, ()) if newer in self.guidelines), None)

    def _compile(self) -> Iterator[CompiledRule]:
        book = self.book
        for definition in self.definitions:
            yield CompiledRule(definition.id, "definition", definition.title, definition.when)
        for panel in self.panels:
            yield CompiledRule(panel.id, "panel", panel.title, panel_condition(panel))
        yield from self._aggregates()
        for cause in book.causes:
            yield CompiledRule(cause.id, "cause", cause.title, cause.when)
        for subset in book.subsets:
            yield CompiledRule(subset.id, "subset", subset.title, subset.when)
        for strategy in book.strategies:
            yield CompiledRule(strategy.id, "strategy", strategy.title, strategy.when)
        for finding in book.findings:
            yield CompiledRule(f"finding:{finding.key}", "finding", finding.label, finding.when)
        for position in self.positions:
            yield CompiledRule(f"position:{position.id}", "position", position.population, position.when)
        for study in self.studies.values():
            if study.eligibility is not None:
                yield CompiledRule(f"study:{study.id}", "study", study.id, study.eligibility)

    def _aggregates(self) -> Iterator[CompiledRule]:
        groups: dict[str, list[str]] = {
            "rpl": [one.id for one in self.definitions if one.term == "rpl" and one.kind == "society"],
            "rif": [one.id for one in self.definitions if one.term == "rif" and one.kind in ("society", "authors")],
            "unexplained_rpl": [one.id for one in self.panels if one.condition == "rpl" and one.kind == "society"],
            "unexplained_rif": [one.id for one in self.panels if one.condition == "rif" and one.kind == "society"],
        }
        for id_, members in groups.items():
            nothing = Untold("any definition or panel of that kind", "unread")
            condition = AnyOf(tuple(Rule(member) for member in members)) if members else nothing
            yield CompiledRule(id_, "aggregate", AGGREGATES[id_], condition)

    @cached_property
    def network(self) -> ProductionNetwork:
        """The rules compiled for the production network."""
        return ProductionNetwork(
            [(rule.id, rule.condition) for rule in self.rules.values()], f"{self.book.sha256[:12]}-{self.day}"
        )

    def strategies_of(self, option: Option) -> list[Strategy]:
        """Return the strategies of an option that were known on the date; where none was, all of them."""
        return self.known_strategies(option) or list(option.strategies)

    def known_strategies(self, option: Option) -> list[Strategy]:
        """Return the strategies of an option that were known on the date, none of them where none was."""
        return [one for one in option.strategies if self.described(one)]

    def described(self, strategy: Strategy) -> bool:
        """Say whether a strategy was on record by the date."""
        return self._there(strategy.id, strategy.valid.since)

    def option_of(self, key: str) -> Option:
        """Return an option by key.

        Raises:
            DeciduaError: There is no such option; the nearest is named.
        """
        if key not in self.book.option:
            known = list(self.book.option)
            raise DeciduaError(f"there is no option '{key}'{nearest(key, known)}; the options are {', '.join(known)}")
        return self.book.option[key]
