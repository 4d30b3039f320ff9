"""Reads profiles from YAML and JSON, and turns every fault into one clear message with file, line and field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from decidua.document import Document, Place, parse_document, read_document
from decidua.errors import DeciduaError, DocumentError, Fault, ProfileError, RatesError, nearest
from decidua.profile.consistency import Contradiction
from decidua.profile.finding import model_above, where_it_belongs
from decidua.profile.model import Profile

if TYPE_CHECKING:
    from decidua.profile.rates import Rates

__all__ = ["MAX_PROFILE_BYTES", "load_profile", "load_rates", "parse_profile", "profile_of"]

Read = TypeVar("Read", bound=BaseModel)

MAX_PROFILE_BYTES = 1_000_000


def load_profile(path: str | Path) -> Profile:
    """Load one profile from a YAML or JSON file.

    Args:
        path: The file, of at most 1 MB.

    Raises:
        ProfileError: The file cannot be read, or it describes no possible woman; every fault has file, line and field.
    """
    try:
        document = read_document(path, limit=MAX_PROFILE_BYTES)
    except DocumentError as error:
        raise ProfileError(error.faults) from None
    return profile_of(document)


def load_rates(path: str | Path) -> Rates:
    """Load a clinic's own table of implantation rates from a YAML or JSON file.

    Args:
        path: The file, of at most 1 MB, laid out as ``decidua schema rates`` says.

    Raises:
        RatesError: The file cannot be read, or two rows could hold for one transfer; every fault has file, line and
            field.
    """
    from decidua.profile.rates import Rates  # noqa: PLC0415 - needed where a table is given

    try:
        document = read_document(path, limit=MAX_PROFILE_BYTES)
    except DocumentError as error:
        raise RatesError(error.faults) from None
    return _validate(document, Rates, RatesError)


def parse_profile(text: str, *, name: str = "profile") -> Profile:
    """Read one profile from text; ``name`` stands for the file in messages.

    Raises:
        ProfileError: As ``load_profile``.
    """
    try:
        document = parse_document(text, name=name)
    except DocumentError as error:
        raise ProfileError(error.faults) from None
    return profile_of(document)


def profile_of(document: Document) -> Profile:
    """Read one parsed document as a profile.

    Raises:
        ProfileError: It describes no possible woman; every fault has file, line and field.
    """
    return _validate(document, Profile, ProfileError)


A_MAPPING = {
    "Profile": "a profile is a mapping such as 'age: 34' (see 'decidua schema profile')",
    "Rates": "a table of rates is a mapping with 'clinic', 'date', 'source' and 'rates' (see 'decidua schema rates')",
}


def _validate(document: Document, model: type[Read], refuse: type[DeciduaError]) -> Read:
    if document.value is None:
        document.value = {}
    if not isinstance(document.value, dict):
        kind = "a list" if isinstance(document.value, list) else "a single value"
        raise refuse(Fault(f"is {kind}; {A_MAPPING[model.__name__]}", file=document.name, line=document.line_of(())))
    try:
        return model.model_validate(document.value)
    except ValidationError as error:
        raise refuse(_faults(error, document, model)) from None


def _faults(error: ValidationError, document: Document, model: type[BaseModel]) -> list[Fault]:
    faults: dict[tuple[str, str], Fault] = {}
    for place, message in _places(error, model):
        field = ".".join(str(step + 1) if isinstance(step, int) else step for step in place)
        fault = Fault(message, file=document.name, line=document.line_of(place), field=field)
        faults.setdefault((field, message), fault)
    return sorted(faults.values(), key=lambda fault: (fault.line or 0, fault.field))


def _places(error: ValidationError, model: type[BaseModel]) -> Iterator[tuple[Place, str]]:
    for detail in error.errors(include_url=False):
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, Contradiction):
            for path, message in cause.found:
                yield (*detail["loc"], *(int(step) if step.isdigit() else step for step in path)), message
            continue
        if detail["type"] == "too_short" and detail["input"]:
            continue  # pydantic counts the entries without a fault; those that have one are told by themselves
        yield detail["loc"], _message(detail, model)


def _message(detail: Any, root: type[BaseModel]) -> str:
    kind, given, context = detail["type"], detail["input"], detail.get("ctx", {})
    shown = _shown(given)
    if kind == "extra_forbidden":
        message = _no_such_field(detail["loc"], root)
    elif kind == "missing":
        message = "is required here; add it"
    elif kind in _LIMITS:
        side, bound = _LIMITS[kind]
        message = f"{shown} is not possible; it must be {side} {context[bound]:g}"
    elif kind == "too_long":
        message = f"holds {context['actual_length']} entries; it must hold at most {context['max_length']}"
    elif kind == "too_short":
        message = f"is empty; it must hold at least {context['min_length']}"
    elif kind == "string_too_long":
        message = f"has {len(given)} characters; it may have at most {context['max_length']}"
    elif kind == "literal_error":
        allowed = [word.strip("' ") for word in str(context["expected"]).replace(" or ", ", ").split(",")]
        alike = [word for word in allowed if not str(given).endswith(word)]  # 'abnormal' is no misspelt 'normal'
        message = f"{shown} is not one of {', '.join(allowed)}{nearest(str(given), alike)}"
    elif kind == "model_type" and context.get("class_name") == "Measurement":
        message = f"{shown} is not a value with its unit, such as {{value: 1, unit: {_unit(detail['loc'], root)}}}"
    elif kind == "model_type":
        names = list(model_above((*detail["loc"], ""), root).model_fields)
        message = f"{shown} is not a mapping of fields; its fields are {_listed(names)}"
    elif kind in ("int_type", "float_type") and isinstance(given, str) and _NUMBER.fullmatch(given):
        message = f"{shown} stands in quotes; write the number without them"
    elif kind in _EXPECTED:
        message = f"{shown} is not {_EXPECTED[kind]}"
    else:  # a fault that this package words itself
        message = detail["msg"]
    return message


def _unit(location: tuple[str | int, ...], root: type[BaseModel]) -> str:
    """Return the vocabulary's unit of a measured value."""
    unit: str = model_above(location, root).model_fields[location[-1]].json_schema_extra["x-decidua"]["unit"]
    return unit


def _no_such_field(location: tuple[str | int, ...], root: type[BaseModel]) -> str:
    names = list(model_above(location, root).model_fields)
    hint = where_it_belongs(location, root) or f"; it may hold {_listed(names)}"
    return f"there is no such field{hint}"


_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
_LIMITS = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}
_EXPECTED = {
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "bool_type": "yes or no (without quotes)",
    "string_type": "text",
    "string_too_short": "long enough; give at least one character",
    "tuple_type": "a list; write each entry on a line of its own that begins with '- '",
    "date_type": "a date (YYYY-MM-DD)",
}


def _shown(given: Any) -> str:
    if isinstance(given, dict):
        return "a mapping"
    if isinstance(given, list | tuple):
        return "a list"
    if given is None:
        return "an empty value"
    text = given if isinstance(given, str) else json.dumps(given, default=str)
    text = " ".join(text.split())
    return f"'{text if len(text) <= 60 else text[:57] + '...'}'"


def _listed(names: list[str]) -> str:
    return ", ".join(names) if len(names) <= 16 else f"{', '.join(names[:12])} and {len(names) - 12} more"
