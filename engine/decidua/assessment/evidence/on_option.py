"""The whole evidence on one option, or a line on every option: what was read by a date, computed and decided by nobody.

Everything but her own standing, and what follows from it, depends on the date alone and is kept for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from decidua.assessment.answers.evidence import (
    EvidenceOverview,
    LineEvidence,
    OptionEvidence,
    OverviewRow,
    SynthesisEvidence,
)
from decidua.assessment.answers.result import SynthesisAnswer
from decidua.assessment.evidence.documents import contradictions_on, documents_on, speaking, unread_on
from decidua.assessment.evidence.lines import line_evidence, lines_for_her
from decidua.assessment.evidence.published import synthesis_answers
from decidua.assessment.evidence.studies import (
    counted_women,
    distinct,
    eligibility,
    short_names,
    standing_in,
    studies_of,
    study_evidence,
)
from decidua.assessment.verdicts import Verdicts
from decidua.assessment.words import READ_WORDS, cite
from decidua.errors import DeciduaError, nearest
from decidua.evidence.models import OPTION_KEYS, Ongoing, OutcomeName, Study, Synthesis, last_day
from decidua.rulebook.book import DatedRulebook

__all__ = ["check_option", "check_outcome", "evidence_overview", "option_evidence"]

OUTCOMES: tuple[str, ...] = get_args(OutcomeName)


def check_option(option: str) -> str:
    """Return the key of an option.

    Raises:
        DeciduaError: There is no such option; the nearest is named.
    """
    if option not in OPTION_KEYS:
        raise DeciduaError(
            f"there is no option '{option}'{nearest(option, OPTION_KEYS)}; the options are {', '.join(OPTION_KEYS)}"
        )
    return option


def check_outcome(outcome: str | None) -> str | None:
    """Return the name of an outcome.

    Raises:
        DeciduaError: There is no such outcome; the nearest is named.
    """
    if outcome is not None and outcome not in OUTCOMES:
        raise DeciduaError(
            f"there is no outcome '{outcome}'{nearest(outcome, OUTCOMES)}; the outcomes are {', '.join(OUTCOMES)}"
        )
    return outcome


def option_evidence(
    view: DatedRulebook, option: str, *, outcome: str | None = None, verdicts: Verdicts | None = None
) -> OptionEvidence:
    """Return all that was read on an option by a date.

    Args:
        view: What holds on the date.
        option: Key of the option; it needs no strategy to have evidence.
        outcome: Show this outcome only; None shows all.
        verdicts: Hers, to add her standing in each study, and what follows from it for each line.

    Raises:
        DeciduaError: There is no such option or outcome; nothing was read by that date; or no study has the outcome.
    """
    check_option(option)
    check_outcome(outcome)
    found = view.keep(("evidence", option, outcome), lambda: _evidence(view, option, outcome))
    if verdicts is None:
        return found
    studies = tuple(replace(study, standing=standing_in(verdicts, study.id)) for study in found.studies)
    counted = eligibility(verdicts, [view.studies[study.id] for study in studies])
    known = view.book.option.get(option)
    lines = found.lines if known is None else tuple(lines_for_her(verdicts, known, outcome, found.lines))
    return replace(found, studies=studies, lines=lines, summary=replace(found.summary, eligibility=counted))


def _evidence(view: DatedRulebook, option: str, outcome: str | None) -> OptionEvidence:
    book = view.book
    every = studies_of(view, option)
    documents = documents_on(view, option)
    syntheses = _syntheses(view, option)
    if not (every or documents or syntheses):
        raise DeciduaError(f"nothing published by {view.day} was read on '{option}'{_first_date(view, option)}")
    studies = _reporting(every, outcome)
    if outcome is not None and not studies:
        reported = dict.fromkeys(result.outcome for one in every for result in one.outcomes)
        held = f"; they report {', '.join(reported)}" if reported else ""
        raise DeciduaError(f"no study of '{option}' that was published by {view.day} and read has '{outcome}'{held}")
    known = book.option.get(option)
    names = short_names(every)
    lines = [] if known is None else line_evidence(view, known, names, outcome)
    strategies = [] if known is None else view.strategies_of(known)
    uses = [use for strategy in strategies for use in strategy.evidence]
    beside = {one.id: one for one in synthesis_answers(view, strategies)}
    return OptionEvidence(
        option=option,
        name=option_name(view, option),
        what_it_is=None if known is None else known.what_it_is,
        as_of=view.day,
        outcome=outcome,
        summary=_overview_row(view, option, studies, None),
        studies=tuple(study_evidence(view, studies, names, uses, _numbers(lines), outcome)),
        other_studies=len(every) - len(studies),
        lines=tuple(lines),
        syntheses=tuple(_synthesis(one, beside.get(one.id)) for one in syntheses),
        ongoing=_ongoing(view, option),
        documents=tuple(documents),
        contradictions=tuple(contradictions_on(view, option)),
        unread=tuple(unread_on(view, option)),
    )


def option_name(view: DatedRulebook, option: str) -> str:
    """Return an option's name; one without a file of its own is called by its key."""
    known = view.book.option.get(option)
    return option.replace("_", " ") if known is None else known.name


