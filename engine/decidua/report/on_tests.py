"""Positions of societies on a test: side by side with dates, and where they contradict one another."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.answers.result import NextFinding
from decidua.assessment.evidence.on_tests import SaidOfTest, contradictions_on_test, said_of_test
from decidua.assessment.words import READ_WORDS
from decidua.report.evidence_positions import DOCUMENT_KINDS, contradiction_bullet
from decidua.report.option import AGAINST
from decidua.report.parts import Block, Bullets, Grid, Heading, Paragraph, Tone, list_words
from decidua.rulebook.book import DatedRulebook

__all__ = ["advice_lines", "blocks_on_test"]


def advice_lines(finding: NextFinding) -> Iterator[str]:
    """Yield who advises against a test and who advises it, a short line each."""
    if finding.advised_against_by:
        yield f"advised against by {list_words(finding.advised_against_by)}"
    if finding.advised_by:
        yield f"advised, or would be considered, by {list_words(finding.advised_by)}"


def blocks_on_test(view: DatedRulebook, test: str) -> Iterator[Block]:
    """Yield what documents say of one test or other care, and where they contradict one another.

    Args:
        view: What holds on the date.
        test: Key of an investigation, or of a subject of its own.
    """
    yield Heading("Who says what of it", 2)
    said = said_of_test(view, test)
    if not said:
        yield Paragraph("No position on it is recorded from any document that was read.", "open")
    else:
        yield Paragraph("Side by side, never averaged; current documents of societies first.", "muted")
        rows = tuple((_document(one), one.condition, _position(one), _text(one)) for one in said)
        columns = ("Document", "In", "Position", "For whom, and what")
        yield Grid(columns, rows, tuple(map(_tone, said)), most=(30, 12, 24, 60))
    contradictions = tuple(contradictions_on_test(view, test))
    if contradictions:
        yield Heading("Where they contradict one another, and why", 2)
        yield Bullets(tuple(map(contradiction_bullet, contradictions)))


def _document(one: SaidOfTest) -> str:
    parts = [one.document, one.published or "no date read"]
    if DOCUMENT_KINDS[one.kind]:
        parts.append(DOCUMENT_KINDS[one.kind])
    if one.superseded_by is not None:
        parts.append(f"superseded by {one.superseded_by}")
    return "\n".join(parts)


def _position(one: SaidOfTest) -> str:
    strength = {"not_read": "", "not_graded": "not graded", "good_practice": "good practice"}
    certainty = "" if one.certainty == "not_read" else f"{one.certainty.replace('_', ' ')} certainty"
    graded = ", ".join(part for part in (one.grade or strength.get(one.strength, one.strength), certainty) if part)
    return f"{one.words}\n{graded}" if graded else one.words


def _text(one: SaidOfTest) -> str:
    return f"{one.population}: {one.in_brief} ({READ_WORDS[one.read]})"


def _tone(one: SaidOfTest) -> Tone:
    if one.superseded_by is not None or one.kind != "society_document":
        return "muted"
    if one.position in AGAINST:
        return "bad"
    return "good" if one.position in ("recommend", "suggest", "consider") else "plain"
