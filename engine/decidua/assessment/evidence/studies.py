"""The studies of an option: what each counted, what that gives, and why some stand in no line of evidence."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from decidua.assessment.answers.evidence import Eligibility, Ratio, Standing, StudyEvidence, StudyResult
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import READ_WORDS, because, cite, outcome_names, printed_effect, year_of
from decidua.evidence.effects import Estimate, Table, odds_ratio, risk_ratio
from decidua.evidence.lines import kept_out, table_of
from decidua.evidence.models import Arm, Outcome, Study, last_day
from decidua.rulebook.book import DatedRulebook
from decidua.rulebook.models import EvidenceUse, OutcomePolicy
from decidua.truth import YES

__all__ = [
    "counted_women",
    "distinct",
    "eligibility",
    "newest_first",
    "no_ratio",
    "ratio_of",
    "rounded",
    "short_names",
    "standing_in",
    "studies_of",
    "study_evidence",
]


def studies_of(view: DatedRulebook, option: str) -> list[Study]:
    """Return every study of an option's topic on the date, and those that its strategies draw on, newest first."""
    book = view.book
    wanted = {id_ for id_ in view.studies if book.topics.get(id_) == option}
    if option in book.option:
        used = (use.study for strategy in book.option[option].strategies for use in strategy.evidence)
        wanted.update(id_ for id_ in used if id_ in view.studies)
    return newest_first(view.studies[id_] for id_ in wanted)


def newest_first(studies: Iterable[Study]) -> list[Study]:
    """Sort studies by the last day their date can mean, newest first; those without a date come last."""
    return sorted(studies, key=lambda one: (last_day(one.published) if one.published else "", one.id), reverse=True)


def distinct(studies: Iterable[Study]) -> list[Study]:
    """Return the studies that count once and count at all: no second filing of a paper, and none that was retracted."""
    return [one for one in studies if one.same_as is None and one.integrity.status != "retracted"]


def counted_women(study: Study) -> int | None:
    """Return the largest number of women read in one comparison of a study; None where none was counted in women.

    All women go before subgroups. Arms that an outcome leaves out are not added: the number is a lower bound.
    """
    for whole in (True, False):
        totals = [
            total
            for one in study.outcomes
            if one.per == "woman" and (one.subgroup is None) is whole and (total := _total(one)) > 0
        ]
        if totals:
            return max(totals)
    return None


def _total(outcome: Outcome) -> int:
    arms = (outcome.treated, outcome.control)
    return sum(arm.total for arm in arms if arm is not None and arm.total is not None)


def study_evidence(
    view: DatedRulebook,
    studies: Sequence[Study],
    names: Mapping[str, str],
    uses: Sequence[EvidenceUse],
    lines: Mapping[str, Sequence[int]],
    outcome: str | None,
) -> list[StudyEvidence]:
    """Return the studies as they are shown.

    Args:
        view: What holds on the date.
        studies: The studies, in order.
        names: A short name for each, by its id.
        uses: What the strategies of the option draw on.
        lines: Numbers of the lines that each study stands in, by its id.
        outcome: Show this outcome only; None shows all.
    """
    policies = outcome_names(view.book.policy.outcomes)
    return [
        StudyEvidence(
            id=study.id,
            label=names[study.id],
            citation=cite(study.citation, study.id, study.published),
            published=study.published,
            design=study.design,
            randomised=study.randomised,
            blinding=study.blinding,
            condition=study.condition,
            treatment=study.treatment.drug,
            start=study.treatment.start,
            comparator=None if study.comparator is None else study.comparator.kind,
            comparator_text=None if study.comparator is None else study.comparator.text,
            women=counted_women(study),
            results=tuple(
                _result(one, policies[one.outcome])
                for one in sorted(study.outcomes, key=lambda one: policies[one.outcome].order)
                if outcome in (None, one.outcome)
            ),
            integrity=study.integrity.status,
            integrity_notes=study.integrity.notes,
            read=READ_WORDS[study.source.read],
            lines=tuple(lines.get(study.id, ())),
            not_pooled=None if study.id in lines else _why_not_pooled(view, study, uses, outcome),
            same_as=study.same_as,
        )
        for study in studies
    ]


