"""Turns one parsed rule file into its record, and names every fault with file, line and cure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from decidua.condition.parser import parse_condition
from decidua.condition.syntax import Condition, Known, one_of_each
from decidua.document import Document, Place
from decidua.errors import Fault, nearest
from decidua.evidence.models import Record

__all__ = ["Loaded", "load_records"]

CONDITION_KEYS = frozenset({"when", "eligibility", "needed", "normal"})

NO_CONDITION = Known("age")
"""Stands in for a condition that could not be parsed, so that the rest of its file is looked at too."""

MOST_SHOWN = 60
"""Most letters that are shown of a value."""

Model = TypeVar("Model", bound=Record)


class Loaded:
    """Faults and conditions found so far, where each record stood, and where an id stood once more."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.conditions: dict[Condition, Condition] = {}
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
    try:
        record = model.model_validate(value)
    except ValidationError as error:
        for place, message, code in _validation_faults(error, model):
            loaded.fault(document, place, message, code)
    if len(loaded.faults) > before:
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
            parsed = parse_condition(
                item, report=lambda spot, message: loaded.fault(document, spot, message, "R301"), place=here
            )
            result[key] = one_of_each(NO_CONDITION if parsed is None else parsed, loaded.conditions)
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
    without_condition: set[Place] = set()
    for detail in error.errors(include_url=False):
        place = tuple(step for step in detail["loc"] if isinstance(step, int) or _is_key(step))
        given, kind = detail["input"], detail["type"]
        if kind == "too_short" and given:
            continue  # pydantic counts the entries without a fault; those that have one are told by themselves
        if kind == "dataclass_exact_type":  # told once for each form that a condition may have
            if place not in without_condition:
                without_condition.add(place)
                yield place, f"{_shown(given)} is no condition; write one, such as 'losses.total >= 3'", "R301"
            continue
        if kind == "extra_forbidden":
            names = _names_at(model, detail["loc"][:-1])
            yield place, f"there is no such key{nearest(str(detail['loc'][-1]), names) or _list(names)}", "R201"
        elif kind == "missing":
            yield place, "is required here; add it", "R202"
        elif kind == "literal_error":
            allowed = _words(str(detail["ctx"]["expected"]))
            yield place, f"{_shown(given)} is not one of {', '.join(allowed)}{nearest(str(given), allowed)}", "R203"
        elif kind == "value_error":
            yield place, str(detail["ctx"]["error"]), "R205"
        else:
            yield place, _mistyped(kind, _shown(given), detail), "R204"


EXPECTED: Mapping[str, str] = {
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "float_type": "is not a number",
    "finite_number": "is not a finite number",
    "bool_type": "is not true or false; write one of them without quotes",
    "string_type": "is not text; write text, in quotes where it looks like something else",
    "string_too_short": "is too short; write something",
    "string_pattern_mismatch": "is not written as it must be: small letters, digits and _ or -",
    "tuple_type": "is not a list; write [one, another], or a line with '- ' for each",
    "list_type": "is not a list; write [one, another], or a line with '- ' for each",
    "dict_type": "is not a mapping; write 'name: value', a line for each",
    "mapping_type": "is not a mapping; write 'name: value', a line for each",
    "model_type": "is not a mapping; write 'name: value', a line for each",
    "too_short": "holds too little; write at least one",
}
"""What is said of a value of another type, by pydantic's name for the fault."""

LIMITS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("over", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("under", "lt"),
}


def _words(expected: str) -> list[str]:
    """Return the words of a list as they are written in a file."""
    words = [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]
    return [word.lower() if word in ("True", "False") else word for word in words]


def _mistyped(kind: str, shown: str, detail: Any) -> str:
    if kind in LIMITS:
        words, bound = LIMITS[kind]
        return f"{shown} is not possible; it must be {words} {detail['ctx'][bound]:g}"
    if kind in EXPECTED:
        return f"{shown} {EXPECTED[kind]}"
    return f"{shown}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _shown(given: Any) -> str:
    """Say a value as it stands in the file; one that holds others by its kind."""
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    if given is None:
        return "an empty value"
    if isinstance(given, bool):
        return f"'{str(given).lower()}'"
    text = " ".join(str(given).split())
    return f"'{text if len(text) <= MOST_SHOWN else f'{text[: MOST_SHOWN - 3]}...'}'"


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
