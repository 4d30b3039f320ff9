"""What stands behind a rule: its sources as citations, the studies with what was read of them, and its worked cases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from decidua.assessment.words import READ_WORDS, cite, edition
from decidua.evidence.models import Source, Study, Synthesis
from decidua.frozen import Frozen
from decidua.rulebook.baseline import BaselineRule
from decidua.rulebook.book import Rulebook
from decidua.rulebook.case_files import case_paths, read_case_file
from decidua.rulebook.cases import PREFIXES, Case, TestedRules
from decidua.rulebook.folder import is_overlay
from decidua.rulebook.models import Cause, CautionFinding, Definition, Drug, Panel, Strategy, Subset
from decidua.rulebook.policy import CertaintyRule

__all__ = ["NamedCase", "cases_of", "citations", "studies_behind"]


def citations(book: Rulebook, record: Any) -> list[str]:
    """Return the sources of a rule or record, each in a line: citation, how it was read, and where."""
    ids: list[str] = []
    if isinstance(record, Strategy | Subset):
        ids += record.source
    elif isinstance(record, Definition | Panel) and record.guideline is not None:
        ids.append(record.guideline)
    elif isinstance(record, Cause):
        ids += [book.position[id_].guideline for care in record.usual_care for id_ in care.positions]
        ids += [care.guideline for care in record.usual_care if care.guideline is not None]
    elif getattr(record, "guideline", None) is not None:
        ids.append(record.guideline)
    if isinstance(record, BaselineRule):
        ids.append(record.study)
    elif isinstance(record, CertaintyRule) and record.source is not None:
        ids.append(record.source)
    elif isinstance(record, Study | Synthesis):
        return [cited(book, record.id)]
    lines = [cited(book, id_) for id_ in dict.fromkeys(ids)]
    if isinstance(record, CautionFinding):
        lines += _held_by(book, record.key)
    own = getattr(record, "source", None)
    if isinstance(own, Source):
        lines.append(_read(own))
    elif isinstance(record, Drug):
        lines += [_read(one.source) for one in record.cautions if one.source is not None]
    return list(dict.fromkeys(lines))


def _held_by(book: Rulebook, finding: str) -> list[str]:
    """Return the sources of what is held against treatments where a finding is present, each with its drug."""
    lines = []
    for drug in book.drugs:
        held: list[tuple[str, Source | None]] = [
            (caution.level, caution.source) for caution in drug.cautions if caution.finding == finding
        ]
        held += [("check before a start", check.source) for check in drug.screening or () if check.finding == finding]
        for level, source in held:
            said = "decidua's own reading, without a source" if source is None else _read(source)
            lines.append(f"{drug.key}, {level.replace('_', ' ')}: {said}")
    return lines


def cited(book: Rulebook, id_: str) -> str:
    """Return a source by its id as one line."""
    paper: Study | Synthesis | None = book.study.get(id_) or book.synthesis.get(id_)
    if paper is not None:
        return f"{cite(paper.citation, id_, paper.published)} ({_read(paper.source)})"
    document = book.guideline.get(id_)
    if document is not None:
        return f"{document.society_name} {edition(document)}. {document.title} [{id_}] ({_read(document.source)})"
    trial = next((one for one in book.ongoing if one.id == id_), None)
    return id_ if trial is None else f"{trial.title} [{id_}] (not reported yet)"


def _read(source: Source) -> str:
    where = f": {source.where}" if source.where else ""
    return f"{READ_WORDS[source.read]}{where}{f', {source.url}' if source.url else ''}"


def studies_behind(book: Rulebook, record: Any) -> list[str]:
    """Return the studies that a rule rests on, each in a line: what it is, and what is known against it."""
    ids: Iterable[str] = ()
    notes: dict[str, str] = {}
    if isinstance(record, Strategy):
        ids = [use.study for use in record.evidence]
        for use in record.evidence:
            parts = [text for text in (use.contrast, use.subgroup, use.note) if text]
            notes[use.study] = f" ({'; '.join(parts)})" if parts else ""
    elif isinstance(record, Subset):
        ids = [id_ for id_ in record.source if id_ in book.study]
    lines = []
    for id_ in dict.fromkeys(ids):
        study = book.study[id_]
        known = {
            "none_known": "",
            "concern": "; its integrity raises concern",
            "expression_of_concern": "; the journal expressed concern",
            "retracted": "; retracted, moves nothing",
        }[study.integrity.status]
        kept = "" if study.pooled or study.integrity.status == "retracted" else "; not pooled"
        design = study.design.replace("_", " ")
        lines.append(f"{cite(study.citation, id_, study.published)}: {design}{known}{kept}{notes.get(id_, '')}")
    return lines


class NamedCase(Frozen):
    """A worked case that says what must come out of a rule.

    Attributes:
        name: Its sentence.
        expected: What must come out, in words.
        file: Where it stands, with ``line``.
    """

    name: str
    expected: str
    file: str
    line: int | None


def cases_of(book: Rulebook, folders: Sequence[Path], kind: str, id_: str) -> tuple[list[NamedCase], list[str]]:
    """Return the worked cases beside the rules that speak of a rule, in the order of the files.

    Args:
        book: The rulebook.
        folders: Folders of rules; the cases stand in ``cases/`` of each.
        kind: Kind of the rule.
        id_: Its id.

    Returns:
        The cases, and the files that have faults and were passed over.
    """
    tested = TestedRules(book)
    called = f"{PREFIXES.get(kind, '')}{id_}"
    found: list[NamedCase] = []
    faulty: list[str] = []
    for folder in folders:
        for path in case_paths(folder):
            within = path.relative_to(folder).as_posix()
            file = f"{folder}/{within}" if is_overlay(folder) else within
            record, document, _ = read_case_file(path)
            if record is None:
                faulty.append(file)
                continue
            for at, case in enumerate(record.cases):
                expected = ", ".join(_expected(case, tested, called))
                if expected:
                    found.append(NamedCase(case.case, expected, file, document.line_of(("cases", at))))
    return found, faulty


def _expected(case: Case, tested: TestedRules, called: str) -> Iterator[str]:
    """Yield what a case expects of a rule or an option: its verdict, its status, and what this must not be."""
    verdict = tested.expected(case).get(called)
    if verdict is not None:
        yield str(verdict)
    expect = case.expect
    if called in expect.status:
        yield expect.status[called].replace("_", " ")
    if called in expect.must_not.status:
        yield f"not {expect.must_not.status[called].replace('_', ' ')}"
