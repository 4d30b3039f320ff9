"""The report on a Retraction Watch export: what must change, what was found, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.evidence.retractions import Match, Paper, RetractionCheck
from decidua.report.parts import Block, Bullet, Bullets, Heading, Paragraph, Tone, list_words

__all__ = ["retraction_blocks"]

TONES: dict[str, Tone] = {"reflected": "good", "must_change": "bad", "look": "open"}
VERDICTS = {"reflected": "reflected", "must_change": "OUR RECORD MUST BE CHANGED", "look": "to be looked at"}
RAGGED_SHOWN = 20


def retraction_blocks(check: RetractionCheck, *, name: str) -> list[Block]:
    """Return the content of the report, in order.

    Args:
        check: What was found.
        name: The file, as the user named it.
    """
    return [*_head(check, name), *_matches(check), *_not_in_file(check), *_not_checked(check), *_ragged(check)]


def _head(check: RetractionCheck, name: str) -> Iterator[Block]:
    yield Heading("Retractions", 1)
    yield Paragraph(
        f"{name}: {check.rows} rows, read as {check.encoding}. {check.checked} records have a DOI or a PMID and were "
        f"looked up; {len(check.not_checked)} have neither and were not checked.",
        "muted",
    )
    changing = sum(one.verdict == "must_change" for one in check.matches)
    if changing:
        yield Paragraph(f"{_count(changing, 'notice')} not reflected in our records.", "bad")
    elif any(row.names for row in check.ragged):
        yield Paragraph("A row that could not be read by its columns names a record of ours: look at it below.", "bad")
    elif check.matches:
        yield Paragraph("Every notice that was found is reflected in our records or needs only a look.")
    else:
        yield Paragraph("No record that could be looked up is in the file.")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"


def _matches(check: RetractionCheck) -> Iterator[Block]:
    for by, title in (("doi", "Found by DOI"), ("pmid", "Found by PMID")):
        matches = [one for one in check.matches if one.by == by]
        if matches:
            yield Heading(title, 2)
            yield Bullets(tuple(_match(one) for one in matches))


def _match(one: Match) -> Bullet:
    paper, notice = one.paper, one.notice
    key = f"doi:{paper.doi}" if one.by == "doi" else f"PMID {paper.pmid}"
    date = notice.date or (f"date '{notice.date_as_printed}', not readable" if notice.date_as_printed else "no date")
    details = [f"{one.says}."]
    if notice.reason:
        details.append(f"Reason as printed: {notice.reason}.")
    of_notice = [f"doi:{notice.notice_doi}"] if notice.notice_doi else []
    of_notice += [f"PMID {notice.notice_pmid}"] if notice.notice_pmid else []
    if of_notice:
        details.append(f"Notice: {list_words(of_notice)}.")
    if one.differs:
        details.append(f"Look twice: {one.differs}.")
    text = f"{notice.nature or 'nature not given'}, {date}, {key}, line {notice.line}: {VERDICTS[one.verdict]}"
    return Bullet(f"{paper.id} ({paper.kind})", text, TONES[one.verdict], tuple(details))


def _not_in_file(check: RetractionCheck) -> Iterator[Block]:
    if check.not_in_file:
        yield Heading("Retracted by our records, and not in the file", 2)
        yield Bullets(tuple(Bullet("", _named(paper), "open") for paper in check.not_in_file))


def _named(paper: Paper) -> str:
    keys = [f"doi:{paper.doi}"] if paper.doi else []
    keys += [f"PMID {paper.pmid}"] if paper.pmid else []
    return f"{paper.id} ({list_words(keys)})"


def _not_checked(check: RetractionCheck) -> Iterator[Block]:
    if not check.not_checked:
        return
    yield Heading(f"Not checked: {len(check.not_checked)}", 2)
    yield Paragraph("Neither a DOI nor a PMID was read of these; that they are clean is not said.", "open")
    groups: dict[str, list[str]] = {}
    for paper in check.not_checked:
        groups.setdefault(
            {"study": "Studies", "synthesis": "Syntheses", "document": "Documents"}[paper.kind], []
        ).append(paper.id)
    yield Bullets(tuple(Bullet(f"{title} ({len(ids)})", f"{list_words(ids)}.") for title, ids in groups.items()))


def _ragged(check: RetractionCheck) -> Iterator[Block]:
    if not check.ragged:
        return
    yield Heading(f"Rows that do not fit the header: {len(check.ragged)}", 2)
    yield Paragraph("They have more or fewer cells than the header, so nothing was read of them by column.", "open")
    naming = [Bullet(f"line {row.line}", f"names {list_words(row.names)}", "bad") for row in check.ragged if row.names]
    yield Bullets((*naming, Bullet("Lines", f"{_lines([row.line for row in check.ragged])}.")))


def _lines(lines: Sequence[int]) -> str:
    shown = list_words([str(line) for line in lines[:RAGGED_SHOWN]])
    return f"{shown}; and {len(lines) - RAGGED_SHOWN} more" if len(lines) > RAGGED_SHOWN else shown
