"""Reads the files of ``cases/``: each woman is put together, checked like any profile, and every fault is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from decidua.document import Document, Place, parse_document, read_document
from decidua.errors import DocumentError, Fault, ProfileError, RulebookError, nearest
from decidua.frozen import Frozen
from decidua.profile.reading import MAX_PROFILE_BYTES, profile_of
from decidua.rulebook.book import Rulebook
from decidua.rulebook.cases import EVERY, PREFIXES, Case, CaseFile, Excuse, TestedRules, WorkedCase
from decidua.rulebook.folder import data_folder, is_overlay
from decidua.rulebook.loading import Loaded, load_records

__all__ = ["CASES", "Cases", "case_folders", "case_paths", "read_case_file", "read_cases"]

CASES = "cases"
"""Name of the folder, within a folder of rules."""

MAX_CASE_FILE_BYTES = 4_000_000


class Cases(Frozen):
    """The cases of a rulebook, and what is excused with a reason."""

    cases: tuple[WorkedCase, ...]
    excuses: tuple[Excuse, ...]


class _Woman(Frozen):
    """A case on the way to its woman: where it stands, and whether it is run or only stood on."""

    case: Case
    document: Document
    place: Place
    judged: bool

    def fault(self, message: str, *below: str | int) -> Fault:
        place = (*self.place, *below)
        return Fault(message, file=self.document.name, line=self.document.line_of(place), field=_dotted(below))


@dataclass
class _Reading:
    """What was read so far."""

    rules: TestedRules
    women: dict[str, _Woman] = field(default_factory=dict)
    shipped: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[tuple[str, int], dict[Place, dict[Place, int]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_cases(book: Rulebook, folders: Sequence[Path], below: Sequence[Path] = ()) -> Cases:
    """Read the cases of folders of rules.

    Args:
        book: The rulebook that the folders make.
        folders: Folders whose cases are to be run.
        below: Folders whose women may only be stood on: those of the rulebook that overlays lie over.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    reading = _Reading(TestedRules(book))
    found: list[_Woman] = []
    excuses: list[Excuse] = []
    for folder in (*below, *folders):
        judged = folder in folders
        for path in case_paths(folder):
            record, document, faults = read_case_file(path)
            reading.faults.extend(faults)
            if record is None:
                continue
            found.extend(_Woman(case, document, ("cases", at), judged) for at, case in enumerate(record.cases))
            if judged:
                reading.faults.extend(_excuse_faults(record, document, reading.rules))
                excuses.extend(record.same_anyway)
    _name_women(found, reading)
    cases = [made for one in found if one.judged and (made := _worked(one, reading)) is not None]
    if reading.faults:
        raise RulebookError(reading.faults)
    return Cases(tuple(cases), tuple(excuses))


def case_folders(given: Sequence[Path]) -> tuple[Sequence[Path], Sequence[Path]]:
    """Return the folders whose cases are to be run, and those whose women these may stand on.

    Args:
        given: Folders of rules as for ``load_rulebook``; where overlays are among them, only their cases are run.
    """
    overlays = [folder for folder in given if is_overlay(folder)]
    whole = [folder for folder in given if folder not in overlays] or [data_folder("rules")]
    return (overlays, whole) if overlays else (whole, ())


def case_paths(folder: Path) -> list[Path]:
    """Return the files of cases of a folder of rules, in the order in which they are read."""
    return sorted((folder / CASES).rglob("*.y*ml"))


def read_case_file(path: Path) -> tuple[CaseFile | None, Document, Sequence[Fault]]:
    """Read one file of cases: None in its place where it has faults, which are returned too."""
    loaded = Loaded()
    try:
        document = read_document(path, limit=MAX_CASE_FILE_BYTES)
    except DocumentError as error:
        return None, Document(None, str(path)), error.faults
    return load_records(document, CaseFile, loaded), document, loaded.faults


