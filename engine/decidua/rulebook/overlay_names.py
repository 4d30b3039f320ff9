"""Reads which records an overlay names to override or remove; a name that is not there or not clear is a fault."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from decidua.errors import Fault, nearest
from decidua.rulebook.book import Rulebook
from decidua.rulebook.models import Drug
from decidua.rulebook.overlay_files import OverlayFiles

__all__ = ["Names", "read_names"]

Name = tuple[str, str]
"""Kind and id of a record; of a line of a safety record ``caution`` and ``DRUG/FINDING``."""


@dataclass
class Names:
    """What an overlay names, with the reason it gives, and what is wrong with the names."""

    overrides: dict[Name, str | None] = field(default_factory=dict)
    removes: dict[Name, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read_names(book: Rulebook, overlay: OverlayFiles, records: Mapping[str, Mapping[str, Any]]) -> Names:
    """Return what the manifest of an overlay names.

    Args:
        book: The rulebook below.
        overlay: The overlay.
        records: Every record of the rulebook below, by kind, then by id.
    """
    names = Names()
    brought = {(one.kind, one.id) for one in overlay.brought}
    for at, line in enumerate(overlay.manifest.overrides):
        found = _find(book, records, line.id)
        message = _fault(book, records, line.id) if found is None else _override_fault(names, found, brought)
        if found is not None:
            names.overrides.setdefault(found, line.why)
        if message is not None:
            names.faults.append(overlay.fault(f"'{line.id}' {message}", "overrides", at))
    for at, removal in enumerate(overlay.manifest.removes):
        found = _find(book, records, removal.id)
        message = _fault(book, records, removal.id) if found is None else _removal_fault(names, found, brought)
        if found is not None and found[0] != "policy":
            names.removes.setdefault(found, removal.why)
        if message is not None:
            names.faults.append(overlay.fault(f"'{removal.id}' {message}", "removes", at))
    return names


def _override_fault(names: Names, found: Name, brought: set[Name]) -> str | None:
    if found in names.overrides:
        return "is named twice; keep one"
    if found[0] == "caution":
        return "is a line of a safety record, which is not overridden by itself; override the drug, or remove the line"
    return None if found in brought else "is to be overridden, but no file of the overlay holds it; add it there"


def _removal_fault(names: Names, found: Name, brought: set[Name]) -> str | None:
    if found in names.removes:
        return "is named twice; keep one"
    if found[0] == "policy":
        return "is a policy, which cannot be removed; override it with a whole one"
    return "is to be removed, but a file of the overlay holds it; override it instead" if found in brought else None


def _find(book: Rulebook, records: Mapping[str, Mapping[str, Any]], name: str) -> Name | None:
    """Return kind and id of a name, or None where it names nothing, or several records."""
    kind, colon, id_ = name.partition(":")
    if kind == "caution" and colon:
        drug, _, finding = id_.partition("/")
        return (kind, id_) if finding in _findings(book.drug.get(drug)) else None
    if colon:
        return (kind, id_) if id_ in records.get(kind, ()) else None
    kinds = [one for one, known in records.items() if name in known]
    return (kinds[0], name) if len(kinds) == 1 else None


def _fault(book: Rulebook, records: Mapping[str, Mapping[str, Any]], name: str) -> str:
    kinds = [kind for kind, known in records.items() if name in known]
    if len(kinds) > 1:
        return f"may be {' or '.join(f'{kind}:{name}' for kind in kinds)}; write which"
    return f"is no record of the rulebook below{_nearest(book, records, name)}"


def _nearest(book: Rulebook, records: Mapping[str, Mapping[str, Any]], name: str) -> str:
    kind, colon, _ = name.partition(":")
    if not colon:
        return nearest(name, [id_ for known in records.values() for id_ in known])
    if kind == "caution":
        return nearest(name, [f"caution:{key}/{one}" for key, drug in book.drug.items() for one in _findings(drug)])
    if kind in records:
        return nearest(name, [f"{kind}:{id_}" for id_ in records[kind]])
    kinds = [*records, "caution"]
    return f"; '{kind}' is no kind{nearest(kind, kinds)}; the kinds are {', '.join(kinds)}"


def _findings(drug: Drug | None) -> list[str]:
    if drug is None:
        return []
    return [*(one.finding for one in drug.cautions), *(one.finding for one in drug.screening or ())]