def _result(outcome: Outcome, policy: OutcomePolicy) -> StudyResult:
    table, none, control = table_of(outcome), Arm(), outcome.control
    treated, other = outcome.treated, control if control is not None else none
    return StudyResult(
        outcome=outcome.outcome,
        name=policy.name,
        label=outcome.label,
        per=outcome.per,
        subgroup=outcome.subgroup,
        contrast=outcome.contrast,
        isolates=outcome.isolates,
        treated_events=treated.events,
        treated_total=treated.total,
        treated_percent=treated.percent,
        control_events=other.events,
        control_total=other.total,
        control_percent=other.percent,
        control_arm=control is not None,
        read=outcome.counts,
        derivation=outcome.derivation,
        risk_ratio=None if table is None else ratio_of(risk_ratio(table)),
        odds_ratio=None if table is None else ratio_of(odds_ratio(table)),
        no_ratio=_no_ratio_of(outcome, table),
        printed=printed_effect(outcome.reported),
        favourable=policy.favourable,
    )


def _no_ratio_of(outcome: Outcome, table: Table | None) -> str | None:
    if table is not None:
        return no_ratio(table)
    return "one arm, no control" if outcome.control is None else "no counts for both arms"


def no_ratio(table: Table) -> str | None:
    """Say why no ratio can be given from a table, or None where one can."""
    if table.informative:
        return None
    return "no events in either arm" if table.events == 0 else "events in all of both arms"


def ratio_of(estimate: Estimate | None) -> Ratio | None:
    """Return an estimate as it is shown: six significant digits, the same on every machine."""
    if estimate is None:
        return None
    return Ratio(rounded(estimate.value), rounded(estimate.low), rounded(estimate.high), estimate.corrected)


def rounded(value: float) -> float:
    """Round to six significant digits, so that the same input gives the same bytes on every machine."""
    return float(f"{value:.6g}")


def _why_not_pooled(view: DatedRulebook, study: Study, uses: Sequence[EvidenceUse], outcome: str | None) -> str:
    """Say in words why a study stands in no line of evidence: its record's own reason, else the rule of pooling."""
    if study.same_as is not None:
        return f"a second filing of the paper that stands as {study.same_as}"
    if study.integrity.status == "retracted":
        return "retracted: it moves nothing"
    if not study.pooled and study.not_pooled_because is not None:
        return study.not_pooled_because
    if all(table_of(one) is None for one in study.outcomes if outcome in (None, one.outcome)):
        return "no counts for both arms were read"
    if all(use.study != study.id for use in uses):
        return "no strategy for it in the rulebook draws on this study"
    out = kept_out(study, uses, view.book.policy.pooling)
    return out.says if out is not None else "its counts for this outcome are of another contrast or subgroup"


_INITIALS = re.compile(r"(?:[A-Z]{1,3}\.?|[A-Z]\.(?:[A-Z]\.)*)")


def short_names(studies: Iterable[Study]) -> dict[str, str]:
    """Return first author and year of each study, or its id where none was read or two would share that name."""
    names = {study.id: _short_name(study) for study in studies}
    times = Counter(names.values())
    return {id_: name if times[name] == 1 else id_ for id_, name in names.items()}


def _short_name(study: Study) -> str:
    words = (study.citation.authors or "").split(",")[0].replace("et al.", "").split()
    while len(words) > 1 and _INITIALS.fullmatch(words[-1]):
        words.pop()
    return f"{' '.join(words)} {year_of(study.published)}" if words else study.id


def standing_in(verdicts: Verdicts, study: str) -> Standing:
    """Return whether she would have been in a study, and what decides it."""
    rule = f"study:{study}"
    if rule not in verdicts.view.rules:
        return Standing("unknown", "its criteria were not read")
    proof = verdicts.proof(rule)
    reason = "on the criteria read" if proof.verdict is YES else because(verdicts, proof)
    return Standing(proof.verdict.value, reason)


def eligibility(verdicts: Verdicts, studies: Iterable[Study]) -> Eligibility:
    """Count the studies she would have been in; retracted papers and second filings are left out."""
    found = [(study, standing_in(verdicts, study.id)) for study in distinct(studies)]
    women = {study.id: counted_women(study) or 0 for study, _ in found}
    times = Counter(standing.verdict for _, standing in found)
    largest = max(found, key=lambda pair: (women[pair[0].id], pair[0].id), default=None)
    if largest is not None and not women[largest[0].id]:
        largest = None
    return Eligibility(
        studies=len(found),
        yes=times["yes"],
        no=times["no"],
        unknown=times["unknown"],
        women_in_them=sum(women[study.id] for study, standing in found if standing.verdict == "yes"),
        women=sum(women.values()),
        largest=None if largest is None else largest[0].id,
        largest_standing=None if largest is None else largest[1],
    )
