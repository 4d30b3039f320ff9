"""One option's answer: strategies, effects, harms, studies, positions, cautions, and what is still missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from decidua.assessment.hers import effect_for_her
from decidua.assessment.published import published_ratings, synthesis_answers
from decidua.assessment.result import (
    Answer,
    CautionAnswer,
    EffectAnswer,
    HarmAnswer,
    KeptOutAnswer,
    OptionAnswer,
    PositionAnswer,
    SourceAnswer,
    StrategyAnswer,
    StudyAnswer,
)
from decidua.assessment.standing import option_standing
from decidua.assessment.status import (
    AGAINST,
    FOR,
    JudgedPosition,
    JudgedStrategy,
    choose_best,
    judge_position,
    judge_strategy,
    option_status,
    stopping_labels,
    stops,
)
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import (
    PER_WORDS,
    READ_WORDS,
    SAID_OF_IT,
    because,
    cite,
    edition,
    join,
    outcome_names,
    printed_effect,
    series,
)
from decidua.condition.english import lower_first
from decidua.condition.reference import Proof
from decidua.evidence.effects import chi_squared_p, fisher_p, odds_ratio, risk_ratio
from decidua.evidence.lines import kept_out, table_of
from decidua.evidence.models import Guideline, Outcome, Source, Study
from decidua.profile.vocabulary import vocabulary
from decidua.rulebook.book import DatedRulebook, Rulebook
from decidua.rulebook.models import Caution, EvidenceUse, Option, Strategy
from decidua.truth import NO, UNKNOWN, YES, Verdict

__all__ = ["JudgedOption", "answer_option", "judge_option", "study_figures"]

NOT_YET = "no way to use it was on record by this date"


class JudgedOption:
    """An option with its strategies judged for her."""

    def __init__(self, verdicts: Verdicts, option: Option) -> None:
        self.option = option
        strategies = verdicts.view.strategies_of(option)
        self.strategies = [judge_strategy(verdicts, strategy, option.option) for strategy in strategies]
        self.best = choose_best(verdicts.view, self.strategies)
        self.status, self.could_be = option_status(verdicts.view, self.strategies)

    @property
    def open(self) -> bool:
        """Whether its status is not settled: not determined, or a better one is still possible."""
        return self.status == "undetermined" or bool(self.could_be)


def judge_option(verdicts: Verdicts, option: Option) -> JudgedOption:
    """Judge every strategy of an option for her."""
    return JudgedOption(verdicts, option)


def answer_option(
    verdicts: Verdicts, judged: JudgedOption, rank: int, above_next: str | None, baseline: Mapping[str, float]
) -> OptionAnswer:
    """Return the whole answer on one option."""
    view, option = verdicts.view, judged.option
    shown = _shown_strategies(judged)
    effects = tuple(effect for one in shown for effect in _effects(verdicts, one, option, baseline))
    uses = [use for one in shown for use in one.strategy.evidence]
    studies = _studies(view, uses)
    harms = tuple([harm for study in studies for harm in _harms(view, study)])
    positions = _positions(verdicts, option)
    return OptionAnswer(
        option=option.option,
        name=option.name,
        rank=rank,
        status=judged.status,
        what_it_is=option.what_it_is,
        in_brief=_brief(verdicts, judged),
        why=_why(verdicts, judged, effects),
        leading_strategy=judged.best.strategy.id,
        above_next=above_next,
        certainty=judged.best.certainty,
        strategies=tuple(_strategy(verdicts, one) for one in judged.strategies),
        could_be=judged.could_be,
        effects=effects,
        harms=harms,
        harms_note=None if harms else "harms not read",
        standing=option_standing(verdicts, studies),
        studies=tuple(_study(verdicts, study, uses) for study in studies),
        syntheses=tuple(synthesis_answers(view, [one.strategy for one in shown])),
        positions=tuple([_position(view, one) for one in positions]),
        cautions=tuple(_cautions(verdicts, [one.strategy for one in shown])),
        missing=tuple(_missing(verdicts, judged)),
        sources=tuple(_sources(view, studies, positions)),
        taken_away=_taken_away(view.book, [one.strategy for one in shown]),
    )


def _taken_away(book: Rulebook, strategies: Sequence[Strategy]) -> tuple[str, ...]:
    if not book.overlays:
        return ()
    from decidua.assessment.overlays import taken_away  # noqa: PLC0415 - needed for overlays alone

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


def _why(verdicts: Verdicts, judged: JudgedOption, effects: Sequence[EffectAnswer]) -> str:
    """Say in a sentence or two why the option has its status."""
    best = judged.best
    if not verdicts.view.known_strategies(judged.option):
        return best.row.says
    parts = [best.row.says]
    if len(judged.strategies) > 1 and best.status in ("consider", "research_only", "advised_against"):
        parts.insert(0, f"{best.strategy.title}.")
    speaking = [one for one in best.positions if one.moves and one.matches is YES]
    maybe = [one for one in best.positions if one.moves and one.matches is UNKNOWN and one.position.position in FOR]
    if speaking and best.status in ("consider", "research_only", "advised_against"):
        parts.append(f"{join([_speaks(one) for one in speaking])}.")
    if maybe and best.status in ("research_only", "advised_against"):
        parts.append(f"For women whom she may be among: {join([_speaks(one) for one in maybe])}.")
    if best.status == "contraindicated":
        parts[-1] = f"{parts[-1].removesuffix('.')}: {join([lower_first(label) for label in best.stopped_by])}."
    elif best.explained_by:
        parts.append(f"Found: {join(list(best.explained_by))}.")
    elif best.status in ("undetermined", "not_applicable"):
        reason = because(verdicts, best.population)
        if reason:
            parts.append(f"{reason[0].upper()}{reason[1:]}.")
    main = next((effect for effect in effects if effect.strategy == best.strategy.id), None)
    if main is not None and best.status in ("consider", "research_only", "advised_against"):
        parts.append(main.sentence)
    return " ".join(parts)


def _brief(verdicts: Verdicts, judged: JudgedOption) -> str:
    """Say in a few words why the option has its status."""
    best = judged.best
    if not verdicts.view.known_strategies(judged.option):
        return NOT_YET
    speaking = {one.guideline.society_name: one for one in best.positions if one.moves and one.matches is YES}
    supporting = [name for name, one in speaking.items() if one.position.position in FOR]
    possible = {
        one.guideline.society_name
        for one in best.positions
        if one.moves and one.matches is UNKNOWN and one.position.position in FOR
    }
    opposing = [name for name, one in speaking.items() if one.position.position in AGAINST]
    if best.status == "contraindicated":
        more = f" and {len(best.stopped_by) - 1} more" if len(best.stopped_by) > 1 else ""
        return f"{lower_first(best.stopped_by[0])}{more}"
    if best.explained_by:
        return f"explained by {join([lower_first(title) for title in best.explained_by])}"
    if best.status == "not_applicable":
        return "outside its populations"
    if best.status == "undetermined":
        facts = [lower_first(vocabulary()[name].label) for name in verdicts.unknown_facts(best.population)]
        if not facts:
            return "depends on what was not read"
        return f"depends on {facts[0]}" if len(facts) == 1 else f"depends on {len(facts)} findings that are not known"
    parts = []
    if supporting:
        parts.append(f"for: {join(supporting)}")
    if opposing:
        parts.append(f"against: {join(opposing)}")
    if possible - set(supporting):
        parts.append(f"possibly for: {join(sorted(possible - set(supporting)))}")
    return "; ".join(parts) or "no society for or against"


def _speaks(one: JudgedPosition) -> str:
    said = SAID_OF_IT[one.position.position]
    return f"{one.guideline.society_name} {edition(one.guideline)} {said}"


def _effects(
    verdicts: Verdicts, one: JudgedStrategy, option: Option, baseline: Mapping[str, float]
) -> Iterator[EffectAnswer]:
    published = published_ratings(verdicts.view, one.strategy, option.option)
    for at, line in enumerate(one.lines):
        yield effect_for_her(verdicts, line, baseline, published.get(at, ()))


def _studies(view: DatedRulebook, uses: Sequence[EvidenceUse]) -> list[Study]:
    """Return the studies used, newest first."""
    ids = dict.fromkeys(use.study for use in uses)
    studies = [view.studies[id_] for id_ in ids if id_ in view.studies]
    return sorted(studies, key=lambda study: (study.published or "", study.id), reverse=True)


def _study(verdicts: Verdicts, study: Study, uses: Sequence[EvidenceUse]) -> StudyAnswer:
    view = verdicts.view
    rule = f"study:{study.id}"
    proof: Proof | None = verdicts.proof(rule) if rule in view.rules else None
    if proof is None:
        reason = "its criteria were not read"
    elif proof.verdict is YES:
        reason = "on the criteria read"
    else:
        reason = because(verdicts, proof)
    standing: Answer = "unknown" if proof is None else proof.verdict.value
    return StudyAnswer(**{**study_figures(view, study, uses), "standing": standing, "because": reason})


def study_figures(view: DatedRulebook, study: Study, uses: Sequence[EvidenceUse]) -> dict[str, Any]:
    """Return the fields of a study's answer, but for her standing and its reason; kept for the date."""
    own = tuple(use for use in uses if use.study in (study.id, study.same_as))
    return view.keep(("study", own), lambda: _study_figures(view, study, own))


