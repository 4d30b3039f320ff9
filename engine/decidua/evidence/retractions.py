"""Reads a Retraction Watch export, offline, and finds the papers of the rulebook in it: by DOI, then by PMID.

The columns are those of the public data set of Retraction Watch, kept by Crossref. The file is read row by row, so its
size does not matter. A record without a DOI and a PMID cannot be checked: that is said, and is never "clean".
"""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Literal

from decidua.errors import EvidenceError, Fault
from decidua.evidence.models import Guideline, Study, Synthesis
from decidua.frozen import Frozen

__all__ = [
    "Match",
    "Notice",
    "Paper",
    "RaggedRow",
    "RetractionCheck",
    "check_retractions",
    "normal_doi",
    "normal_pmid",
    "papers_of",
]

NEEDED = ("OriginalPaperDOI", "OriginalPaperPubMedID", "RetractionNature", "RetractionDate")
"""Columns without which nothing can be matched or said."""

SHOWN = ("RetractionDOI", "RetractionPubMedID", "Reason", "Title")
"""Columns that are shown where the file has them."""

IntegrityStatus = Literal["none_known", "concern", "expression_of_concern", "retracted"]


class Paper(Frozen):
    """A record of the rulebook: what it can be found by, and what it says of its integrity (None for a document)."""

    id: str
    kind: Literal["study", "synthesis", "document"]
    doi: str | None
    pmid: str | None
    integrity: IntegrityStatus | None


class Notice(Frozen):
    """One row of the export.

    Attributes:
        line: Line of the file on which the row begins.
        nature: As printed: Retraction, Expression of concern, Correction, Reinstatement.
        date: ``YYYY-MM-DD``, or None where the printed one (``date_as_printed``) could not be read.
    """

    line: int
    nature: str
    date: str | None
    date_as_printed: str
    title: str
    reason: str
    notice_doi: str | None
    notice_pmid: str | None


class Match(Frozen):
    """A notice on a paper of the rulebook.

    Attributes:
        by: What it was found by.
        verdict: ``reflected`` in our record; ``must_change``; ``look``: a person has to see what it means for us.
        says: The same in a sentence.
        differs: That the other identifier is not ours, where both sides have one.
    """

    paper: Paper
    notice: Notice
    by: Literal["doi", "pmid"]
    verdict: Literal["reflected", "must_change", "look"]
    says: str
    differs: str | None


class RaggedRow(Frozen):
    """A row with more or fewer cells than the header; ``names`` are the ids of our papers found anywhere in it."""

    line: int
    cells: int
    names: tuple[str, ...]


class RetractionCheck(Frozen):
    """What an export says of the papers of the rulebook.

    Attributes:
        rows: Rows read, the ragged ones among them.
        encoding: How the file was read: utf-8 or latin-1.
        checked: How many papers had a DOI or a PMID to be found by.
        matches: Found by DOI first, then those by PMID.
        not_checked: Papers without a DOI and a PMID on record.
        not_in_file: Papers that our record calls retracted and on which the file has no notice.
        ragged: Rows that could not be read by their columns.
        holds: Whether every notice is reflected in our records, as far as could be checked.
    """

    rows: int
    encoding: str
    checked: int
    matches: tuple[Match, ...]
    not_checked: tuple[Paper, ...]
    not_in_file: tuple[Paper, ...]
    ragged: tuple[RaggedRow, ...]
    holds: bool


_DOI_PREFIX = re.compile(r"^(?:https?://)?(?:(?:dx|www)\.)?doi\.org/|^doi:\s*", re.IGNORECASE)
_DOI_WITHIN = re.compile(r"10\.\d{4,9}/\S+")
_PMID_WITHIN = re.compile(r"\bPMID:?\s*(\d+)")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:\s.*)?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T\s].*)?")


def normal_doi(text: str | None) -> str | None:
    """Return a DOI in lower case without its address, or None where there is none."""
    bare = _DOI_PREFIX.sub("", (text or "").strip()).strip().rstrip(".,;").lower()
    return bare if bare.startswith("10.") and "/" in bare else None


def normal_pmid(text: str | None) -> str | None:
    """Return a PMID without leading zeros, or None where there is none: blank and 0 stand for that."""
    bare = (text or "").strip().removesuffix(".0").lstrip("0")
    return bare if bare.isascii() and bare.isdigit() else None


