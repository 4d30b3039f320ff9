"""Hypothesis strategies over the profile model: possible women, and what is learned of one of them step by step.

A woman starts as one of the shipped example profiles; findings drawn from the fields of the model are added as long as
she stays possible. What is learned of her is then a growing part of that description, so that every step only fills
what was absent: a declaration that a section is complete comes after everything it declares complete.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from decidua.document import read_document
from decidua.profile.investigations import AntiphospholipidTest, Measurement
from decidua.profile.model import Profile
from decidua.rulebook.folder import data_folder

__all__ = [
    "Document",
    "Leaf",
    "described",
    "fields",
    "histories",
    "leaves",
    "only",
    "shipped",
    "with_value",
    "without",
    "women",
]

Document = dict[str, Any]
Leaf = tuple[str | int, ...]
"""Place of one thing that can be learned: a field, or an entry of a list by its number."""

NEVER_LEARNED = ("why",)
WHOLE = ("antiphospholipid", "embryos")
"""Lists that are known as a whole: a further blood test or embryo would be news, not something found out."""


def described(document: Document) -> Profile | None:
    """Return the profile, or None where no woman can be like that."""
    try:
        return Profile.model_validate(document)
    except ValidationError:
        return None


@cache
def shipped() -> dict[str, Document]:
    """Return the example profiles by name."""
    paths = sorted(data_folder("profiles").glob("*.yaml"))
    return {path.stem: read_document(path, limit=1_000_000).value or {} for path in paths}


# Values of a field


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    low = high = None
    for constraint in field.metadata:
        low = constraint.ge if isinstance(constraint, annotated_types.Ge) else low
        high = constraint.le if isinstance(constraint, annotated_types.Le) else high
    return low, high


def _members(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _members(part)
    elif hasattr(annotation, "__metadata__"):
        yield from _members(annotation.__origin__)
    elif annotation is not type(None):
        yield annotation


def _measurements(field: FieldInfo) -> st.SearchStrategy[Any]:
    extra: Any = field.json_schema_extra
    declared = extra["x-decidua"] if isinstance(extra, dict) else {"unit": "GPL", "at_most": 100}
    most = min(declared["at_most"], 100)
    numbers = st.integers(0, 20).map(lambda step: round(most * step / 20, 3))
    units = st.sampled_from([declared["unit"], declared["unit"], declared["unit"], "unit of another laboratory"])
    return st.fixed_dictionaries({"value": numbers, "unit": units})


def _values(field: FieldInfo) -> st.SearchStrategy[Any]:
    annotation = next(_members(field.annotation))
    low, high = _bounds(field)
    if annotation is Measurement:
        return _measurements(field)
    if get_origin(annotation) is Literal:
        return st.sampled_from(get_args(annotation))
    if get_origin(annotation) is tuple:
        return st.lists(_items(get_args(annotation)[0]), min_size=1, max_size=3)
    if annotation is int:
        return st.integers(int(low or 0), min(int(high or 6), 6))
    if annotation is float:
        steps = 20
        floor, ceiling = low or 0.0, high or 100.0
        return st.integers(0, steps).map(lambda step: round(floor + (ceiling - floor) * step / steps, 3))
    return {
        bool: st.booleans(),
        dt.date: st.dates(dt.date(2020, 1, 1), dt.date(2024, 12, 31)),
    }[annotation]


@cache
def _items(model: type[BaseModel]) -> st.SearchStrategy[Document]:
    required = {name: _values(field) for name, field in model.model_fields.items() if field.is_required()}
    optional = {name: _values(field) for name, field in model.model_fields.items() if not field.is_required()}
    return st.fixed_dictionaries(required, optional=optional)


@cache
def fields() -> tuple[tuple[tuple[str, ...], FieldInfo], ...]:
    """Return every field of the profile that can be filled, by its path."""
    return tuple(_fields(Profile, ()))


def _fields(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], FieldInfo]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, (*path, name))
        elif name not in NEVER_LEARNED:
            yield (*path, name), field


# Women


def with_value(document: Any, place: Leaf, value: Any) -> Any:
    """Return the document with one more thing said, at a place."""
    if not place:
        return value
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        return [with_value(item, rest, value) if at == step else item for at, item in enumerate(document)]
    return {**document, step: with_value(document.get(step, {}), rest, value)}


def _entries(document: Document) -> list[tuple[Leaf, dict[str, FieldInfo]]]:
    """Return every entry of a list of the profile with the fields it may have."""
    found: list[tuple[Leaf, dict[str, FieldInfo]]] = []
    for place, field in fields():
        annotation = next(_members(field.annotation))
        listed: Any = document
        for step in place:
            listed = listed.get(step, {})
        if get_origin(annotation) is tuple and listed:
            model = get_args(annotation)[0]
            found.extend(((*place, at), model.model_fields) for at in range(len(listed)))
    return found


@st.composite
def women(draw: st.DrawFn) -> Document:
    """Generate the description of a possible woman."""
    document = shipped()[draw(st.sampled_from(sorted(shipped())))]
    candidates = list(fields())
    for _ in range(draw(st.integers(0, 12))):
        entries = _entries(document)
        if entries and draw(st.integers(0, 2)) == 0:
            entry, known = draw(st.sampled_from(entries))
            name = draw(st.sampled_from(sorted(known)))
            place, field = (*entry, name), known[name]
        else:
            place, field = draw(st.sampled_from(candidates))
        more = with_value(document, place, draw(_values(field)))
        if described(more) is not None:
            document = more
    return document


# What is learned of her


def leaves(document: Any, place: Leaf = ()) -> Iterator[Leaf]:
    """Yield everything that can be learned, as places of the document; a whole comes before its parts."""
    if isinstance(document, dict) and not {"value", "unit"} <= document.keys():
        for name, value in document.items():
            if name in NEVER_LEARNED or (isinstance(place[-1:][0] if place else None, int) and _required(place, name)):
                continue
            here = (*place, name)
            if isinstance(value, dict) and {"value", "unit"} <= value.keys():
                yield here
            elif isinstance(value, dict):
                yield from leaves(value, here)
            elif isinstance(value, list):
                if name in WHOLE:
                    yield here
                for at, item in enumerate(value):
                    if name not in WHOLE:
                        yield (*here, at)
                    yield from leaves(item, (*here, at))
            else:
                yield here


def _required(place: Leaf, name: str) -> bool:
    model = AntiphospholipidTest if "antiphospholipid" in place else None
    return name == "result" if model else name == "outcome" and place[0] == "pregnancies"


def only(document: Any, kept: frozenset[Leaf], place: Leaf = ()) -> Any:
    """Return the part of a document whose leaves are kept; entries of a list keep what they require."""
    if isinstance(document, dict):
        if {"value", "unit"} <= document.keys():
            return document
        part: Document = {}
        for name, value in document.items():
            here = (*place, name)
            if isinstance(value, list):
                items = [
                    only(item, kept, (*here, at))
                    for at, item in enumerate(value)
                    if (here if name in WHOLE else (*here, at)) in kept
                ]
                if items or here in kept:
                    part[name] = items
            elif isinstance(value, dict) and not {"value", "unit"} <= value.keys():
                part[name] = only(value, kept, here)
            elif here in kept or (place and isinstance(place[-1], int) and _required(place, name)):
                part[name] = value
        return part
    return document


def _whole_of(leaf: Leaf) -> Leaf | None:
    """Return the entry or list that a leaf is a part of, if any."""
    for at in range(len(leaf) - 1, 0, -1):
        if isinstance(leaf[at - 1], str) and leaf[at - 1] in WHOLE and len(leaf) > at:
            return leaf[:at]
        if isinstance(leaf[at - 1], int) and not (at >= 2 and leaf[at - 2] in WHOLE):
            return leaf[:at]
    return None


def _comes_after(leaf: Leaf, other: Leaf) -> bool:
    """Say whether a leaf can be learned only after another: a part after its whole, 'complete' after what it closes."""
    if leaf[-1] == "complete":
        return other[0] == leaf[0] and other != leaf and not any(isinstance(step, int) for step in other[:-1])
    return _whole_of(leaf) == other


def in_learning_order(everything: list[Leaf]) -> list[Leaf]:
    """Sort leaves, as little as possible, so that each comes after those it needs."""
    found: list[Leaf] = []
    waiting = list(everything)
    while waiting:
        ready = next(leaf for leaf in waiting if not any(_comes_after(leaf, other) for other in waiting))
        found.append(ready)
        waiting.remove(ready)
    return found


def without(document: Document, leaf: Leaf) -> Document:
    """Return the document without one leaf, nor what could only be learned after it."""
    everything = list(leaves(document))
    forgotten = {leaf}
    while True:
        more = {one for one in everything if any(_comes_after(one, gone) for gone in forgotten)} - forgotten
        if not more:
            return only(document, frozenset(everything) - forgotten)
        forgotten |= more


@st.composite
def histories(draw: st.DrawFn) -> list[Document]:
    """Generate what is known of one woman at growing moments; the second knows one thing more than the first."""
    document = draw(women())
    order = in_learning_order(list(draw(st.permutations(list(leaves(document))))))
    cut = draw(st.integers(0, max(len(order) - 1, 0)))
    moments = [order[:cut], order[: cut + 1], order]
    return [only(document, frozenset(known)) for known in moments]
