"""What hangs on a single study, and what on her chance without treatment: everything is judged again, for her.

Each study that stands in a line of evidence of a way of use that applies, or may apply, is left out in turn. Then her
chance of a live birth without treatment is taken over the range of ``rules/policy/stability.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import get_args

from decidua.assessment.answers.result import OptionAnswer
from decidua.assessment.answers.stability import (
    BaselineRange,
    OptionOverRange,
    OptionStability,
    Place,
    Said,
    Stability,
    StudyLeftOut,
    WithoutStudy,
)
from decidua.assessment.evidence.effects import BASELINE_UNITS, baseline_unit
from decidua.assessment.evidence.studies import short_names
from decidua.assessment.options.answer import answer_options
from decidua.assessment.options.judged import JudgedOption
from decidua.assessment.options.ranking import NOTHING, rank_key, rank_options
from decidua.assessment.supposing.stability_words import (
    Moved,
    change_words,
    option_words,
    range_words,
    summary_words,
    what_differs,
)
from decidua.assessment.supposing.worlds import World, judge_world
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import cite
from decidua.evidence.certainty import LEVELS
from decidua.evidence.models import OptionKey, Study
from decidua.frozen import Frozen
from decidua.rulebook.book import DatedRulebook
from decidua.truth import YES

__all__ = ["judge_stability", "same_throughout"]


def judge_stability(verdicts: Verdicts, chances: Mapping[str, float]) -> Stability:
    """Say what hangs on a single study, and what on her chance without treatment.

    Args:
        verdicts: Hers; what is only supposed is judged by the reference engine.
        chances: Her own chances without treatment, as ``check_baseline`` returns them.
    """
    if not verdicts.facts.values:
        return Stability(summary_words(None, [], applies=False), (), (), ())
    with_all = judge_world(verdicts.view, verdicts.facts, beside=False)
    order = _Order(verdicts.view, with_all)
    papers = list(_papers(verdicts.view, order.ranked))
    without = [(paper, _without(verdicts, with_all, paper)) for paper in papers]
    options = [_option(order, key, without) for key in order.keys]
    options.sort(key=lambda one: _worst(order, one))
    moving = {change.without for one in options for change in one.changes}
    studies = tuple(_left_out(paper, moves=paper.id in moving) for paper in papers)
    return Stability(
        says=summary_words(len(papers), options, applies=_known_to_apply(order.ranked)),
        studies=studies,
        options=tuple(options),
        ranges=tuple(_range(verdicts, unit, chances) for unit in BASELINE_UNITS),
    )


# Without each study in turn


class _Order:
    """The options in rank order with one set of studies."""

    def __init__(self, view: DatedRulebook, world: World) -> None:
        self.view = view
        self.ranked = rank_options(view, list(world.judged.values()))
        self.keys: list[OptionKey] = [one.option.option for one in self.ranked]
        self.judged: dict[OptionKey, JudgedOption] = dict(zip(self.keys, self.ranked, strict=True))
        self.rests_on = {key: rank_key(view, one)[:-1] for key, one in self.judged.items()}
        self.rank = {key: at for at, key in enumerate(self.keys, start=1)}

    def place(self, key: OptionKey) -> Place:
        """Return where an option stands."""
        judged = self.judged[key]
        lines = judged.best.lines
        return Place(
            status=judged.status,
            rank=self.rank[key],
            certainty=judged.best.certainty,
            level_with=tuple(one for one in self.keys if one != key and self.rests_on[one] == self.rests_on[key]),
            leading_strategy=judged.best.strategy.id,
            rests_on=tuple(row.study.id for row in lines[0].line.rows) if lines else (),
        )


class _Paper(Frozen):
    """A study with the other records of the same paper, and the options that draw on any of them."""

    study: Study
    name: str
    records: frozenset[str]
    options: tuple[OptionKey, ...]

    @property
    def id(self) -> str:
        """Id of the record that stands in a line."""
        return self.study.id


def _papers(view: DatedRulebook, ranked: Sequence[JudgedOption]) -> Iterator[_Paper]:
    """Yield each study in a line of evidence that is or may be hers, by id; every paper once."""
    standing = {
        row.study.id: row.study
        for judged in ranked
        for one in judged.strategies
        if one.status != "not_applicable"
        for rated in one.lines
        for row in rated.line.rows
    }
    filed: dict[str, list[str]] = {}
    for study in view.studies.values():
        filed.setdefault(study.same_as or study.id, []).append(study.id)
    names = short_names(standing.values())
    done: set[str] = set()
    for id_, study in sorted(standing.items()):
        if id_ not in done:
            records = frozenset(filed[study.same_as or id_])
            done |= records
            yield _Paper(study, names[id_], records, tuple(_drawing_on(view, records)))


def _drawing_on(view: DatedRulebook, records: frozenset[str]) -> Iterator[OptionKey]:
    for option in view.book.options:
        if any(use.study in records for strategy in option.strategies for use in strategy.evidence):
            yield option.option


def _left_out(paper: _Paper, *, moves: bool) -> StudyLeftOut:
    study = paper.study
    return StudyLeftOut(
        id=paper.id,
        name=paper.name,
        filings=tuple(sorted(paper.records - {paper.id})),
        citation=cite(study.citation, study.id, study.published),
        options=paper.options,
        moves=moves,
    )


def _without(verdicts: Verdicts, with_all: World, paper: _Paper) -> _Order:
    """Judge the options that draw on a paper again without it, and rank all of them."""
    view = verdicts.view.near(verdicts.view.as_of, without=paper.records)
    return _Order(view, judge_world(view, verdicts.facts, before=with_all, touched=paper.options, beside=False))


def _option(order: _Order, key: OptionKey, without: Sequence[tuple[_Paper, _Order]]) -> OptionStability:
    changes = [change for paper, other in without if (change := _change(order, other, key, paper)) is not None]
    changes.sort(key=lambda one: _severity(order, order.place(key), one))
    in_lines = {
        row.study.id
        for one in order.judged[key].strategies
        if one.status != "not_applicable"
        for rated in one.lines
        for row in rated.line.rows
    }
    studies = tuple(paper.id for paper, _ in without if paper.records & in_lines)
    now = order.place(key)
    name = order.judged[key].option.name
    return OptionStability(key, name, now, studies, tuple(changes), option_words(now, studies, changes))


def _change(order: _Order, other: _Order, key: OptionKey, paper: _Paper) -> WithoutStudy | None:
    now, after = order.place(key), other.place(key)
    changed: tuple[Said, ...] = tuple(one for one in get_args(Said) if getattr(now, one) != getattr(after, one))
    if not changed:
        return None
    before_it, then = order.rests_on[key], other.rests_on[key]
    passed = tuple(
        one
        for one in order.keys
        if order.rests_on[one] != other.rests_on[one]
        and (order.rank[one] < order.rank[key]) != (other.rank[one] < other.rank[key])
    )
    because = what_differs(before_it, then)
    names = {one: order.judged[one].option.name for one in order.keys}
    moved = Moved(
        study=paper.id,
        name=paper.name,
        now=now,
        after=after,
        changed=changed,
        by_itself=before_it != then,
        passed=tuple(names[one] for one in passed),
        level_with=tuple(names[one] for one in after.level_with),
        leads=other.judged[key].best.strategy.title,
        because=because,
    )
    own = before_it != then or now.certainty != after.certainty
    return WithoutStudy(paper.id, paper.name, after, changed, own, passed, because, change_words(moved))


def _severity(order: _Order, now: Place, change: WithoutStudy) -> tuple[bool, int, int, int, str]:
    """Order changes: its own first; then by how far status, rank and certainty fall."""
    statuses = order.view.book.policy.rank.statuses
    fall = statuses.index(change.after.status) - statuses.index(now.status)
    lost = _level(change.after) - _level(now)
    return not change.own, -fall, now.rank - change.after.rank, -lost, change.without


def _level(place: Place) -> int:
    return NOTHING if place.certainty is None else LEVELS.index(place.certainty)


def _worst(order: _Order, one: OptionStability) -> tuple[bool, tuple[bool, int, int, int, str], int]:
    """Order options by their worst change; what no study moves comes last."""
    if not one.changes:
        return True, (True, 0, 0, 0, ""), one.now.rank
    return False, (*_severity(order, one.now, one.changes[0])[:-1], ""), one.now.rank


def _known_to_apply(ranked: Sequence[JudgedOption]) -> bool:
    """Say whether any way of use is known to be for her."""
    return any(
        one.population.verdict is YES and one.status != "not_applicable"
        for judged in ranked
        for one in judged.strategies
    )


# Over a range of chances without treatment


def _range(verdicts: Verdicts, unit: str, given: Mapping[str, float]) -> BaselineRange:
    """Assess her at each chance of the range, all else being as it is."""
    policy = verdicts.view.book.policy.stability
    at_each = [answer_options(verdicts, {**given, unit: chance}) for chance in policy.chances]
    judged, _ = at_each[0]
    answers = [{one.option: one for one in answered} for _, answered in at_each]
    options = tuple(_over_range(one, unit, [answer[one.option.option] for answer in answers]) for one in judged)
    same = same_throughout(options)
    carried = any(one.carried and one.statuses[0] != "not_applicable" for one in options)
    says = range_words(unit, policy.chances, same=same, carried=carried)
    return BaselineRange(unit, policy.chances, policy.source, same, says, options)


def _over_range(judged: JudgedOption, unit: str, answers: Sequence[OptionAnswer]) -> OptionOverRange:
    leading = answers[0].leading_strategy
    effects = [next((effect for effect in one.effects if effect.strategy == leading), None) for one in answers]
    found = [effect for effect in effects if effect is not None]
    carried = bool(judged.best.lines) and baseline_unit(judged.best.lines[0]) == unit
    main = found[0] if found else None
    ratio = None if main is None or main.value is None or main.ci is None else (main.value, *main.ci)
    return OptionOverRange(
        option=judged.option.option,
        name=judged.option.name,
        ranks=tuple(one.rank for one in answers),
        statuses=tuple(one.status for one in answers),
        certainties=tuple(one.certainty for one in answers),
        strategy=leading,
        outcome=None if main is None else main.outcome,
        ratio=ratio,
        carried=carried,
        per_1000=tuple(one.per_1000 for one in found) if carried else (),
        carried_by=tuple(one.carried_by for one in found) if carried else (),
    )


def same_throughout(options: Sequence[OptionOverRange]) -> bool:
    """Say whether rank, status and certainty of every option are the same at each chance of a range."""
    return all(len(set(said)) == 1 for one in options for said in (one.ranks, one.statuses, one.certainties))
