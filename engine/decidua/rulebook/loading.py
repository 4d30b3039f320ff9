"""Turns one parsed rule file into its record, and names every fault with file, line and cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from decidua.condition.parser import parse_condition
from decidua.document import Document, Place
from decidua.errors import Fault, nearest
from decidua.evidence.models import Record

__all__ = ["Loaded", "load_records"]

CONDITION_KEYS = frozenset({"when", "eligibility", "needed", "normal"})

Model = TypeVar("Model", bound=Record)


class Loaded:
    """Faults found so far, where each record stood, and where an id stood once more."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.places: dict[str, tuple[str, int | None]] = {}
        self.again: dict[str, list[tuple[str, int | None]]] = {}

    def fault(self, document: Document, place: Place, message: str, code: str = "R205") -> None:
        """Note one fault at a place of a document."""
        field = ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
        self.faults.append(Fault(message, file=document.name, line=document.line_of(place), field=field, code=code))


def load_records(document: Document, model: type[Model], loaded: Loaded) -> Model | None:
    """Read one document as one record of ``model``; on faults return None and note them.

    Args:
        document: The parsed file.
        model: The model of the whole file.
        loaded: Collects faults and places.
    """
    before = len(loaded.faults)
    value = _with_conditions(document.value, document, (), loaded)
    if len(loaded.faults) > before:
        return None
    try:
        record = model.model_validate(value)
    except ValidationError as error:
        for place, message, code in _validation_faults(error, model):
            loaded.fault(document, place, message, code)
        return None
    _note_places(document, loaded)
    return record


def _with_conditions(value: Any, document: Document, place: Place, loaded: Loaded) -> Any:
    """Return the document's value with every condition in it parsed."""
    if isinstance(value, list):
        return [_with_conditions(item, document, (*place, index), loaded) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    result: dict[str, Any] = {}
    for key, item in value.items():
        here = (*place, key)
        if key in CONDITION_KEYS and item is not None:
            result[key] = parse_condition(
                item, report=lambda spot, message: loaded.fault(document, spot, message, "R301"), place=here
            )
        else:
            result[key] = _with_conditions(item, document, here, loaded)
    return result


def _note_places(document: Document, loaded: Loaded) -> None:
    """Remember the line of every record that has an id or a key; what only refers to one is no place of it."""
    for place, line in document.lines.items():
        if not place or place[-1] not in ("id", "key", "option") or "conflicts" in place or "effects" in place:
            continue
        if place[-1] == "option" and (len(place) > 1 or "strategies" not in document.value):
            continue
        value: Any = document.value
        for step in place:
            value = value[step]
        if isinstance(value, str):
            key, here = f"{place[-1]}:{value}", (document.name, line)
            if loaded.places.setdefault(key, here) != here:
                loaded.again.setdefault(key, []).append(here)


def _validation_faults(error: ValidationError, model: type[Record]) -> Iterator[tuple[Place, str, str]]:
    for detail in error.errors(include_url=False):
        place = tuple(step for step in detail["loc"] if isinstance(step, int) or _is_key(step))
        given, kind = detail["input"], detail["type"]
        if kind == "too_short" and given:
            continue  # pydantic counts the entries without a fault; those that have one are told by themselves
        if kind == "extra_forbidden":
            names = _names_at(model, detail["loc"][:-1])
            yield place, f"there is no such key{nearest(str(detail['loc'][-1]), names) or _list(names)}", "R201"
        elif kind == "missing":
            yield place, "is required here; add it", "R202"
        elif kind == "literal_error":
            yield place, f"{given!r} is not allowed; use one of {detail['ctx']['expected']}", "R203"
        elif kind == "value_error":
            yield place, str(detail["ctx"]["error"]), "R205"
        else:
            shown = given if isinstance(given, str | int | float | bool) else type(given).__name__
            yield place, f"{shown!r}: {detail['msg'][0].lower()}{detail['msg'][1:]}", "R204"


def _is_key(step: Any) -> bool:
    return isinstance(step, str) and "[" not in step and "(" not in step and not step[:1].isupper()


def _list(names: list[str]) -> str:
    return f"; it may hold {', '.join(names)}" if names else ""


def _names_at(model: type[Record], location: tuple[int | str, ...]) -> list[str]:
    current: Any = model
    for step in location:
        fields: Mapping[str, Any] = getattr(current, "model_fields", {})
        by_alias = {field.alias or name: field for name, field in fields.items()}
        if step in by_alias:
            current = _model_in(by_alias[str(step)].annotation) or current
    fields = getattr(current, "model_fields", {})
    return [field.alias or name for name, field in fields.items()]


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((found for part in getattr(annotation, "__args__", ()) if (found := _model_in(part))), None)