def _study_figures(view: DatedRulebook, study: Study, uses: Sequence[EvidenceUse]) -> dict[str, Any]:
    outcome = _leading_outcome(view, study, uses)
    out = kept_out(study, uses, view.book.policy.pooling)
    return {
        "id": study.id,
        "citation": cite(study.citation, study.id, study.published),
        "published": study.published,
        "design": study.design,
        "counts": None if outcome is None else _counts(outcome),
        "further": tuple(_counts(one) for one in _further_outcomes(study, uses, outcome)),
        "note": next((use.note for use in uses if use.study == study.id and use.note), None),
        "printed": None if outcome is None else printed_effect(outcome.reported),
        "recomputed": None if outcome is None else _recomputed(outcome),
        "standing": "unknown",
        "because": "",
        "integrity": study.integrity.status,
        "integrity_notes": study.integrity.notes,
        "read": READ_WORDS[study.source.read],
        "kept_out": None if out is None else KeptOutAnswer(out.rule, out.says, out.because, out.everywhere),
        "overlay": view.book.overlay_of("study", study.id),
    }


def _further_outcomes(study: Study, uses: Sequence[EvidenceUse], leading: Outcome | None) -> list[Outcome]:
    """Return what else of a study must not go unseen: its other contrasts, and every figure of a study of one arm."""
    if leading is None:
        return []
    wanted = [(use.contrast, use.subgroup) for use in uses if use.study == study.id]
    used = [one for one in study.outcomes if (one.contrast, one.subgroup) in wanted and one is not leading]
    if leading.control is None:
        return used
    return [one for one in used if one.outcome == leading.outcome and one.contrast != leading.contrast]


