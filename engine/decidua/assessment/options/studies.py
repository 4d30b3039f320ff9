"""The studies of an option as they are answered: figures recomputed, harms, and her standing in each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.assessment.answers.result import Answer, HarmAnswer, KeptOutAnswer, StudyAnswer
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import PER_WORDS, READ_WORDS, because, cite, outcome_names, printed_effect
from decidua.condition.reference import Proof
from decidua.evidence.effects import chi_squared_p, fisher_p, odds_ratio, risk_ratio
from decidua.evidence.lines import kept_out, table_of
from decidua.evidence.models import Outcome, Study
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import EvidenceUse
from decidua.truth import YES

__all__ = ["harms_of", "studies_of", "study_answer", "study_figures"]


def studies_of(view: DatedRulebook, uses: Sequence[EvidenceUse]) -> list[Study]:
    """Return the studies used, newest first."""
    ids = dict.fromkeys(use.study for use in uses)
    studies = [view.studies[id_] for id_ in ids if id_ in view.studies]
    return sorted(studies, key=lambda study: (study.published or "", study.id), reverse=True)


def study_answer(verdicts: Verdicts, study: Study, uses: Sequence[EvidenceUse]) -> StudyAnswer:
    """Return what is answered on a study: its figures, and whether it would have taken her."""
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
    return study_figures(view, study, uses).altered(standing=standing, because=reason)


def study_figures(view: DatedRulebook, study: Study, uses: Sequence[EvidenceUse]) -> StudyAnswer:
    """Return a study's answer without a woman, her standing unknown and without a reason; kept for the date."""
    ids = (study.id, study.same_as)
    own = tuple([use for use in uses if use.study in ids])
    return view.keep(("study", own), lambda: _study_figures(view, study, own))


def _study_figures(view: DatedRulebook, study: Study, uses: Sequence[EvidenceUse]) -> StudyAnswer:
    outcome = _leading_outcome(view, study, uses)
    out = kept_out(study, uses, view.book.policy.pooling)
    return StudyAnswer(
        id=study.id,
        citation=cite(study.citation, study.id, study.published),
        published=study.published,
        design=study.design,
        counts=None if outcome is None else _counts(outcome),
        further=tuple(_counts(one) for one in _further_outcomes(study, uses, outcome)),
        note=next((use.note for use in uses if use.study == study.id and use.note), None),
        printed=None if outcome is None else printed_effect(outcome.reported),
        recomputed=None if outcome is None else _recomputed(outcome),
        standing="unknown",
        because="",
        integrity=study.integrity.status,
        integrity_notes=study.integrity.notes,
        read=READ_WORDS[study.source.read],
        kept_out=None if out is None else KeptOutAnswer(out.rule, out.says, out.because, out.everywhere),
        overlay=view.book.overlay_of("study", study.id),
    )


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


def harms_of(view: DatedRulebook, study: Study) -> tuple[HarmAnswer, ...]:
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
