"""What others published on the same question: their ratings beside ours, and syntheses with why they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from decidua.assessment.answers.result import PublishedRating, SynthesisAnswer
from decidua.assessment.evidence.effects import RatedLine, rate_strategy
from decidua.assessment.evidence.positions import speaks_of
from decidua.assessment.words import POSITION_WORDS, READ_WORDS, cite, edition, join, outcome_names, who_wrote, year_of
from decidua.evidence.lines import kept_out
from decidua.evidence.models import OptionKey, PooledResult, Synthesis
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import Strategy

__all__ = ["published_ratings", "synthesis_answers"]


def published_ratings(view: DatedRulebook, strategy: Strategy, option: OptionKey) -> dict[int, list[PublishedRating]]:
    """Return the published ratings on a strategy, by the place of the line of evidence they stand beside.

    A synthesis rates an outcome and stands beside the first line on it; one whose figures are not the state of the
    evidence is left out. A society rates its recommendation and stands beside the first line.
    """
    return view.keep(("published", strategy.id), lambda: _published_ratings(view, strategy, option))


def _published_ratings(view: DatedRulebook, strategy: Strategy, option: OptionKey) -> dict[int, list[PublishedRating]]:
    found: dict[int, list[PublishedRating]] = {}
    first: dict[str, int] = {}
    for at, one in enumerate(rate_strategy(view, strategy)):
        first.setdefault(one.line.outcome, at)
    for id_ in strategy.syntheses:
        synthesis = view.syntheses.get(id_)
        if synthesis is None or not synthesis.used or synthesis.integrity.status == "retracted":
            continue
        for pooled in synthesis.pooled:
            if pooled.certainty is not None and pooled.outcome in first:
                found.setdefault(first[pooled.outcome], []).append(_rating_of(synthesis, pooled))
    if first:
        found.setdefault(0, []).extend(_ratings_of_societies(view, strategy, option))
    return found


def _rating_of(synthesis: Synthesis, pooled: PooledResult) -> PublishedRating:
    author = who_wrote(synthesis.citation) if synthesis.citation.authors else f"{synthesis.id}, authors not read,"
    return PublishedRating(
        who=f"{author} {year_of(synthesis.published)}",
        source=synthesis.id,
        published=synthesis.published,
        outcome=pooled.outcome,
        population=pooled.population,
        rating=pooled.certainty or "",
    )


def _ratings_of_societies(view: DatedRulebook, strategy: Strategy, option: OptionKey) -> Iterator[PublishedRating]:
    for position in view.positions:
        rating = position.grade_as_printed if position.certainty == "not_read" else position.certainty
        if rating is None or position.option != option or not speaks_of(position, strategy):
            continue
        guideline = view.guidelines[position.guideline]
        superseded = ", superseded" if view.superseded(guideline) else ""
        yield PublishedRating(
            who=f"{guideline.society_name} {edition(guideline)}{superseded}",
            source=position.id,
            published=guideline.published,
            outcome=None,
            population=f"{POSITION_WORDS[position.position]} it for {position.population}",
            rating=rating,
        )


def synthesis_answers(view: DatedRulebook, strategies: Sequence[Strategy]) -> list[SynthesisAnswer]:
    """Return the syntheses of strategies, those in use and the newest first, each beside our own figures."""
    of: dict[str, list[Strategy]] = {}
    for strategy in strategies:
        for id_ in dict.fromkeys(strategy.syntheses):
            if id_ in view.syntheses:
                of.setdefault(id_, []).append(strategy)
    found = sorted(of, key=lambda id_: _weight(view.syntheses[id_]), reverse=True)
    return [_kept_synthesis(view, view.syntheses[id_], of[id_]) for id_ in found]


def _weight(one: Synthesis) -> tuple[bool, str, str]:
    """Order syntheses: those whose figures are the state of the evidence last, then by date, to be read backwards."""
    return one.used, one.published or "", one.id


def _kept_synthesis(view: DatedRulebook, one: Synthesis, strategies: Sequence[Strategy]) -> SynthesisAnswer:
    key = ("synthesis", one.id, *(strategy.id for strategy in strategies))
    return view.keep(key, lambda: _synthesis(view, one, strategies))


def _synthesis(view: DatedRulebook, one: Synthesis, strategies: Sequence[Strategy]) -> SynthesisAnswer:
    asked = {pooled.outcome for pooled in one.pooled}
    lines = [line for strategy in strategies for line in rate_strategy(view, strategy)]
    beside = [line for line in lines if line.line.outcome in asked]
    here = list(dict.fromkeys(row.study.id for line in beside or lines for row in line.line.rows))
    trials = one.trials
    there = [] if trials is None else list(trials.studies)
    whole = trials is not None and trials.complete
    only_there = [id_ for id_ in there if id_ not in here]
    only_here = [id_ for id_ in here if id_ not in there] if whole else []
    retracted = [id_ for id_ in there if id_ in view.book.study and _retracted(view, id_)]
    return SynthesisAnswer(
        id=one.id,
        citation=cite(one.citation, one.id, one.published),
        published=one.published,
        question=one.question,
        integrity=one.integrity.status,
        as_printed=tuple(_printed(pooled) for pooled in one.pooled),
        used=one.used,
        because=one.not_used_because,
        read=READ_WORDS[one.source.read],
        ours=tuple(_ours(view, beside)),
        trials_read="none" if trials is None else "all" if trials.complete else "some",
        in_both=tuple(id_ for id_ in there if id_ in here),
        only_there=(*only_there, *(() if trials is None else trials.others)),
        only_here=tuple(only_here),
        retracted_inside=tuple(retracted),
        differs=tuple(_differs(view, one, strategies, here)),
        overlay=view.book.overlay_of("synthesis", one.id),
    )


def _retracted(view: DatedRulebook, id_: str) -> bool:
    return view.book.study[id_].integrity.status == "retracted"


def _printed(pooled: PooledResult) -> str:
    """Return one pooled figure as printed."""
    parts = [f"{pooled.outcome.replace('_', ' ')}"]
    if pooled.population:
        parts.append(f"({pooled.population})")
    if pooled.value is not None:
        parts.append(f"{pooled.measure} {pooled.value:g}")
    if pooled.ci is not None:
        parts.append(f"(95 % CI {pooled.ci[0]:g} to {pooled.ci[1]:g})")
    if pooled.p_heterogeneity is not None:
        parts.append(f"heterogeneity P = {pooled.p_heterogeneity}")
    if pooled.i2 is not None:
        parts.append(f"I2 = {pooled.i2:g} %")
    if pooled.certainty:
        parts.append(f"rated {pooled.certainty} there")
    return " ".join(parts)


def _ours(view: DatedRulebook, beside: Iterable[RatedLine]) -> Iterator[str]:
    """Yield our own figure on every outcome that the synthesis pooled: the first line on it."""
    names = outcome_names(view.book.policy.outcomes)
    said: set[str] = set()
    for one in beside:
        line = one.line
        if line.outcome in said or line.ratio is None:
            continue
        said.add(line.outcome)
        label = f" ({line.label})" if line.label else ""
        studies = join([row.study.id for row in line.rows])
        value, low, high = line.ratio
        name = names[line.rows[0].outcome.outcome].name
        yield f"{name}{label} RR {value:.2f} (95 % CI {low:.2f} to {high:.2f}), from {studies}"


def _differs(view: DatedRulebook, one: Synthesis, strategies: Sequence[Strategy], here: Sequence[str]) -> Iterator[str]:
    """Yield why a synthesis may differ from our own figures, as far as its list of trials was read."""
    trials = one.trials
    if trials is None:
        yield "which trials it pooled was not read"
        return
    gone = [id_ for id_ in trials.studies if id_ in view.book.study and _retracted(view, id_)]
    if gone:
        yield f"retracted and inside it: {join(gone)}"
    shared = [id_ for id_ in trials.studies if id_ in here]
    if shared:
        yield f"in both: {join(shared)}"
    there = [_why_not_here(view, id_, strategies) for id_ in trials.studies if id_ not in here and id_ not in gone]
    if there or trials.others:
        yield f"only there: {join([*there, *(f'{name} (no record here)' for name in trials.others)])}"
    if trials.without:
        yield f"not in it: {join(trials.without)}"
    if not trials.complete:
        yield "the list that was read is not whole"
    elif only := [id_ for id_ in here if id_ not in trials.studies]:
        yield f"only here: {join(only)}"
    elif not there and not trials.others and not gone:
        yield "the same trials"


def _why_not_here(view: DatedRulebook, id_: str, strategies: Sequence[Strategy]) -> str:
    """Name a trial that is only in the synthesis, with the rule that keeps it out of our lines."""
    study = view.studies.get(id_)
    if study is None:
        return f"{id_} (not yet published on this date)" if id_ in view.book.study else id_
    uses = [use for strategy in strategies for use in strategy.evidence]
    if id_ not in {use.study for use in uses}:
        return f"{id_} (another question here)"
    reason = kept_out(study, uses, view.book.policy.pooling)
    return f"{id_} ({reason.says})" if reason is not None else id_