def _leading_outcome(view: DatedRulebook, study: Study, uses: Sequence[EvidenceUse]) -> Outcome | None:
    """Return the outcome to show for a study: in the contrast and subgroup used, with counts, most important first."""
    order = outcome_names(view.book.policy.outcomes)
    wanted = [(use.contrast, use.subgroup) for use in uses if use.study == study.id]
    fitting = [one for one in study.outcomes if (one.contrast, one.subgroup) in wanted] or list(study.outcomes)
    return min(
        fitting,
        key=lambda one: (
            (table_of(one) is None, order[one.outcome].order, wanted.index((one.contrast, one.subgroup)))
            if (one.contrast, one.subgroup) in wanted
            else (table_of(one) is None, order[one.outcome].order, 0)
        ),
        default=None,
    )


def _counts(outcome: Outcome) -> dict[str, int | float | str | None]:
    control = outcome.control
    return {
        "outcome": outcome.outcome,
        "label": outcome.label,
        "per": outcome.per,
        "subgroup": outcome.subgroup,
        "contrast": outcome.contrast,
        "treated_events": outcome.treated.events,
        "treated_total": outcome.treated.total,
        "treated_percent": outcome.treated.percent,
        "control_events": None if control is None else control.events,
        "control_total": None if control is None else control.total,
        "control_percent": None if control is None else control.percent,
        "arms": "one arm, no control" if control is None else "two arms",
        "read": outcome.counts,
        "derivation": outcome.derivation,
    }


def _recomputed(outcome: Outcome) -> str | None:
    """Recompute an outcome's effects and P values from its counts."""
    table = table_of(outcome)
    if table is None:
        return None
    parts = []
    for estimate in (risk_ratio(table), odds_ratio(table)):
        if estimate is not None:
            zero = ", 0.5 added to each cell" if estimate.corrected else ""
            parts.append(f"{estimate.measure} {estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f}{zero})")
    parts.append(f"Fisher P {_p(fisher_p(table))}")
    corrected, plain = chi_squared_p(table, corrected=True), chi_squared_p(table, corrected=False)
    if corrected is not None and plain is not None:
        parts.append(f"chi-square P {_p(plain)}, with correction {_p(corrected)}")
    return "; ".join(parts)


def _p(value: float) -> str:
    return "below 0.0001" if value < 0.0001 else f"{value:.4f}" if value < 0.1 else f"{value:.2f}"


