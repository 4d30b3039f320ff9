"""Positions of societies on an option: a matrix with dates, what each cell says, and where they contradict."""

from __future__ import annotations

from collections.abc import Iterator

from decidua.assessment.answers.evidence import ContradictionEvidence, DocumentRow, OptionEvidence, Said
from decidua.assessment.words import NO_DATE, POSITION_WORDS
from decidua.report.option import AGAINST
from decidua.report.parts import Block, Bullet, Bullets, Grid, Heading, Paragraph, Tone

__all__ = ["DOCUMENT_KINDS", "contradiction_bullet", "position_blocks"]

CONDITIONS = {
    "rpl": "Recurrent loss",
    "threatened_miscarriage": "Threatened miscarriage",
    "rif": "Implantation failure",
    "ivf": "IVF in general",
    "aps": "APS",
}
DOCUMENT_KINDS = {
    "society_document": "",
    "regulator_rating": "a rating",
    "access_rule": "an access rule",
    "choosing_wisely_list": "a list",
    "consultation_draft": "a draft",
}


def position_blocks(evidence: OptionEvidence) -> Iterator[Block]:
    """Yield the matrix of positions, each in words with its population, the contradictions, and what was not read."""
    yield Heading("Who says what", 2)
    if not evidence.documents:
        yield Paragraph("No position on it is recorded from any document that was read.", "open")
    else:
        yield Paragraph(
            "Side by side, never averaged, current ones first. A blank is not recorded: neither consent nor "
            "neutrality. The numbers lead to the population and the words below.",
            "muted",
        )
        yield _matrix(evidence.documents)
        yield Bullets(tuple(_said(row, said) for row in evidence.documents for said in row.said))
    if evidence.contradictions:
        yield Heading("Where they contradict one another, and why", 2)
        for one in evidence.contradictions:
            yield Bullets((contradiction_bullet(one),))
    if evidence.unread:
        yield Heading("Not read", 2)
        yield Bullets(tuple(Bullet("", text) for text in evidence.unread))


def contradiction_bullet(one: ContradictionEvidence) -> Bullet:
    """Return a contradiction with why, and a line for each side."""
    sides = tuple(
        f"{POSITION_WORDS[stance][0].upper()}{POSITION_WORDS[stance][1:]}: {', '.join(names)}."
        for stance, names in one.sides
    )
    return Bullet(one.topic, one.why or "Why was recorded only with later documents in view.", "open", sides)


def _matrix(documents: tuple[DocumentRow, ...]) -> Grid:
    spoken = {said.condition for row in documents for said in row.said}
    shown = [condition for condition in CONDITIONS if condition in spoken]
    rows, tones = [], []
    for row in documents:
        cells = [[said for said in row.said if said.condition == condition] for condition in shown]
        rows.append((_document(row), *("\n".join(map(_cell, cell)) for cell in cells)))
        speaks = row.superseded_by is None and row.kind == "society_document"
        head: Tone = "plain" if speaks else "muted"
        tones.append((head, *(_tone(cell) if speaks else "muted" for cell in cells)))
    columns = ("Document", *(CONDITIONS[condition] for condition in shown))
    most = (30, *(26 if len(shown) < 4 else 18 for _ in shown))
    return Grid(columns, tuple(rows), tuple(line[0] for line in tones), most=most, cell_tones=tuple(tones))


def _document(row: DocumentRow) -> str:
    parts = [_name(row), row.published or "no date read"]
    if DOCUMENT_KINDS[row.kind]:
        parts.append(DOCUMENT_KINDS[row.kind])
    if row.superseded_by is not None:
        parts.append(f"superseded by {row.superseded_by}")
    return "\n".join(parts)


def _name(row: DocumentRow) -> str:
    return row.society if row.year == NO_DATE else f"{row.society} {row.year}"


def _cell(said: Said) -> str:
    drug = "" if said.drug in ("any", "none") else f": {said.drug.replace('_', ' and ')}"
    return f"{said.words}{drug} [{said.number}]"


def _tone(cell: list[Said]) -> Tone:
    stances = {said.position for said in cell}
    against = stances & {*AGAINST}
    favour = stances & {"recommend", "suggest", "consider"}
    if against and favour:
        return "open"
    return "bad" if against else "good" if favour else "plain"


def _said(row: DocumentRow, said: Said) -> Bullet:
    strength = {"not_read": "", "not_graded": "not graded", "good_practice": "good practice"}
    grade = strength.get(said.strength, said.strength)
    certainty = "" if said.certainty == "not_read" else f"{said.certainty.replace('_', ' ')} certainty"
    graded = ", ".join(part for part in (grade, certainty) if part)
    about = f" ({graded})" if graded else ""
    text = f"{said.words}{about}, for {said.population}: {said.in_brief}."
    tone: Tone = "muted" if row.superseded_by or row.kind != "society_document" else _tone([said])
    return Bullet(f"[{said.number}] {_name(row)}", text, tone)
