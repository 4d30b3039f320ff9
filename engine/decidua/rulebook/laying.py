"""Lays local overlays over a rulebook: each changes only what it says by name, and the whole is checked."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from decidua.errors import Fault, RulebookError, nearest
from decidua.evidence.models import last_day
from decidua.rulebook.book import Rulebook
from decidua.rulebook.cache import cache_key, read_cache, write_cache
from decidua.rulebook.checking import check_rulebook
from decidua.rulebook.folder import data_folder, find_rulebook, is_overlay, rule_files
from decidua.rulebook.models import Drug
from decidua.rulebook.overlay import Overlay, Touched
from decidua.rulebook.overlay_files import Brought, DrugMore, OverlayFiles, place_key, read_overlay, record_id
from decidua.rulebook.overlay_laws import check_dates, check_override, guarded, lost_lines
from decidua.rulebook.overlay_names import read_names
from decidua.rulebook.policy import Policy
from decidua.rulebook.reading import digest_of

__all__ = ["LISTS", "POLICIES", "find_laid_over", "lay_over"]

LISTS: Mapping[str, str] = {
    "definition": "definitions",
    "panel": "panels",
    "cause": "causes",
    "subset": "subsets",
    "investigation": "investigations",
    "option": "options",
    "finding": "findings",
    "drug": "drugs",
    "study": "studies",
    "synthesis": "syntheses",
    "ongoing": "ongoing",
    "document": "guidelines",
    "position": "positions",
    "contradiction": "contradictions",
    "unread": "unread",
    "subject": "subjects",
    "care_position": "care_positions",
    "comparison": "comparisons",
    "unreliable": "unreliable",
}
"""Where a rulebook holds the records of each kind; strategies stand in their options."""

POLICIES = tuple(Policy.model_fields)
"""Every policy by the name of its file."""

EVIDENCE = (
    *("study", "synthesis", "ongoing", "document", "position", "contradiction", "unread"),
    *("subject", "care_position", "comparison", "unreliable"),
)

Records = dict[str, dict[str, Any]]
"""Records by kind, then by id."""


def find_laid_over(
    whole: Path | None,
    folders: Sequence[Path],
    *,
    shipped: Callable[[], Rulebook],
    prepare: Callable[[Rulebook], None],
) -> Rulebook:
    """Return a rulebook with overlays laid over it: its kept copy where no byte of any differs, else made and kept.

    Args:
        whole: Folder of the rulebook below; None is the shipped one.
        folders: The overlays, each laid over what comes before it.
        shipped: Loads the shipped rulebook.
        prepare: Called with the rulebook that was made, before a copy is kept.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    _check_folders(folders)
    below = rule_files(data_folder("rules") if whole is None else whole)
    given = [(folder, rule_files(folder)) for folder in folders]
    every = dict(below)
    for at, (folder, files) in enumerate(given):
        every |= {f"{at}\1{folder}\1{name}": content for name, content in files.items()}
    key = cache_key(every)
    kept = read_cache(key)
    if isinstance(kept, Rulebook):
        return kept
    book = shipped() if whole is None else find_rulebook(whole, prepare=prepare)
    for folder, files in given:
        book = lay_over(book, files, folder)
    prepare(book)
    write_cache(key, book)
    return book


def _check_folders(folders: Sequence[Path]) -> None:
    faults = []
    seen: set[Path] = set()
    for folder in folders:
        if folder.resolve() in seen:
            faults.append(Fault("is laid over itself; name each overlay once", file=str(folder), code="R101"))
        elif folder.is_dir() and not is_overlay(folder):
            message = (
                "is no overlay: its rulebook.yaml does not say 'overlay: true'; a whole rulebook may only come first"
            )
            faults.append(Fault(message, file=str(folder), code="R101"))
        seen.add(folder.resolve())
    if faults:
        raise RulebookError(faults)