def papers_of(studies: Iterable[Study], syntheses: Iterable[Synthesis], guidelines: Iterable[Guideline]) -> list[Paper]:
    """Return what can be looked up: every study and synthesis, and every document as far as its citation tells."""
    papers: list[Study | Synthesis] = [*studies, *syntheses]
    found = [
        Paper(
            one.id,
            "study" if isinstance(one, Study) else "synthesis",
            normal_doi(one.citation.doi),
            normal_pmid(one.citation.pmid),
            one.integrity.status,
        )
        for one in papers
    ]
    for document in guidelines:
        doi, pmid = _DOI_WITHIN.search(document.citation or ""), _PMID_WITHIN.search(document.citation or "")
        found.append(
            Paper(
                document.id,
                "document",
                normal_doi(doi.group()) if doi else None,
                normal_pmid(pmid.group(1)) if pmid else None,
                None,
            )
        )
    return found


def check_retractions(path: str | Path, papers: Sequence[Paper]) -> RetractionCheck:
    """Look papers up in a Retraction Watch export.

    Args:
        path: A CSV file; UTF-8, with or without a byte order mark, or Latin-1.
        papers: What to look up.

    Raises:
        EvidenceError: The file cannot be read, is empty, is no CSV, or lacks a column.
    """
    path = Path(path)
    try:
        try:
            found = _Found(papers, "utf-8")
            with path.open(encoding="utf-8-sig", newline="") as stream:
                found.read(stream, str(path))
        except UnicodeDecodeError:
            found = _Found(papers, "latin-1")
            with path.open(encoding="latin-1", newline="") as stream:
                found.read(stream, str(path))
    except OSError as error:
        raise EvidenceError(Fault(f"cannot be read: {error.strerror or error}", file=str(path))) from None
    return found.answer()


class _Found:
    """What was found of some papers while a file is read."""

    def __init__(self, papers: Sequence[Paper], encoding: str) -> None:
        self.papers = papers
        self.encoding = encoding
        self.by_doi = _by(papers, lambda paper: paper.doi)
        self.by_pmid = _by(papers, lambda paper: paper.pmid)
        self.rows = 0
        self.ragged: list[RaggedRow] = []
        self.notices: list[tuple[Paper, Notice, Literal["doi", "pmid"], str | None]] = []

    def read(self, stream: IO[str], name: str) -> None:
        reader = csv.reader(stream)
        try:
            header = next(reader, None)
            columns = _columns(header, name)
            start = reader.line_num + 1
            for row in reader:
                if row:
                    self.rows += 1
                    self._row(row, columns, len(header or ()), start)
                start = reader.line_num + 1
        except csv.Error as error:
            raise EvidenceError(
                Fault(f"is no CSV from here on: {error}", file=name, line=reader.line_num or None)
            ) from None

    def _row(self, row: list[str], columns: Mapping[str, int], width: int, line: int) -> None:
        if len(row) != width:
            self.ragged.append(RaggedRow(line, len(row), tuple(self._named_in(row))))
            return
        cell = {name: row[at].strip() for name, at in columns.items()}
        doi, pmid = normal_doi(cell["OriginalPaperDOI"]), normal_pmid(cell["OriginalPaperPubMedID"])
        matched = self.by_doi.get(doi or "", [])
        also = [paper for paper in self.by_pmid.get(pmid or "", []) if paper not in matched]
        if not matched and not also:
            return
        notice = Notice(
            line=line,
            nature=cell["RetractionNature"],
            date=_read_date(cell["RetractionDate"]),
            date_as_printed=cell["RetractionDate"],
            title=cell.get("Title", ""),
            reason=cell.get("Reason", "").strip(";+ "),
            notice_doi=normal_doi(cell.get("RetractionDOI")),
            notice_pmid=normal_pmid(cell.get("RetractionPubMedID")),
        )
        for paper in matched:
            other = f"the file gives PMID {pmid}, our record {paper.pmid}"
            self.notices.append((paper, notice, "doi", other if pmid and paper.pmid and pmid != paper.pmid else None))
        for paper in also:
            other = f"the file gives DOI {doi}, our record {paper.doi}"
            self.notices.append((paper, notice, "pmid", other if doi and paper.doi else None))

    def _named_in(self, row: list[str]) -> Iterator[str]:
        """Yield our papers whose DOI, or whose PMID with a cell to itself, stands anywhere in a row."""
        dois, pmids = {normal_doi(cell) for cell in row}, {normal_pmid(cell) for cell in row}
        for paper in self.papers:
            if (paper.doi and paper.doi in dois) or (paper.pmid and paper.pmid in pmids):
                yield paper.id

    def answer(self) -> RetractionCheck:
        matches = [
            Match(paper, notice, by, *_verdict(paper, notice, self._in_force(paper)), differs)
            for paper, notice, by, differs in self.notices
        ]
        matches.sort(key=lambda one: (one.by != "doi", one.paper.id, one.notice.date or "", one.notice.line))
        found = {one.paper.id for one in matches}
        can_be_found = [paper for paper in self.papers if paper.doi or paper.pmid]
        unread = any(row.names for row in self.ragged)
        return RetractionCheck(
            rows=self.rows,
            encoding=self.encoding,
            checked=len(can_be_found),
            matches=tuple(matches),
            not_checked=tuple(paper for paper in self.papers if not (paper.doi or paper.pmid)),
            not_in_file=tuple(
                paper for paper in can_be_found if paper.integrity == "retracted" and paper.id not in found
            ),
            ragged=tuple(self.ragged),
            holds=not unread and all(one.verdict != "must_change" for one in matches),
        )

    def _in_force(self, paper: Paper) -> str | None:
        """Return the nature of the last notice that changes what a paper is worth; None where dates leave it open."""
        told = [
            (notice.date, _nature(notice))
            for other, notice, _, _ in self.notices
            if other is paper and _nature(notice) in ("retraction", "reinstatement")
        ]
        if not told:
            return None
        natures = {nature for _, nature in told}
        if len(natures) == 1:
            return natures.pop()
        if any(date is None for date, _ in told):
            return None
        last = max(date or "" for date, _ in told)
        at_last = {nature for date, nature in told if date == last}
        return at_last.pop() if len(at_last) == 1 else None