def _first_date(view: DatedRulebook, option: str) -> str:
    """Say when the first study on an option was published, where that is known."""
    dates = [one.published for one in view.book.studies if view.book.topics.get(one.id) == option and one.published]
    return f"; the oldest study on it is of {min(dates, key=last_day)}" if dates else ""


def _numbers(lines: Sequence[LineEvidence]) -> dict[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for line in lines:
        for row in line.rows:
            numbers.setdefault(row.study, []).append(line.number)
    return numbers


def _syntheses(view: DatedRulebook, option: str) -> list[Synthesis]:
    book = view.book
    wanted = {id_ for id_ in view.syntheses if book.topics.get(id_) == option}
    if option in book.option:
        named = (id_ for strategy in book.option[option].strategies for id_ in strategy.syntheses)
        wanted.update(id_ for id_ in named if id_ in view.syntheses)
    found = (view.syntheses[id_] for id_ in wanted)
    return sorted(found, key=lambda one: (last_day(one.published) if one.published else "", one.id), reverse=True)


def _synthesis(one: Synthesis, beside: SynthesisAnswer | None) -> SynthesisEvidence:
    return SynthesisEvidence(
        id=one.id,
        citation=cite(one.citation, one.id, one.published),
        published=one.published,
        question=one.question,
        searched_until=one.searched_until,
        pooled=one.pooled,
        conclusion=one.conclusion,
        integrity=one.integrity.status,
        used=one.used,
        not_used_because=one.not_used_because,
        same_as=one.same_as,
        read=READ_WORDS[one.source.read],
        ours=() if beside is None else beside.ours,
        differs=() if beside is None else beside.differs,
    )


def _ongoing(view: DatedRulebook, option: str) -> tuple[Ongoing, ...]:
    """Return the trials under way; they have no date and so are shown only when none is asked for."""
    if view.as_of is not None:
        return ()
    return tuple(one for one in view.book.ongoing if view.book.topics.get(one.id) == option)


def evidence_overview(
    view: DatedRulebook, *, outcome: str | None = None, verdicts: Verdicts | None = None
) -> EvidenceOverview:
    """Return a line on every option: studies, women, newest date, and what societies say.

    Args:
        view: What holds on the date.
        outcome: Count only studies that report this outcome; None counts all.
        verdicts: Hers, to add for how many studies she would have been eligible.

    Raises:
        DeciduaError: There is no such outcome, or nothing was read by that date.
    """
    check_outcome(outcome)
    if not (view.studies or view.positions):
        raise DeciduaError(f"nothing published by {view.day} was read")
    groups = {option: _reporting(studies_of(view, option), outcome) for option in OPTION_KEYS}
    every = {one.id: one for studies in groups.values() for one in studies}
    outside = Counter(
        view.book.topics.get(one.id, "no topic")
        for one in _reporting(distinct(view.studies.values()), outcome)
        if one.id not in every
    )
    return EvidenceOverview(
        as_of=view.day,
        outcome=outcome,
        options=tuple(_overview_row(view, option, studies, verdicts) for option, studies in groups.items()),
        total=_overview_row(view, None, list(every.values()), verdicts),
        outside=tuple(sorted(outside.items())),
    )


def _reporting(studies: Sequence[Study], outcome: str | None) -> list[Study]:
    return [one for one in studies if outcome is None or any(result.outcome == outcome for result in one.outcomes)]


def _overview_row(
    view: DatedRulebook, option: str | None, studies: Sequence[Study], verdicts: Verdicts | None
) -> OverviewRow:
    """Return the line of one option, or of all (None)."""
    counted = distinct(studies)
    women = [number for one in counted if (number := counted_women(one)) is not None]
    dates = [one.published for one in counted if one.published]
    in_favour, against, research = speaking(view, option)
    return OverviewRow(
        option=option or "all",
        name="All, each paper once" if option is None else option_name(view, option),
        studies=len(counted),
        randomised=sum(one.randomised for one in counted),
        women=sum(women),
        counting_women=len(women),
        newest=max(dates, key=last_day, default=None),
        retracted=sum(one.integrity.status == "retracted" for one in studies),
        documents_for=in_favour,
        documents_against=against,
        documents_research=research,
        eligibility=None if verdicts is None else eligibility(verdicts, studies),
    )