@dataclass
class _Laying:
    """An overlay while it is laid over a rulebook.

    Attributes:
        records: Records of the rulebook, changed step by step.
        homes: The option of each strategy.
        overrides: Reason, if any, for each record that may be replaced, by kind and id.
        removes: Reason for each record that is taken away.
    """

    book: Rulebook
    overlay: OverlayFiles
    records: Records
    homes: dict[str, str]
    overrides: dict[tuple[str, str], str | None] = field(default_factory=dict)
    removes: dict[tuple[str, str], str] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    added: list[Touched] = field(default_factory=list)
    extended: list[Touched] = field(default_factory=list)
    overridden: list[Touched] = field(default_factory=list)
    removed: list[Touched] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def lay_over(book: Rulebook, files: Mapping[str, bytes], folder: Path) -> Rulebook:
    """Lay one overlay over a rulebook and check that the whole fits together.

    Args:
        book: The rulebook below; it stays as it is.
        files: Content of every file of the overlay by its name relative to the folder.
        folder: Named in every message.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    overlay = read_overlay(files, folder)
    work = _Laying(book, overlay, _records_of(book), {one.id: o.option for o in book.options for one in o.strategies})
    work.faults.extend(_name_faults(book, overlay))
    named = read_names(book, overlay, work.records)
    work.overrides, work.removes = named.overrides, named.removes
    work.faults.extend(named.faults)
    _bring(work)
    _take_away(work)
    for one in overlay.brought:  # last: what is added beside a line that goes must stay
        if one.kind.endswith("+"):
            _extend(work, one)
    as_of = max(filter(None, (book.manifest.as_of, overlay.manifest.as_of)), key=last_day)
    work.faults.extend(check_dates(overlay.brought, as_of))
    laid = _assemble(work, digest_of(files, ""), as_of)
    own = {document for document, _ in overlay.places.values()} | {one.file for one in overlay.brought}
    work.faults.extend(_own_place(fault, own, overlay) for fault in check_rulebook(laid))
    if work.faults:
        raise RulebookError(fault if fault.code else replace(fault, code="R501") for fault in work.faults)
    extended = {place_key(one.kind.rstrip("+"), one.id) for one in overlay.brought if one.kind.endswith("+")}
    here = {key: place for key, place in overlay.places.items() if key not in extended}
    return replace(laid, places={**book.places, **here})


def _records_of(book: Rulebook) -> Records:
    records: Records = {kind: {record_id(one): one for one in getattr(book, name)} for kind, name in LISTS.items()}
    records["drug"] = {one.key: one for one in book.drugs}
    records["strategy"] = {one.id: one for one in book.strategies}
    records["policy"] = {name: getattr(book.policy, name) for name in POLICIES}
    return records


def _name_faults(book: Rulebook, overlay: OverlayFiles) -> Iterator[Fault]:
    name = overlay.manifest.name
    if name in (book.manifest.name, *(one.name for one in book.overlays)):
        yield overlay.fault(f"the name '{name}' is that of the rulebook or an overlay below; give it its own", "name")


def _bring(work: _Laying) -> None:
    """Add, or put in place of another, every record that the overlay brings."""
    removed = {f"{kind}:{id_}" for kind, id_ in work.removes}
    below = {kind: dict(records) for kind, records in work.records.items()}
    for (kind, id_), times in Counter((one.kind, one.id) for one in work.overlay.brought).items():
        if times > 1 and kind != "option+":
            last = [one for one in work.overlay.brought if (one.kind, one.id) == (kind, id_)][-1]
            work.faults.append(last.fault(f"the overlay holds '{id_}' {times} times; give each record once"))
    for one in work.overlay.brought:
        if one.kind.endswith("+"):
            continue
        old = below[one.kind].get(one.id)
        if old is None:
            work.added.append(Touched(one.kind, one.id))
        elif (one.kind, one.id) in work.overrides:
            why = work.overrides[(one.kind, one.id)]
            work.faults.extend(check_override(one, old, why, removed))
            work.overridden.append(Touched(one.kind, one.id, why, guarded(old, one.record)))
        elif (one.kind, one.id) not in work.removes:
            file, line = work.book.places.get(place_key(one.kind, one.id), ("", None))
            where = f" ({file}{f', line {line}' if line else ''})" if file else ""
            what = f"the {one.kind} '{one.id}'"
            cure = "give this one its own id, or name it in 'overrides' to put it in place of that"
            work.faults.append(one.fault(f"the rulebook below already has {what}{where}; {cure}"))
        if one.option is not None and one.kind == "strategy":
            _settle(work, one, one.option)
        work.records[one.kind][one.id] = one.record
        work.origins[f"{one.kind}:{one.id}"] = work.overlay.manifest.name


def _settle(work: _Laying, one: Brought, option: str) -> None:
    home = work.homes.setdefault(one.id, option)
    if home != option:
        work.faults.append(one.fault(f"the strategy '{one.id}' belongs to the option '{home}', not to '{option}'"))


def _extend(work: _Laying, one: Brought) -> None:
    """Add the lines of a record to one that exists."""
    drug = isinstance(one.record, DrugMore)
    kind = "drug" if drug else "option"
    if one.id not in work.records[kind]:
        needs = "'names' and 'option'" if drug else "'name' and 'what_it_is'"
        hint = nearest(one.id, work.records[kind])
        work.faults.append(
            one.fault(f"adds to the {kind} '{one.id}', which does not exist{hint}; a new one needs {needs}")
        )
        return
    if not drug:  # its strategies are records of their own, and were brought
        return
    old: Drug = work.records[kind][one.id]
    more = {name: getattr(one.record, name) for name in type(one.record).model_fields if name != "key"}
    update = {name: (*(getattr(old, name) or ()), *lines) for name, lines in more.items() if lines}
    if not update:
        work.faults.append(one.fault(f"adds nothing to the drug '{one.id}'; add a line, or remove the file"))
        return
    work.records[kind][one.id] = old.model_copy(update=update)
    work.extended.append(Touched(kind, one.id))
    for caution in one.record.cautions:
        work.origins[f"caution:{one.id}/{caution.finding}/{caution.text}"] = work.overlay.manifest.name


def _take_away(work: _Laying) -> None:
    """Remove what the overlay removes by name, with its reason."""
    for (kind, id_), why in work.removes.items():
        if kind == "caution":
            _take_line_away(work, id_, why)
            continue
        old = work.records[kind].pop(id_, None)
        work.removed.append(Touched(kind, id_, why, guarded(old, None)))
        if kind == "option":
            for strategy in [key for key, home in work.homes.items() if home == id_]:
                if work.records["strategy"].pop(strategy, None) is not None:
                    work.removed.append(Touched("strategy", strategy, f"its option is removed: {why}"))


def _take_line_away(work: _Laying, id_: str, why: str) -> None:
    """Remove one line of a safety record, or see that the record in its place holds less of it."""
    key, _, finding = id_.partition("/")
    drug: Drug | None = work.records["drug"].get(key)
    at = next(at for at, one in enumerate(work.overlay.manifest.removes) if one.id == f"caution:{id_}")
    work.removed.append(Touched("caution", id_, why, safety=True))
    if drug is None:
        message = f"the whole record of '{key}' is removed already; take this line off the list"
        work.faults.append(work.overlay.fault(message, "removes", at))
    elif ("drug", key) in work.overrides:
        if finding not in lost_lines(work.book.drug[key], drug):
            message = f"the overlay's own record of '{key}' still holds '{finding}' as before; take it out there"
            work.faults.append(work.overlay.fault(message, "removes", at))
    else:
        cautions = tuple(one for one in drug.cautions if one.finding != finding)
        screening = None if drug.screening is None else tuple(one for one in drug.screening if one.finding != finding)
        work.records["drug"][key] = drug.model_copy(update={"cautions": cautions, "screening": screening})


def _assemble(work: _Laying, sha256: str, as_of: str) -> Rulebook:
    book, manifest = work.book, work.overlay.manifest
    options = []
    for option in work.records["option"].values():
        ids = [id_ for id_, home in work.homes.items() if home == option.option and id_ in work.records["strategy"]]
        strategies = tuple(work.records["strategy"][id_] for id_ in ids)
        if not strategies:
            message = f"nothing is left of the option '{option.option}'; remove the option too, or keep a way to use it"
            work.faults.append(work.overlay.fault(message, "removes"))
        same = len(strategies) == len(option.strategies) and all(map(_is, strategies, option.strategies))
        options.append(option if same else option.model_copy(update={"strategies": strategies}))
    lists: dict[str, Any] = {name: tuple(work.records[kind].values()) for kind, name in LISTS.items()} | {
        "options": tuple(options)
    }
    laid = Overlay(
        name=manifest.name,
        version=manifest.version,
        why=manifest.why,
        sha256=sha256,
        added=tuple(work.added),
        extended=tuple(work.extended),
        overridden=tuple(work.overridden),
        removed=tuple(work.removed),
    )
    touched = (*laid.added, *laid.overridden, *laid.removed)
    evidence = work.overlay.safety_notes or any(one.kind in EVIDENCE for one in touched)
    return replace(
        book,
        **lists,
        manifest=book.manifest.model_copy(update={"as_of": as_of}),
        policy=book.policy.model_copy(update=work.records["policy"]),
        safety_notes=(*book.safety_notes, *work.overlay.safety_notes),
        sha256=_both(book.sha256, sha256),
        evidence_sha256=_both(book.evidence_sha256, sha256) if evidence else book.evidence_sha256,
        places={**book.places, **work.overlay.places},
        overlays=(*book.overlays, laid),
        origins={**book.origins, **work.origins},
        base=book if book.base is None else book.base,
    )


def _is(one: object, other: object) -> bool:
    return one is other


def _both(below: str, above: str) -> str:
    return hashlib.sha256(f"{below}\0{above}".encode()).hexdigest()


def _own_place(fault: Fault, own: set[str], overlay: OverlayFiles) -> Fault:
    """Return a fault of the whole at a place of the overlay that brought it about."""
    if fault.file in own:
        return fault
    manifest = overlay.manifest
    named = [("removes", at, one.id) for at, one in enumerate(manifest.removes)]
    named += [("overrides", at, one.id) for at, one in enumerate(manifest.overrides)]
    place = next(
        ((where, at) for where, at, id_ in named if f"'{id_.rpartition(':')[2].rpartition('/')[2]}'" in fault.message),
        (),
    )
    below = ", ".join(str(part) for part in (fault.file, fault.line and f"line {fault.line}") if part)
    what = f"{repr(fault.field) if fault.field else 'a record'} below{f' ({below})' if below else ''}"
    told = overlay.fault(f"with this overlay, {what} {fault.message}", *place)
    return replace(told, code=fault.code)