def _by(papers: Sequence[Paper], key: Callable[[Paper], str | None]) -> dict[str, list[Paper]]:
    found: dict[str, list[Paper]] = {}
    for paper in papers:
        name = key(paper)
        if name is not None:
            found.setdefault(name, []).append(paper)
    return found


def _columns(header: list[str] | None, name: str) -> dict[str, int]:
    """Return where each column stands."""
    if header is None:
        raise EvidenceError(Fault("is empty; give a Retraction Watch export as CSV", file=name))
    places = {cell.strip().casefold(): at for at, cell in reversed(list(enumerate(header)))}
    missing = [column for column in NEEDED if column.casefold() not in places]
    if missing:
        cure = "it needs the columns of a Retraction Watch export, separated by commas"
        plural = "s" if len(missing) > 1 else ""
        raise EvidenceError(Fault(f"has no column{plural} {', '.join(missing)}; {cure}", file=name, line=1))
    return {column: places[column.casefold()] for column in (*NEEDED, *SHOWN) if column.casefold() in places}


def _read_date(text: str) -> str | None:
    """Read a date as the export prints it, month first (2/27/2022 0:00), or as ISO."""
    american, iso = _US_DATE.fullmatch(text), _ISO_DATE.fullmatch(text)
    if american:
        month, day, year = map(int, american.groups())
    elif iso:
        year, month, day = map(int, iso.groups())
    else:
        return None
    try:
        return datetime.date(year, month, day).isoformat()
    except ValueError:
        return None


def _nature(notice: Notice) -> str:
    return " ".join(notice.nature.casefold().split())


Verdict = tuple[Literal["reflected", "must_change", "look"], str]


def _verdict(paper: Paper, notice: Notice, in_force: str | None) -> Verdict:
    """Say whether a notice is reflected in our record."""
    nature, ours = _nature(notice), paper.integrity
    if ours is None:
        return "look", "a document, whose record holds no word on integrity; see what the notice means for it"
    said = ours.replace("_", " ")
    if nature == "retraction":
        if in_force == "reinstatement":
            return "reflected", "a later notice reinstated the paper; that notice decides"
        if ours == "retracted":
            return "reflected", "our record says that it is retracted"
        return "must_change", f"our record says '{said}': it must say retracted, and stay out of every pool"
    if nature == "expression of concern":
        if ours in ("expression_of_concern", "retracted"):
            return "reflected", f"our record says '{said}'"
        return "must_change", f"our record says '{said}': it must say expression of concern"
    if nature == "reinstatement":
        return _reinstated(ours, in_force)
    if nature == "correction":
        return "look", f"our record says '{said}'; compare its figures with the corrected paper"
    return "look", f"our record says '{said}'; this nature of notice is not known here"


def _reinstated(ours: IntegrityStatus, in_force: str | None) -> Verdict:
    if ours != "retracted":
        return "reflected", "our record does not call it retracted"
    if in_force == "reinstatement":
        return "must_change", "our record says that it is retracted: it was reinstated since"
    if in_force == "retraction":
        return "reflected", "it was retracted again since, as our record says"
    return "look", "the dates of its notices leave open which of them is the last"
