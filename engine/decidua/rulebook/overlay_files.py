"""Reads the files of a local overlay: its manifest, and each record it brings with the place where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from decidua.document import Document
from decidua.errors import Fault, RulebookError
from decidua.evidence.models import (
    Contradiction,
    Guideline,
    OptionKey,
    PartialDate,
    Position,
    Record,
    SafetyNote,
    Text,
    Texts,
    UnreadPosition,
)
from decidua.frozen import Frozen
from decidua.rulebook.loading import Loaded, load_records
from decidua.rulebook.models import AdverseEffect, Caution, Dose, LabelLine, SafetyConflict, Screening, Strategy
from decidua.rulebook.reading import OutcomeFile, model_of, parse_files

__all__ = [
    "MANIFEST",
    "Brought",
    "DrugMore",
    "OverlayFiles",
    "OverlayManifest",
    "place_key",
    "read_overlay",
    "record_id",
]

MANIFEST = "rulebook.yaml"

KINDS: Mapping[str, str] = {
    "definitions": "definition",
    "panels": "panel",
    "causes": "cause",
    "subsets": "subset",
    "findings": "finding",
    "investigations": "investigation",
    "studies": "study",
    "syntheses": "synthesis",
    "ongoing": "ongoing",
    "guidelines": "document",
    "positions": "position",
    "contradictions": "contradiction",
    "unread": "unread",
    "subjects": "subject",
    "care_positions": "care_position",
    "comparisons": "comparison",
    "unreliable": "unreliable",
    "strategies": "strategy",
}
"""Kind of the records in each list of a file."""


def _with_id(value: Any) -> Any:
    return {"id": value} if isinstance(value, str) else value


class OverrideLine(Record):
    """A record that the overlay puts in place of the rulebook's own."""

    id: Text
    why: Text | None = None


class RemovalLine(Record):
    """A record that the overlay takes away, with the reason."""

    id: Text
    why: Text


class OverlayManifest(Record):
    """``rulebook.yaml`` of an overlay.

    Attributes:
        overlay: Says that the folder is an overlay and no whole rulebook.
        as_of: Date of the overlay's own evidence, where it is later than that of the rulebook below.
        overrides: Ids, or ``KIND:ID`` where several kinds share an id.
        removes: The same, each with the reason; ``caution:DRUG/FINDING`` names one line of a safety record.
    """

    overlay: Literal[True]
    name: Text
    version: Text
    why: Text
    as_of: Annotated[PartialDate, Field(min_length=10)] | None = None
    overrides: Annotated[tuple[Annotated[OverrideLine, BeforeValidator(_with_id)], ...], Field(strict=False)] = ()
    removes: Annotated[tuple[Annotated[RemovalLine, BeforeValidator(_with_id)], ...], Field(strict=False)] = ()


class OptionMore(Record):
    """A file of ``options/`` that holds only strategies: they come to an option that exists."""

    option: OptionKey
    strategies: Annotated[tuple[Strategy, ...], Field(strict=False, min_length=1)]


class DrugMore(Record):
    """A file of ``cautions/drugs/`` without ``names`` and ``option``: its lines come to a record that exists."""

    key: Text
    cautions: Annotated[tuple[Caution, ...], Field(strict=False)] = ()
    effects: Annotated[tuple[AdverseEffect, ...], Field(strict=False)] = ()
    screening: Annotated[tuple[Screening, ...], Field(strict=False)] = ()
    monitoring: Annotated[tuple[LabelLine, ...], Field(strict=False)] = ()
    pregnancy: Annotated[tuple[LabelLine, ...], Field(strict=False)] = ()
    lactation: Annotated[tuple[LabelLine, ...], Field(strict=False)] = ()
    doses: Annotated[tuple[Dose, ...], Field(strict=False)] = ()
    conflicts: Annotated[tuple[SafetyConflict, ...], Field(strict=False)] = ()
    notes: Texts = ()


class GuidelinesMore(Record):
    """``evidence/guidelines.yaml`` of an overlay: any of its lists may be absent."""

    topic: Literal["guidelines"]
    guidelines: Annotated[tuple[Guideline, ...], Field(strict=False)] = ()
    positions: Annotated[tuple[Position, ...], Field(strict=False)] = ()
    contradictions: Annotated[tuple[Contradiction, ...], Field(strict=False)] = ()
    unread: Annotated[tuple[UnreadPosition, ...], Field(strict=False)] = ()


