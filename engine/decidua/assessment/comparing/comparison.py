"""What changed for one woman between two dates, and which study, synthesis, document or definition changed it.

Both dates are assessed in full. Between them every source that came in is added in the order of its publication, and
what is said is judged again at each: so a change is laid to the source at which it happened, not to a guess.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from decidua.assessment.answers.change import About, Change, What
from decidua.assessment.answers.result import Assessment, Identity, OptionAnswer
from decidua.assessment.assess import assess
from decidua.assessment.comparing.newcomers import Newcomer, NewcomerKind, all_newcomers
from decidua.assessment.loading import load_rulebook
from decidua.assessment.supposing.worlds import NOT_DESCRIBED, World, attribute, judge_world
from decidua.assessment.verdicts import Engine
from decidua.assessment.words import cite, edition
from decidua.errors import DeciduaError
from decidua.evidence.models import OptionKey, Study, Synthesis, last_day
from decidua.frozen import Frozen
from decidua.profile.facts import Facts, draw_facts
from decidua.profile.model import Profile
from decidua.rulebook.book import DatedRulebook, Rulebook, read_as_of
from decidua.rulebook.policy import Certainty
from decidua.truth import NO

if TYPE_CHECKING:
    from decidua.profile.rates import Rates

__all__ = [
    "Comparison",
    "MainEffect",
    "OptionThenAndNow",
    "OptionThere",
    "SourceThatCame",
    "Step",
    "TakenBack",
    "compare",
]


class MainEffect(Frozen):
    """The main line of evidence of an option's leading strategy."""

    outcome: str
    per: str
    label: str
    value: float | None
    ci: tuple[float, float] | None
    study_ids: tuple[str, ...]
    certainty: Certainty


class OptionThere(Frozen):
    """An option on one date."""

    status: Annotated[str, Field(description="Its status, or not_yet_described where no way to use it was on record.")]
    rank: int
    certainty: Certainty | None
    leading_strategy: str | None
    effect: MainEffect | None


class OptionThenAndNow(Frozen):
    """An option on both dates."""

    option: OptionKey
    name: str
    before: OptionThere
    after: OptionThere
    changed: Annotated[
        tuple[Literal["status", "rank", "certainty", "leading_strategy", "effect"], ...],
        Field(description="What of it differs between the two dates."),
    ]
    through: Annotated[
        tuple[str, ...],
        Field(description="Sources that moved it or a way to use it, its rank apart, in order of publication."),
    ]


class SourceThatCame(Frozen):
    """A source that came in between the dates."""

    id: str
    kind: NewcomerKind
    published: str | None
    citation: str
    integrity: Annotated[str | None, Field(description="For a study or synthesis.")]
    supersedes: tuple[str, ...]
    brings: Annotated[
        tuple[str, ...], Field(description="Definitions, panels, subsets and strategies that came with it.")
    ]
    options: Annotated[tuple[OptionKey, ...], Field(description="Options that it bears on.")]
    for_her: Annotated[bool, Field(description="Whether it bears on a way of use that applies, or may apply, to her.")]
    moved: Annotated[bool, Field(description="Whether anything that is said of her changed through it.")]


class Step(Frozen):
    """One day on which sources came in."""

    day: Annotated[str | None, Field(description="Null for what bears no date.")]
    sources: tuple[SourceThatCame, ...]
    changes: tuple[Change, ...]


class TakenBack(Frozen):
    """A retracted paper published between the dates: it moves nothing on either."""

    id: str
    published: str | None
    citation: str
    options: tuple[OptionKey, ...]
    notes: tuple[str, ...]


class Comparison(Frozen):
    """What changed between two dates, and through which source."""

    decidua: str
    earlier: Annotated[str, Field(description="The first day.")]
    later: Annotated[str, Field(description="The second day.")]
    undated_count: Annotated[bool, Field(description="Whether what bears no date counts on the second day.")]
    rulebook: Identity
    evidence: Identity
    profile: Identity
    engine: str
    who: tuple[str, ...]
    notes: tuple[str, ...]
    options: Annotated[tuple[OptionThenAndNow, ...], Field(description="In the order of the second day.")]
    outside: Annotated[
        tuple[Change, ...],
        Field(description="Definitions, panels, causes and subsets that differ, with their sources."),
    ]
    steps: Annotated[tuple[Step, ...], Field(description="Every source that came in, in order of publication.")]
    retracted: tuple[TakenBack, ...]
    not_dated: Annotated[tuple[str, ...], Field(description="Sources without a date: they count on no date.")]
    notice: str


