"""What documents say of a test: who advises it, who advises against it, and where they contradict one another."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from decidua.assessment.answers.evidence import ContradictionEvidence
from decidua.assessment.answers.result import NextFinding
from decidua.assessment.evidence.documents import name_of, side_by_side, sort_key
from decidua.assessment.evidence.positions import AGAINST, FOR
from decidua.assessment.words import POSITION_WORDS
from decidua.evidence.care import CarePosition
from decidua.evidence.models import Guideline, GuidelineKind, Stance
from decidua.frozen import Frozen
from decidua.rulebook.book import DatedRulebook

__all__ = [
    "SaidOfTest",
    "advised",
    "advised_against",
    "contradictions_on_test",
    "investigations_yielding",
    "said_of_test",
    "with_positions",
]

RESEARCH: Stance = "research_only"
CONDITIONS = {
    "rpl": "RPL",
    "rif": "RIF",
    "ivf": "IVF",
    "aps": "APS",
    "threatened_miscarriage": "threatened miscarriage",
}
NONE_RECORDED = "no position on testing it recorded"
NONE_CURRENT = "no position on testing it recorded from a current document of a society"


class SaidOfTest(Frozen):
    """What one document says of one test.

    Attributes:
        superseded_by: The edition that took its place on the date; None while it is current.
        position: Its stance; ``words`` is the same in words.
        grade: The grade on its own scale, or the colour of a rating.
    """

    id: str
    document: str
    published: str | None
    kind: GuidelineKind
    superseded_by: str | None
    condition: str
    position: Stance
    words: str
    strength: str
    certainty: str
    grade: str | None
    population: str
    in_brief: str
    read: str


def investigations_yielding(view: DatedRulebook, fact_name: str) -> tuple[str, ...]:
    """Return the keys of the investigations that yield a fact."""
    return tuple(test.key for test in view.book.investigations if fact_name in test.facts)


def _on(view: DatedRulebook, tests: Collection[str]) -> list[tuple[Guideline, CarePosition]]:
    """Return what was said of any of these by the date, current documents of societies first, newest first."""
    return view.keep(("said of tests", tuple(tests)), lambda: _find_on(view, tests))


def _find_on(view: DatedRulebook, tests: Collection[str]) -> list[tuple[Guideline, CarePosition]]:
    found = []
    for position in view.care_positions:
        if any(key in tests for key in (position.subject, *view.book.tests_of[position.subject])):
            found.append((view.guidelines[position.guideline], position))
    found.sort(key=lambda pair: sort_key(pair[0]), reverse=True)
    found.sort(key=lambda pair: (view.superseded(pair[0]) is not None, pair[0].kind != "society_document"))
    return found


def _current(view: DatedRulebook, fact_name: str) -> list[tuple[Guideline, CarePosition]]:
    """Return what current documents of societies say of the test that yields a fact."""
    return [
        (guideline, position)
        for guideline, position in _on(view, investigations_yielding(view, fact_name))
        if guideline.kind == "society_document"
        and view.superseded(guideline) is None
        and fact_name in (position.facts or (fact_name,))
    ]


def advised_against(view: DatedRulebook, fact_name: str) -> tuple[str, ...]:
    """Name the current society documents that advise against the test of a fact, or keep it to research.

    Args:
        view: What holds on the date.
        fact_name: A fact of the vocabulary; one that no investigation yields has none.

    Returns:
        Each society with its year and, in brackets, whom it speaks of.
    """
    return _named(view, fact_name, (*AGAINST, RESEARCH))


def advised(view: DatedRulebook, fact_name: str) -> tuple[str, ...]:
    """Name the current society documents that recommend, suggest or would consider the test of a fact."""
    return _named(view, fact_name, FOR)


def _named(view: DatedRulebook, fact_name: str, stances: Collection[str]) -> tuple[str, ...]:
    names = [
        f"{name_of(guideline)} ({_whom(position)})"
        for guideline, position in _current(view, fact_name)
        if position.position in stances
    ]
    return tuple(dict.fromkeys(names))


def _whom(position: CarePosition) -> str:
    condition = CONDITIONS[position.condition]
    parts = [f"some women with {condition}" if position.co_conditions else condition]
    if position.part is not None:
        parts.append(position.part)
    if position.position == RESEARCH:
        parts.append("outside research")
    return ", ".join(parts)


def with_positions(view: DatedRulebook, finding: NextFinding) -> NextFinding:
    """Add to a finding who advises its test and who advises against it; where nobody was recorded, say so."""
    tests = investigations_yielding(view, finding.finding)
    if not tests:
        return finding
    against, favour = advised_against(view, finding.finding), advised(view, finding.finding)
    remarks = [] if finding.remark is None else [finding.remark]
    if not _on(view, tests):
        remarks.append(NONE_RECORDED)
    elif not _current(view, finding.finding):
        remarks.append(NONE_CURRENT)
    return replace(finding, remark="; ".join(remarks) or None, advised_against_by=against, advised_by=favour)


def said_of_test(view: DatedRulebook, test: str) -> tuple[SaidOfTest, ...]:
    """Return what every document says of one test or other care by the date, current ones of societies first.

    Args:
        view: What holds on the date.
        test: Key of an investigation, or of a subject of its own.
    """
    return tuple(_said(view, guideline, position) for guideline, position in _on(view, (test,)))


def _said(view: DatedRulebook, guideline: Guideline, position: CarePosition) -> SaidOfTest:
    newer = view.superseded(guideline)
    return SaidOfTest(
        id=position.id,
        document=name_of(guideline),
        published=guideline.published,
        kind=guideline.kind,
        superseded_by=None if newer is None else name_of(view.guidelines[newer]),
        condition=CONDITIONS[position.condition],
        position=position.position,
        words=POSITION_WORDS[position.position],
        strength=position.strength,
        certainty=position.certainty,
        grade=position.grade_as_printed or position.rating,
        population=position.population,
        in_brief=position.in_brief,
        read=position.source.read,
    )


def contradictions_on_test(view: DatedRulebook, test: str) -> Iterator[ContradictionEvidence]:
    """Yield the recorded contradictions on one test or other care, by the date.

    Args:
        view: What holds on the date.
        test: Key of an investigation, or of a subject of its own.
    """
    said = {id_ for id_, position in view.book.care_position.items() if position.subject == test}
    found = (one for one in view.book.contradictions if test in one.tests or not said.isdisjoint(one.positions))
    return side_by_side(view, found)
