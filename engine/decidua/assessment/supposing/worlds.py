"""What is said of one woman with a given set of records, aspect by aspect, and what differs between two such sets.

Only what a comparison looks at is judged: statuses, ranks, certainties and main effects of options and of the ways to
use them, definitions, panels, causes. Which record made a difference is found by judging again without it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from decidua.assessment.answers.change import About, Change, How, What
from decidua.assessment.evidence.effects import RatedLine
from decidua.assessment.options.judged import JudgedOption, judge_option
from decidua.assessment.options.ranking import rank_options
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.woman.panels import unexplained
from decidua.assessment.woman.summary import causes, definitions, subsets
from decidua.evidence.models import OptionKey
from decidua.frozen import Frozen
from decidua.profile.facts import Facts
from decidua.rulebook.book import DatedRulebook

__all__ = ["World", "attribute", "differences", "judge_world"]

NOT_DESCRIBED = "not_yet_described"


class Aspect(Frozen):
    """One thing that is said: of what, and which side of it."""

    about: About
    id: str
    what: What
    option: OptionKey | None = None


class World(Frozen):
    """What is said with one set of records.

    Attributes:
        judged: The judged options, by key.
        said: What is said, by aspect.
        names: The name of everything that something is said of.
        words: What each definition and panel says.
    """

    judged: Mapping[OptionKey, JudgedOption]
    said: Mapping[Aspect, str]
    names: Mapping[str, str]
    words: Mapping[str, str]


def judge_world(
    view: DatedRulebook,
    facts: Facts,
    *,
    before: World | None = None,
    touched: Iterable[OptionKey] = (),
    beside: bool = True,
    every_line: bool = False,
) -> World:
    """Judge what is said of a woman with the records of a view.

    Args:
        view: The records.
        facts: What is known of her.
        before: What was said with records that differ from these in what bears on ``touched`` alone.
        touched: Options to judge again; without ``before`` all are judged.
        beside: Whether definitions, panels, causes and subsets are judged again.
        every_line: Whether to say every line of evidence beside the main one, not those on live births alone.
    """
    verdicts = Verdicts(view, facts, "reference")
    again = set(touched)
    judged = {
        option.option: judge_option(verdicts, option)
        if before is None or option.option in again
        else before.judged[option.option]
        for option in view.book.options
    }
    said: dict[Aspect, str] = {}
    names: dict[str, str] = {}
    for rank, one in enumerate(rank_options(view, list(judged.values())), start=1):
        _say_option(view, one, rank, said, every_line=every_line)
        names[one.option.option] = one.option.name
        names.update((strategy.strategy.id, strategy.strategy.title) for strategy in one.strategies)
    if before is not None and not beside:
        outside = {key: value for key, value in before.said.items() if key.about not in ("option", "strategy")}
        return World(judged, said | outside, {**before.names, **names}, before.words)
    _say_beside(verdicts, said, names)
    return World(judged, said, names, _words(view))


def _words(view: DatedRulebook) -> dict[str, str]:
    return {one.id: one.says for one in view.definitions} | {one.id: one.says for one in view.panels}


def _say_option(
    view: DatedRulebook, one: JudgedOption, rank: int, said: dict[Aspect, str], *, every_line: bool
) -> None:
    key: OptionKey = one.option.option
    known = bool(view.known_strategies(one.option))
    said[Aspect("option", key, "status", key)] = one.status if known else NOT_DESCRIBED
    said[Aspect("option", key, "rank", key)] = str(rank)
    if not known:
        return
    if one.status != "not_applicable":
        said[Aspect("option", key, "leading_strategy", key)] = one.best.strategy.title
        if one.best.lines:
            said[Aspect("option", key, "certainty", key)] = one.best.lines[0].rating.certainty
            said[Aspect("option", key, "effect", key)] = effect_in_brief(one.best.lines[0])
    for strategy in one.strategies:
        id_ = strategy.strategy.id
        if strategy.status == "not_applicable":
            continue
        said[Aspect("strategy", id_, "status", key)] = strategy.status
        if strategy.lines:
            said[Aspect("strategy", id_, "certainty", key)] = strategy.lines[0].rating.certainty
            said[Aspect("strategy", id_, "effect", key)] = effect_in_brief(strategy.lines[0])
        further = [
            f"{effect_in_brief(line)}; {line.rating.certainty.replace('_', ' ')} certainty"
            for line in strategy.lines[1:]
            if every_line or line.line.outcome == "live_birth"
        ]
        if further:
            said[Aspect("strategy", id_, "further_effects", key)] = "\n".join(further)


def effect_in_brief(one: RatedLine) -> str:
    """Say the main line of evidence in a phrase: outcome, ratio, studies, and what sets it apart."""
    line = one.line
    studies = ", ".join(row.study.id for row in line.rows)
    kind = "randomised" if line.randomised else "observational"
    ratio = "no ratio" if line.ratio is None else f"RR {line.ratio[0]:.2f} ({line.ratio[1]:.2f} to {line.ratio[2]:.2f})"
    label = f"; {line.label}" if line.label else ""
    return f"{line.outcome.replace('_', ' ')} {ratio}, {kind}, {studies}{label}"


def _say_beside(verdicts: Verdicts, said: dict[Aspect, str], names: dict[str, str]) -> None:
    """Say what stands outside the options; of causes and subsets only what is hers."""
    for definition in definitions(verdicts):
        names[definition.id] = definition.title
        stands = ", standing in" if definition.stands_in else ""
        said[Aspect("definition", definition.id, "verdict")] = f"{definition.verdict}{stands}"
    for panel in unexplained(verdicts):
        names[panel.panel] = panel.title
        stands = ", standing in" if panel.stands_in else ""
        said[Aspect("panel", panel.panel, "verdict")] = f"{panel.verdict}{stands}"
    for cause in causes(verdicts):
        if cause.verdict == "yes":
            names[cause.id] = cause.title
            said[Aspect("cause", cause.id, "verdict")] = cause.verdict
            if cause.usual_care:
                said[Aspect("cause", cause.id, "usual_care")] = " ".join(cause.usual_care)
    for subset in subsets(verdicts):
        if subset.verdict == "yes":
            names[subset.id] = subset.title
            said[Aspect("subset", subset.id, "verdict")] = subset.verdict


def differences(before: World, after: World) -> dict[Aspect, tuple[str | None, str | None]]:
    """Return what is said differently, in the order of what is said."""
    keys = dict.fromkeys([*after.said, *before.said])
    found = {key: (before.said.get(key), after.said.get(key)) for key in keys}
    return {key: pair for key, pair in found.items() if pair[0] != pair[1]}


Source = TypeVar("Source", bound=Hashable)


def attribute(
    before: World,
    after: World,
    sources: Sequence[tuple[str, Source]],
    judge_without: Callable[[Sequence[Source]], World],
) -> list[Change]:
    """Say of every difference which sources made it.

    Each source is left out in turn; those without which something else is said made the difference. Where none is
    missed, each that makes it by itself did.

    Args:
        before: What was said without any of the sources.
        after: What is said with all of them.
        sources: Id and handle of each source.
        judge_without: Judges with all sources but those whose handles it is given.
    """
    found = differences(before, after)
    if not found:
        return []
    lacking = {id_: judge_without([one]) for id_, one in sources}
    others: dict[str, World] = {}
    changes = []
    for key, pair in found.items():
        by = tuple(id_ for id_, world in lacking.items() if world.said.get(key) != pair[1])
        how: How = "alone" if len(by) == 1 else "together"
        if not by and len(sources) > 1:
            others = others or {
                id_: judge_without([other for _, other in sources if other != one]) for id_, one in sources
            }
            by = tuple(id_ for id_, world in others.items() if world.said.get(key) == pair[1])
            how = "each_alone"
            if by and judge_without([one for _, one in sources]).said.get(key) == pair[1]:
                by = ()
        changes.append(_change(before, after, key, pair, by, how if by else "not_known"))
    return changes


def _change(
    before: World, after: World, key: Aspect, pair: tuple[str | None, str | None], by: tuple[str, ...], how: How
) -> Change:
    name = after.names.get(key.id) or before.names.get(key.id) or key.id
    says = after.words.get(key.id) or before.words.get(key.id)
    return Change(key.about, key.id, name, key.option, key.what, *pair, by, how, says)