def compare(
    profile: Profile,
    as_of: str | datetime.date,
    other: str | datetime.date | None = None,
    *,
    rulebook: Rulebook | None = None,
    engine: Engine = "auto",
    rates: Rates | None = None,
) -> Comparison:
    """Say what changed for one woman between two dates, and through which source.

    Args:
        profile: The woman.
        as_of: One date (``2016``, ``2016-07``, ``2016-07-31``; a year or a month means its last day).
        other: The other date; None is that of the evidence base, where what bears no date counts too. The story is
            told forward in time, whichever of the two comes first.
        rulebook: Rules and evidence; None is the shipped rulebook.
        engine: As for ``assess``; both dates are confirmed by it.
        rates: As for ``assess``.

    Raises:
        DeciduaError: No such date, the same date twice, or a date after that of the evidence base without a second one.
        EngineDisagreement: The two engines disagree; nothing is shown.
    """
    book = rulebook if rulebook is not None else load_rulebook()
    first, second, notes = _dates(book, as_of, other)
    before = assess(profile, as_of=first, rulebook=book, engine=engine, rates=rates)
    after = assess(profile, as_of=second, rulebook=book, engine=engine, rates=rates)
    facts = draw_facts(profile, rates)
    steps = _walk(book, facts, first, second)
    return Comparison(
        decidua=after.decidua,
        earlier=before.as_of,
        later=after.as_of,
        undated_count=second is None,
        rulebook=after.rulebook,
        evidence=after.evidence,
        profile=after.profile,
        engine=after.engine,
        who=after.who,
        notes=(*notes, *after.notes),
        options=tuple(_then_and_now(book, (first, before), (second, after), steps)),
        outside=tuple(_net(steps)),
        steps=tuple(steps),
        retracted=tuple(_taken_back(book, before.as_of, after.as_of)),
        not_dated=() if second is None else tuple(one.id for one in all_newcomers(book) if one.day is None),
        notice=after.notice,
    )


def _dates(
    book: Rulebook, as_of: str | datetime.date, other: str | datetime.date | None
) -> tuple[str, str | None, list[str]]:
    """Return the earlier and the later date, and what is to be said of them."""
    newest = last_day(book.manifest.as_of)
    first = read_as_of(as_of)
    second = None if other is None else read_as_of(other)
    notes: list[str] = []
    if first == second:
        raise DeciduaError(f"both dates are {first}; name two different ones")
    if second is None and first > newest:
        raise DeciduaError(
            f"{first} is after the date of the evidence base ({newest}): nothing later was read; name an earlier date"
        )
    if second is not None and second < first:
        first, second = second, first
        notes.append("The second date is the earlier one; the story is told forward in time.")
    if max(first, second or newest) > newest:
        notes.append(f"The evidence base is of {newest}: nothing later was read.")
    return first, second, notes


def _walk(book: Rulebook, facts: Facts, first: str, second: str | None) -> list[Step]:
    """Add what came in between the dates, day by day, and judge at each what is said."""
    until = second if second is not None else last_day(book.manifest.as_of)
    days: dict[str | None, list[Newcomer]] = {}
    for one in all_newcomers(book):
        if (one.day is None and second is None) or (one.day is not None and first < one.day <= until):
            days.setdefault(one.day, []).append(one)
    held = [*(one.valid for one in book.definitions), *(one.valid for one in book.panels)]
    for valid in held:  # a rule may end on a day on which nothing came in
        if valid.until is not None and first < last_day(valid.until) <= until:
            days.setdefault(last_day(valid.until), [])
    start = book.at(first)
    world = judge_world(start, facts)
    steps: list[Step] = []
    for day, newcomers in sorted(days.items(), key=lambda pair: (pair[0] is None, pair[0] or "")):
        following, changes = _add(start, facts, world, day, newcomers)
        moving = {id_ for change in changes for id_ in change.by}
        sources = tuple(_source(book, one, following, moved=one.id in moving) for one in newcomers)
        steps.append(Step(day, sources, tuple(changes)))
        world = following
    return steps


def _add(
    start: DatedRulebook, facts: Facts, world: World, day: str | None, newcomers: Sequence[Newcomer]
) -> tuple[World, list[Change]]:
    """Add the sources of one day; where something is said differently, say which of them made it."""

    def judge_without(left_out: Iterable[Newcomer]) -> World:
        ids = frozenset[str]().union(*(one.records for one in left_out))
        present = [one for one in newcomers if not one.records <= ids]
        everywhere = not newcomers or any(one.everywhere for one in present)
        of_these = {key for one in present for key in one.options}
        touched = {one.option for one in start.book.options} if everywhere else of_these
        beside = everywhere or any(one.beside for one in present)
        view = start.near(day, without=ids)
        return judge_world(view, facts, before=world, touched=touched, beside=beside)

    following = judge_without(())
    return following, attribute(world, following, [(one.id, one) for one in newcomers], judge_without)