class Brought(Frozen):
    """One record that an overlay brings.

    Attributes:
        record: The record; of an outcome policy its tuple of outcomes.
        file: Where it stands, with ``line``.
        kind: Kind of the record; ``drug+`` and ``option+`` add to one that exists.
        option: For a strategy, the option whose file holds it.
    """

    kind: str
    id: str
    record: Any
    file: str
    line: int | None
    option: str | None = None

    def fault(self, message: str) -> Fault:
        """Return a fault at the place of the record."""
        return Fault(message, file=self.file, line=self.line, field=self.id)


class OverlayFiles(Frozen):
    """An overlay as read: its manifest, its records, its notes on safety, and where all of them stand."""

    manifest: OverlayManifest
    document: Document
    brought: tuple[Brought, ...]
    safety_notes: tuple[SafetyNote, ...]
    places: Mapping[str, tuple[str, int | None]]

    def fault(self, message: str, *place: str | int) -> Fault:
        """Return a fault at a place of the manifest."""
        field = ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
        return Fault(message, file=self.document.name, line=self.document.line_of(place), field=field)


def read_overlay(files: Mapping[str, bytes], folder: Path) -> OverlayFiles:
    """Read the files of an overlay, each by itself.

    Args:
        files: Content of every file by its name relative to the folder.
        folder: Named in every message.

    Raises:
        RulebookError: With every fault found, each with file, line and cure.
    """
    faults: list[Fault] = []
    places: dict[str, tuple[str, int | None]] = {}
    brought: list[Brought] = []
    notes: list[SafetyNote] = []
    manifest: OverlayManifest | None = None
    first = Loaded()
    documents = parse_files(files, first, folder)
    faults.extend(first.faults)
    for name, document in documents.items():
        loaded = Loaded()
        record = load_records(document, _model_for(name, document), loaded)
        faults.extend(loaded.faults)
        if isinstance(record, OverlayManifest):
            manifest = record
        elif record is not None:
            brought.extend(_records(name, record, document, loaded))
            notes.extend(getattr(record, "safety_notes", ()))
            for key, place in loaded.places.items():
                places.setdefault(key, place)
    if faults or manifest is None:
        raise RulebookError(faults)
    return OverlayFiles(manifest, documents[MANIFEST], tuple(brought), tuple(notes), places)


def _model_for(name: str, document: Document) -> type[Record]:
    """Return the model of a file; one that holds only what it adds to a record needs nothing else of it."""
    keys = set(document.value) if isinstance(document.value, dict) else set()
    folder = name.rpartition("/")[0]
    if name == MANIFEST:
        return OverlayManifest
    if name == "evidence/guidelines.yaml":
        return GuidelinesMore
    if folder == "options" and keys <= {"option", "strategies"}:
        return OptionMore
    if folder == "cautions/drugs" and not keys & {"names", "option"}:
        return DrugMore
    return model_of(name)


def _records(name: str, record: Any, document: Document, loaded: Loaded) -> Iterator[Brought]:
    """Yield every record of one file."""

    def found(kind: str, id_: str, value: Any, option: str | None = None) -> Brought:
        place = loaded.places.get(place_key(kind.rstrip("+"), id_), (document.name, document.line_of(())))
        return Brought(kind, id_, value, *place, option)

    if name.startswith("policy/"):
        value = record.outcomes if isinstance(record, OutcomeFile) else record
        yield found("policy", name.removeprefix("policy/").removesuffix(".yaml"), value)
        return
    if name.startswith("cautions/drugs/"):
        yield found("drug+" if isinstance(record, DrugMore) else "drug", record.key, record)
        return
    option = record.option if name.startswith("options/") else None
    if option is not None:
        yield found("option+" if isinstance(record, OptionMore) else "option", option, record)
    for key, kind in KINDS.items():
        for one in getattr(record, key, ()):
            yield found(kind, record_id(one), one, option)


def place_key(kind: str, id_: str) -> str:
    """Return the key under which the place of a record is kept."""
    prefixes = {"option": "option", "drug": "key", "finding": "key", "investigation": "key", "subject": "key"}
    return f"{prefixes.get(kind, 'id')}:{id_}"


def record_id(record: Any) -> str:
    """Return what a record is called: its id, its key, or its option."""
    id_: str = getattr(record, "id", None) or getattr(record, "key", None) or record.option
    return id_