def _name_women(found: Sequence[_Woman], reading: _Reading) -> None:
    """Note the women that have a name; a sentence or a name that is used twice is a fault."""
    sentences: dict[str, _Woman] = {}
    for one in found:
        first = sentences.setdefault(one.case.case, one) if one.judged else one
        if first is not one:
            where = f"{first.document.name}, line {first.document.line_of(first.place)}"
            reading.faults.append(one.fault(f"the same sentence stands in {where}; say what is different here", "case"))
        name = one.case.woman
        if name is None:
            continue
        if name in reading.women:
            reading.faults.append(
                one.fault(f"'{name}' is another woman's name already; give her one of her own", "woman")
            )
        elif _shipped_file(name).is_file():
            reading.faults.append(one.fault(f"'{name}' is the name of a shipped profile; give her another", "woman"))
        reading.women.setdefault(name, one)


def _shipped_file(name: str) -> Path:
    return data_folder("profiles") / f"{name}.yaml"


def _worked(one: _Woman, reading: _Reading) -> WorkedCase | None:
    """Put a case together, or note its faults."""
    before = len(reading.faults)
    reading.faults.extend(_expectation_faults(one, reading.rules))
    made = _profile_value(one, reading, ())
    if made is None:
        return None
    value, lines = made
    lines[()] = one.document.line_of(one.place) or 1
    try:
        profile = profile_of(Document(value, one.document.name, lines))
    except ProfileError as error:
        reading.faults.extend(error.faults)
        return None
    if len(reading.faults) > before:
        return None
    name, line = one.document.name, one.document.line_of((*one.place, "case"))
    return WorkedCase(one.case.case, name, line, profile, one.case.as_of, one.case.expect)


def _profile_value(
    one: _Woman, reading: _Reading, trail: tuple[str, ...]
) -> tuple[dict[str, Any], dict[Place, int]] | None:
    """Return the profile of a case as plain values, and the lines of what stands in the case itself."""
    case = one.case
    if (case.profile is None) == (case.like is None):
        reading.faults.append(one.fault("needs either 'profile' (the whole woman) or 'like' (another woman)"))
        return None
    if case.profile is not None:
        if case.but is not None:
            reading.faults.append(one.fault("'but' says how she differs from 'like'; put it into 'profile'", "but"))
            return None
        return case.profile, _lines(one, "profile", reading)
    base = _like(one, reading, trail)
    if base is None:
        return None
    value = _changed(base, case.but or {}, one, reading, ("but",))
    return value, _lines(one, "but", reading)


def _like(one: _Woman, reading: _Reading, trail: tuple[str, ...]) -> dict[str, Any] | None:
    name = str(one.case.like)
    if name in trail:
        message = f"is like herself through {' -> '.join((*trail[trail.index(name) :], name))}; break the circle"
        reading.faults.append(one.fault(message, "like"))
        return None
    other = reading.women.get(name)
    if other is not None:
        made = _profile_value(other, reading, (*trail, name))
        return None if made is None else made[0]
    path = _shipped_file(name)
    if not path.is_file():
        known = [*reading.women, *(profile.stem for profile in sorted(data_folder("profiles").glob("*.yaml")))]
        message = (
            f"there is no woman '{name}'{nearest(name, known) or '; name a shipped profile or the woman of a case'}"
        )
        reading.faults.append(one.fault(message, "like"))
        return None
    if name not in reading.shipped:
        text = path.read_text(encoding="utf-8")[:MAX_PROFILE_BYTES]
        reading.shipped[name] = parse_document(text, name=str(path)).value or {}
    return reading.shipped[name]