def _source(book: Rulebook, one: Newcomer, world: World, *, moved: bool) -> SourceThatCame:
    supersedes: tuple[str, ...] = ()
    integrity = None
    if one.kind == "document":
        guideline = book.guideline[one.id]
        citation = f"{guideline.society_name} {edition(guideline)}. {guideline.title}"
        supersedes = tuple(id_ for id_, newer in book.newer.items() if one.id in newer)
    elif one.id in book.study or one.id in book.synthesis:
        paper: Study | Synthesis = book.study[one.id] if one.id in book.study else book.synthesis[one.id]
        citation = cite(paper.citation, one.id, paper.published)
        integrity = paper.integrity.status
    else:
        citation = book.titles[one.id]
    return SourceThatCame(
        id=one.id,
        kind=one.kind,
        published=one.published,
        citation=citation,
        integrity=integrity,
        supersedes=supersedes,
        brings=tuple(sorted(one.records - {one.id})),
        options=tuple(key for key in book.option if key in one.options),
        for_her=one.everywhere or _bears_on_her(world, one),
        moved=moved,
    )


def _bears_on_her(world: World, one: Newcomer) -> bool:
    """Say whether a source bears on a way of use that applies, or may apply, to her."""
    for key in one.options:
        for judged in world.judged[key].strategies:
            if judged.status == "not_applicable":
                continue
            strategy = judged.strategy
            drawn = {*strategy.source, *strategy.syntheses, *(use.study for use in strategy.evidence)}
            speaking = {position.guideline.id for position in judged.positions if position.matches is not NO}
            if one.id in drawn | speaking:
                return True
    return False


def _then_and_now(
    book: Rulebook,
    before: tuple[str, Assessment],
    after: tuple[str | None, Assessment],
    steps: Sequence[Step],
) -> Iterator[OptionThenAndNow]:
    through: dict[str, dict[str, None]] = {}
    for step in steps:
        for change in step.changes:
            if change.option is not None and change.what not in ("rank", "further_effects"):
                through.setdefault(change.option, {}).update(dict.fromkeys(change.by))
    earlier = {one.option: one for one in before[1].options}
    for answer in after[1].options:
        then, now = _there(book, before[0], earlier[answer.option]), _there(book, after[0], answer)
        aspects: tuple[Literal["status", "rank", "certainty", "leading_strategy", "effect"], ...] = (
            "status",
            "rank",
            "certainty",
            "leading_strategy",
            "effect",
        )
        yield OptionThenAndNow(
            option=answer.option,
            name=answer.name,
            before=then,
            after=now,
            changed=tuple(aspect for aspect in aspects if getattr(then, aspect) != getattr(now, aspect)),
            through=tuple(through.get(answer.option, ())),
        )


def _there(book: Rulebook, as_of: str | None, answer: OptionAnswer) -> OptionThere:
    if not book.at(as_of).known_strategies(book.option[answer.option]):
        return OptionThere(NOT_DESCRIBED, answer.rank, None, None, None)
    if answer.status == "not_applicable":
        return OptionThere(answer.status, answer.rank, None, None, None)
    main = next((one for one in answer.effects if one.strategy == answer.leading_strategy), None)
    effect = None
    if main is not None:
        effect = MainEffect(main.outcome, main.per, main.label, main.value, main.ci, main.study_ids, main.certainty)
    return OptionThere(answer.status, answer.rank, answer.certainty, answer.leading_strategy, effect)


def _net(steps: Sequence[Step]) -> Iterator[Change]:
    """Yield what differs outside the options between the ends, with every source that moved it on the way."""
    by: dict[tuple[About, str, What], dict[str, None]] = {}
    moved: dict[tuple[About, str, What], list[Change]] = {}
    for step in steps:
        for change in step.changes:
            if change.option is None:
                key = (change.about, change.id, change.what)
                by.setdefault(key, {}).update(dict.fromkeys(change.by))
                moved.setdefault(key, []).append(change)
    for key, changes in moved.items():
        first, last = changes[0], changes[-1]
        if first.before == last.after:
            continue
        said = last.how if len(changes) == 1 else "together"
        yield Change(
            last.about, last.id, last.name, None, last.what, first.before, last.after, tuple(by[key]), said, last.says
        )


def _taken_back(book: Rulebook, earlier: str, later: str) -> Iterator[TakenBack]:
    for one in all_newcomers(book):
        if one.kind not in ("study", "synthesis") or one.day is None or not earlier < one.day <= later:
            continue
        paper: Study | Synthesis = book.study[one.id] if one.kind == "study" else book.synthesis[one.id]
        if paper.integrity.status == "retracted":
            options = tuple(key for key in book.option if key in one.options)
            citation = cite(paper.citation, one.id, paper.published)
            yield TakenBack(one.id, paper.published, citation, options, paper.integrity.notes)