def _harms(view: DatedRulebook, study: Study) -> tuple[HarmAnswer, ...]:
    """Return the harms of a study: outcomes of harm with counts or percentages, and the words of the record."""
    return view.keep(("harms", study.id), lambda: tuple(_harm_answers(view, study)))


def _harm_answers(view: DatedRulebook, study: Study) -> Iterator[HarmAnswer]:
    if study.integrity.status == "retracted":
        return
    policies = outcome_names(view.book.policy.outcomes)
    for outcome in study.outcomes:
        policy = policies[outcome.outcome]
        if policy.harm or outcome.outcome == "biochemical_loss":
            yield _harm(study, outcome, policy.name)
    for text in study.harms:
        yield HarmAnswer(outcome="as recorded", as_printed=text, counts=None, source=study.id)


def _harm(study: Study, outcome: Outcome, name: str) -> HarmAnswer:
    table = table_of(outcome)
    arms = [arm for arm in (outcome.treated, outcome.control) if arm is not None]
    shares = [
        f"{arm.events}/{arm.total}" if arm.events is not None and arm.total is not None else f"{arm.percent:g} %"
        for arm in arms
        if arm.percent is not None or (arm.events is not None and arm.total is not None)
    ]
    text = " against ".join(shares) or "stated without figures"
    printed = printed_effect(outcome.reported)
    among = "denominator not stated" if outcome.per == "not_stated" else f"among {PER_WORDS[outcome.per]}"
    return HarmAnswer(
        outcome=name,
        as_printed=f"{outcome.label or name}: {text}, {among}{'; ' + printed if printed else ''}",
        counts=None
        if table is None
        else {
            "treated_events": table.treated_events,
            "treated_total": table.treated_total,
            "control_events": table.control_events,
            "control_total": table.control_total,
        },
        source=study.id,
    )


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


def _cautions(verdicts: Verdicts, strategies: Sequence[Strategy]) -> list[CautionAnswer]:
    """Return the cautions of the drugs that may be used: what is present first, then what is not known."""
    book = verdicts.view.book
    keys = dict.fromkeys(key for strategy in strategies for key in strategy.drugs)
    answers: list[tuple[tuple[int, int, int], CautionAnswer]] = []
    for at, key in enumerate(keys):
        for number, caution in enumerate(book.drug[key].cautions):
            verdict = verdicts.verdict(f"finding:{caution.finding}")
            kept = ("caution", key, number, verdict)
            answer = verdicts.view.keep(kept, partial(_caution, book, key, caution, verdict))
            answers.append(((PRESENT_FIRST[verdict], LEVEL_ORDER.index(caution.level), at), answer))
    answers.sort(key=lambda pair: pair[0])
    return [answer for _, answer in answers]


def _caution(book: Rulebook, drug: str, caution: Caution, verdict: Verdict) -> CautionAnswer:
    return CautionAnswer(
        key=caution.finding,
        label=book.finding[caution.finding].label,
        drug=drug,
        level=caution.level if caution.only_at is None else f"{caution.level} ({caution.only_at})",
        verdict=verdict.value,
        stops=stops(caution),
        text=caution.text,
        source=_source_words(caution.source, caution.jurisdiction, caution.product),
        overlay=book.overlay_of("drug", drug) or book.overlay_of("caution", f"{drug}/{caution.finding}/{caution.text}"),
    )


PRESENT_FIRST = {YES: 0, UNKNOWN: 1, NO: 2}
LEVEL_ORDER = ("contraindication", "caution", "inference", "trial_exclusion")


def _source_words(source: Source | None, jurisdiction: str | None, product: str | None) -> str:
    if source is None:
        return "decidua's own inference, no source"
    place = {None: "country not read", "none": ""}.get(jurisdiction, jurisdiction or "")
    read = READ_WORDS[source.read]
    quality = {"copy": "web copy: compare with the current label"}.get(source.quality or "", source.quality or "")
    return ", ".join(part for part in (product or "", place, read, quality) if part)


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


def unknown_contraindications(verdicts: Verdicts, judged: JudgedOption) -> list[str]:
    """Return the labels of stopping contraindications whose finding is unknown, for strategies that may apply."""
    possible = [
        one.strategy for one in judged.strategies if one.population.verdict is not NO and one.status != "not_applicable"
    ]
    labels = [label for strategy in possible for label in stopping_labels(verdicts, strategy, UNKNOWN)]
    return [lower_first(label) for label in dict.fromkeys(labels)]


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
