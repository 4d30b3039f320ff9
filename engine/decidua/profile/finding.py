"""What a finding is: declared once, on the profile field it is read from, and collected into the vocabulary."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from decidua.errors import nearest
from decidua.frozen import Frozen

__all__ = [
    "Fact",
    "Kind",
    "Section",
    "YesNo",
    "finding",
    "measured",
    "model_above",
    "unknown_section",
    "where_it_belongs",
]

Kind = Literal["integer", "number", "yes_no", "choice", "date"]
YesNo = bool | None


class Fact(Frozen):
    """One entry of the vocabulary.

    Attributes:
        name: Dotted name that rules use, such as ``losses.total``.
        kind: The type of its values; ``yes_no`` is a Python bool.
        label: What a person reads.
        unit: Unit of a number, empty where it has none.
        minimum: Smallest possible value of a number, inclusive.
        maximum: Largest possible value of a number, inclusive.
        choices: The values of a ``choice``.
        read_from: Where in the profile it comes from, in the profile's own dotted names.
        obtainable: False for what no test can supply any more, such as tissue of a past loss.
    """

    name: str
    kind: Kind
    label: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    read_from: str = ""
    obtainable: bool = True


class Section(BaseModel):
    """A part of the profile: strict types, no unknown keys, never changed after it was read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True)


def finding(
    label: str,
    *,
    fact: str | None = None,
    unit: str = "",
    at_least: float | None = None,
    at_most: float | None = None,
    revealed_by: str | None = None,
    obtainable: bool = True,
) -> Any:
    """Declare an optional finding; absent means unknown.

    Args:
        label: What a person reads; also the description in the JSON Schema.
        fact: Name in the vocabulary; None keeps the field out of it (it only feeds derived facts).
        unit: Unit of a number.
        at_least: Smallest possible value.
        at_most: Largest possible value.
        revealed_by: Name of the check (``checked.*``) that alone can show a condition's absence.
        obtainable: False for what can no longer be found out.
    """
    described = f"{label} ({unit})" if unit else label
    extra: JsonDict = {"fact": fact, "unit": unit or None, "revealed_by": revealed_by, "obtainable": obtainable}
    return Field(
        default=None,
        ge=at_least,
        le=at_most,
        description=f"{described}. Absent means unknown.",
        json_schema_extra={
            "x-decidua": {key: value for key, value in extra.items() if value is not None},
            "title": label,
        },
    )


def measured(label: str, *, unit: str, at_most: float, fact: str | None = None) -> Any:
    """Declare an optional measured value (``Measurement``).

    Args:
        label: What a person reads.
        unit: The vocabulary's unit; a value in another unit is converted only where that is exact.
        at_most: Largest possible value in that unit; the smallest is 0.
        fact: Name in the vocabulary; None keeps the field out of it (it only feeds derived facts).
    """
    extra: JsonDict = {"unit": unit, "at_most": at_most}
    if fact is not None:
        extra["fact"] = fact
    return Field(
        default=None,
        description=f"{label} ({unit}, at most {at_most:g}). Absent means unknown.",
        json_schema_extra={"x-decidua": extra, "title": label},
    )


def unknown_section(section: type[Section], description: str) -> Any:
    """Declare a section that may be left out: then everything in it is unknown."""
    return Field(default_factory=section.model_construct, description=description)


def where_it_belongs(location: tuple[str | int, ...], root: type[BaseModel]) -> str:
    """Return where a key that does not exist may belong: the nearest real name, or the sections that have it.

    Args:
        location: Path of the key.
        root: The model of the whole document.

    Returns:
        ``; did you mean 'age'?``, ``; 'conditions' has one of that name``, or nothing.
    """
    name, model = str(location[-1]), model_above(location, root)
    homes = [
        f"'{section}'"
        for section, field in root.model_fields.items()
        if (inner := inner_model(field.annotation)) is not None and inner is not model and name in inner.model_fields
    ]
    if homes and name not in COMMON:
        return f"; {' and '.join(homes)} {'has' if len(homes) == 1 else 'have'} one of that name"
    return nearest(name, model.model_fields)


COMMON = ("complete", "singles")
"""Fields of several sections, which say nothing of where they belong."""


def model_above(location: tuple[str | int, ...], root: type[BaseModel]) -> Any:
    """Return the model that the last step of a location belongs to."""
    model: Any = root
    for step in location[:-1]:
        if isinstance(step, str) and step in model.model_fields:
            model = inner_model(model.model_fields[step].annotation) or model
    return model


def inner_model(annotation: Any) -> Any:
    """Return the model an annotation holds, looking through optional values and tuples."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((inner for part in get_args(annotation) if (inner := inner_model(part))), None)
