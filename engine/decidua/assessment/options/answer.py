"""One option's answer: strategies, effects, harms, studies, positions, cautions, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from decidua.assessment.answers.result import (
    EffectAnswer,
    OptionAnswer,
    PositionAnswer,
    SourceAnswer,
    StrategyAnswer,
)
from decidua.assessment.evidence.hers import effect_for_her
from decidua.assessment.evidence.positions import JudgedPosition, judge_position
from decidua.assessment.evidence.published import published_ratings, synthesis_answers
from decidua.assessment.evidence.standing import option_standing
from decidua.assessment.options.cautions import caution_answers, unknown_contraindications
from decidua.assessment.options.judged import JudgedOption, judge_option
from decidua.assessment.options.ranking import rank_options, why_above
from decidua.assessment.options.reasons import in_brief, why
from decidua.assessment.options.status import JudgedStrategy
from decidua.assessment.options.studies import harms_of, studies_of, study_answer
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import (
    READ_WORDS,
    because,
    cite,
    edition,
    join,
    series,
)
from decidua.condition.english import lower_first
from decidua.evidence.models import Guideline, Study
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.rulebook.models import Option, Strategy
from decidua.truth import NO, UNKNOWN, YES

__all__ = ["answer_options"]


def answer_options(verdicts: Verdicts, chances: Mapping[str, float]) -> tuple[list[JudgedOption], list[OptionAnswer]]:
    """Judge every option and answer on each, in rank order.

    Args:
        verdicts: Hers.
        chances: Her own chances without treatment, as ``check_baseline`` returns them.
    """
    view = verdicts.view
    judged = rank_options(view, [judge_option(verdicts, option) for option in view.book.options])
    following = [*judged[1:], None]
    return judged, [
        _answer_option(verdicts, one, rank, None if after is None else why_above(view, one, after), chances)
        for rank, (one, after) in enumerate(zip(judged, following, strict=True), start=1)
    ]


def _answer_option(
    verdicts: Verdicts, judged: JudgedOption, rank: int, above_next: str | None, baseline: Mapping[str, float]
) -> OptionAnswer:
    """Return the whole answer on one option."""
    view, option = verdicts.view, judged.option
    shown = _shown_strategies(judged)
    effects = tuple(effect for one in shown for effect in _effects(verdicts, one, option, baseline))
    uses = [use for one in shown for use in one.strategy.evidence]
    studies = studies_of(view, uses)
    harms = tuple([harm for study in studies for harm in harms_of(view, study)])
    positions = _positions(verdicts, option)
    return OptionAnswer(
        option=option.option,
        name=option.name,
        rank=rank,
        status=judged.status,
        what_it_is=option.what_it_is,
        in_brief=in_brief(verdicts, judged),
        why=why(verdicts, judged, effects),
        leading_strategy=judged.best.strategy.id,
        above_next=above_next,
        certainty=judged.best.certainty,
        strategies=tuple(_strategy(verdicts, one) for one in judged.strategies),
        could_be=judged.could_be,
        effects=effects,
        harms=harms,
        harms_note=None if harms else "harms not read",
        standing=option_standing(verdicts, studies),
        studies=tuple(study_answer(verdicts, study, uses) for study in studies),
        syntheses=tuple(synthesis_answers(view, [one.strategy for one in shown])),
        positions=tuple([_position(view, one) for one in positions]),
        cautions=tuple(caution_answers(verdicts, [one.strategy for one in shown])),
        missing=tuple(_missing(verdicts, judged)),
        sources=tuple(_sources(view, studies, positions)),
        taken_away=_taken_away(view.book, [one.strategy for one in shown]),
    )


def _taken_away(book: Rulebook, strategies: Sequence[Strategy]) -> tuple[str, ...]:
    if not book.overlays:
        return ()
    from decidua.assessment.options.overlays import taken_away  # noqa: PLC0415 - needed for overlays alone

    return tuple(taken_away(book, strategies))


def _shown_strategies(judged: JudgedOption) -> list[JudgedStrategy]:
    """Return the strategies whose evidence is shown: those that apply or may apply, the best first; else all."""
    possible = [one for one in judged.strategies if one.status != "not_applicable"] or judged.strategies
    rest = [one for one in possible if one is not judged.best]
    return [judged.best, *rest] if judged.best in possible else possible


def _strategy(verdicts: Verdicts, one: JudgedStrategy) -> StrategyAnswer:
    if one.explained_by:
        reason = f"explained by {join([lower_first(title) for title in one.explained_by])}"
    elif one.stopped_by and one.status == "contraindicated":
        reason = f"contraindicated: {join([lower_first(label) for label in one.stopped_by])}"
    else:
        reason = because(verdicts, one.population)
    return StrategyAnswer(
        id=one.strategy.id,
        title=one.strategy.title,
        status=one.status,
        row=one.row.id,
        verdict=one.population.verdict.value,
        because=reason,
        certainty=one.certainty,
        dose=one.strategy.dose,
        timing=one.strategy.timing,
        off_label=one.strategy.off_label,
        could_be=one.could_be,
        overlay=verdicts.view.book.overlay_of("strategy", one.strategy.id),
    )


def _effects(
    verdicts: Verdicts, one: JudgedStrategy, option: Option, baseline: Mapping[str, float]
) -> Iterator[EffectAnswer]:
    published = published_ratings(verdicts.view, one.strategy, option.option)
    for at, line in enumerate(one.lines):
        yield effect_for_her(verdicts, line, baseline, published.get(at, ()))


def _positions(verdicts: Verdicts, option: Option) -> list[JudgedPosition]:
    """Return all positions on an option: hers first, the possible next, newest first within."""
    judged = [judge_position(verdicts, one) for one in verdicts.view.positions if one.option == option.option]
    order = {YES: 0, UNKNOWN: 1, NO: 2}
    judged.sort(key=lambda one: (one.guideline.published or "", one.position.id), reverse=True)
    return sorted(judged, key=lambda one: (order[one.matches], not one.moves))


def _position(view: DatedRulebook, one: JudgedPosition) -> PositionAnswer:
    return view.keep(("position", one.position.id, one.matches), lambda: _position_answer(view, one))


def _position_answer(view: DatedRulebook, one: JudgedPosition) -> PositionAnswer:
    return PositionAnswer(
        guideline=one.guideline.id,
        society=one.guideline.society_name,
        year=edition(one.guideline),
        kind=one.guideline.kind,
        drug=one.position.drug,
        position=one.position.position,
        strength=one.position.strength,
        population=one.position.population,
        says=one.position.in_brief,
        matches_her=one.matches.value,
        moves_status=one.moves,
        remark=one.remark,
        superseded=view.superseded(one.guideline) is not None,
        overlay=view.book.overlay_of("position", one.position.id),
    )


def _missing(verdicts: Verdicts, judged: JudgedOption) -> list[str]:
    """Name what is unknown and decides its populations, then, in one line, the contraindications not yet ruled out."""
    facts: dict[str, None] = {}
    untold: dict[str, None] = {}
    for one in judged.strategies:
        if one.status != "undetermined":
            continue
        for name in verdicts.unknown_facts(one.population):
            facts.setdefault(vocabulary()[name].label)
        for text in verdicts.untold(one.population):
            untold.setdefault(text)
    missing = [*facts, *(f"cannot be looked up: {text}" for text in untold)]
    checks = unknown_contraindications(verdicts, judged)
    if checks:
        missing.append(f"contraindications to rule out first: {series(checks)}")
    return missing


def _sources(view: DatedRulebook, studies: Sequence[Study], positions: Sequence[JudgedPosition]) -> list[SourceAnswer]:
    documents = dict.fromkeys(one.guideline.id for one in positions)
    return [
        *(view.share(("source", study.id), partial(_study_source, study)) for study in studies),
        *(view.share(("source", id_), partial(_document_source, view.guidelines[id_])) for id_ in documents),
    ]


def _study_source(study: Study) -> SourceAnswer:
    return SourceAnswer(
        id=study.id,
        citation=cite(study.citation, study.id, study.published),
        read=READ_WORDS[study.source.read],
        url=study.source.url,
    )


def _document_source(document: Guideline) -> SourceAnswer:
    return SourceAnswer(
        id=document.id,
        citation=f"{document.society_name} {edition(document)}. {document.title} [{document.id}]",
        read=READ_WORDS[document.source.read],
        url=document.source.url,
    )