def _changed(
    base: Mapping[str, Any], but: Mapping[str, Any], one: _Woman, reading: _Reading, place: Place
) -> dict[str, Any]:
    """Return a profile with changes laid over it; null takes a finding away."""
    value = dict(base)
    for key, change in but.items():
        here = (*place, key)
        if change is None:
            if key not in value:
                message = f"takes '{key}' away, which she does not have; remove the line"
                reading.faults.append(one.fault(message, *here))
            value.pop(key, None)
        elif isinstance(change, dict):
            old = value.get(key)
            value[key] = _changed(old if isinstance(old, dict) else {}, change, one, reading, here)
        else:
            value[key] = change
    return value


def _lines(one: _Woman, key: str, reading: _Reading) -> dict[Place, int]:
    """Return the lines of one part of a case, by their place within it."""
    start = (*one.place, key)
    depth = len(start)
    parts = reading.parts.get((one.document.name, depth))
    if parts is None:  # all parts of a file in one go: it holds hundreds of cases
        parts = reading.parts[one.document.name, depth] = {}
        for place, line in one.document.lines.items():
            if len(place) >= depth:
                parts.setdefault(place[:depth], {})[place[depth:]] = line
    return dict(parts.get(start, {}))


def _expectation_faults(one: _Woman, tested: TestedRules) -> Iterator[Fault]:
    expect = one.case.expect
    seen: dict[str, str] = {}
    for verdict, ids in expect.rules:
        for at, id_ in enumerate(ids):
            kind = id_.removeprefix(EVERY)
            if id_.startswith(EVERY) and kind not in tested.kinds:
                hint = nearest(kind, tested.kinds) or f"; the kinds are {', '.join(tested.kinds)}"
                yield one.fault(f"there is no kind of rule '{kind}'{hint}", "expect", str(verdict), at)
            elif not id_.startswith(EVERY) and id_ not in tested.rules:
                yield one.fault(f"'{id_}' is no rule{_hint(id_, tested)}", "expect", str(verdict), at)
            if id_ in seen:
                yield one.fault(f"'{id_}' is expected to be {seen[id_]} too; keep one", "expect", str(verdict), at)
            seen[id_] = str(verdict)
    yield from _answer_faults(one, tested.book)
    if not any(ids for _, ids in expect.rules) and not expect.needs_assessment:
        yield one.fault("expects nothing; say what must come out", "expect")


def _answer_faults(one: _Woman, book: Rulebook) -> Iterator[Fault]:
    """Yield the faults of what is expected of options, strategies and cautions."""
    known = [*(strategy.id for strategy in book.strategies), *book.option]
    for below, part in ((("expect",), one.case.expect), (("expect", "not"), one.case.expect.must_not)):
        for id_ in part.status:
            if id_ not in known:
                yield one.fault(f"'{id_}' is no option and no strategy{nearest(id_, known)}", *below, "status", id_)
        for option, keys in part.cautions.items():
            for at, key in enumerate(keys):
                if key not in book.finding:
                    message = f"'{key}' is no finding{nearest(key, book.finding)}"
                    yield one.fault(message, *below, "cautions", option, at)


def _hint(id_: str, tested: TestedRules) -> str:
    prefixed = [f"{prefix}{id_}" for prefix in PREFIXES.values()]
    known = next((one for one in prefixed if one in tested.rules), None)
    return f"; did you mean '{known}'?" if known else nearest(id_, tested.rules) or "; see 'decidua rules list'"


def _excuse_faults(record: CaseFile, document: Document, tested: TestedRules) -> Iterator[Fault]:
    for at, excuse in enumerate(record.same_anyway):
        place: Place = ("same_anyway", at)
        line = document.line_of(place)
        if excuse.rule not in tested.rules:
            message = f"'{excuse.rule}' is no rule{_hint(excuse.rule, tested)}"
            yield Fault(message, file=document.name, line=line, field=_dotted((*place, "rule")))
        if bool(excuse.mutants) == (excuse.never is not None):
            message = "needs either 'mutants' (changes that make no difference) or 'never' (a verdict it cannot have)"
            yield Fault(message, file=document.name, line=line, field=_dotted(place))


def _dotted(place: Sequence[str | int]) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
