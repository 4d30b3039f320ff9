"""The vocabulary: every fact that a rule may look at, in one list.

Facts read straight from a profile field are declared on that field (``finding``); those that are counted or worked out
are declared here. Rules are checked against this list when they are loaded, and ``decidua schema facts`` prints it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from decidua.profile.counting import WEEK_MARKS
from decidua.profile.finding import Fact, Kind
from decidua.profile.investigations import Measurement
from decidua.profile.model import Profile

__all__ = ["DERIVED", "FieldPath", "direct_facts", "vocabulary"]

FieldPath = tuple[str, ...]


def _count(name: str, label: str, read_from: str, *, obtainable: bool = True, most: int = 60) -> Fact:
    return Fact(name, "integer", label, "", 0, most, (), read_from, obtainable)


_PREGNANCIES = "pregnancies"
_TRANSFERS = "transfers"

DERIVED: tuple[Fact, ...] = (
    _count("losses.total", "Pregnancy losses, clinical and biochemical", _PREGNANCIES),
    _count("losses.clinical", "Clinical losses", _PREGNANCIES),
    _count("losses.biochemical", "Biochemical losses", _PREGNANCIES),
    _count("losses.of_any_kind", "Losses, with ectopic and molar pregnancies and stillbirths", _PREGNANCIES, most=200),
    _count("losses.clinical_or_stillbirth", "Clinical losses and stillbirths", _PREGNANCIES, most=120),
    _count("losses.consecutive", "Longest run of consecutive losses", _PREGNANCIES),
    _count("losses.since_last_live_birth", "Losses since the last live birth", _PREGNANCIES),
    *(_count(f"losses.before_{weeks}_weeks", f"Losses before {weeks} weeks", _PREGNANCIES) for weeks in WEEK_MARKS),
    _count("losses.from_10_weeks", "Losses from 10 weeks on", _PREGNANCIES),
    _count("losses.from_14_weeks", "Losses from 14 weeks on", _PREGNANCIES),
    _count("losses.euploid", "Losses with a normal karyotype", _PREGNANCIES, obtainable=False),
    _count("losses.aneuploid", "Aneuploid losses", _PREGNANCIES, obtainable=False),
    _count("losses.unbalanced", "Losses with an unbalanced rearrangement", _PREGNANCIES, obtainable=False),
    _count("losses.without_karyotype", "Losses without a karyotype result", _PREGNANCIES),
    _count("losses.with_current_partner", "Losses with the present partner", _PREGNANCIES),
    _count("losses.after_art", "Losses after assisted reproduction", _PREGNANCIES),
    _count("losses.normal_fetus_from_10_weeks", "Deaths of a normal fetus from 10 weeks on", _PREGNANCIES, most=120),
    _count("pregnancies.ectopic", "Ectopic pregnancies", _PREGNANCIES),
    _count("pregnancies.molar", "Molar pregnancies", _PREGNANCIES),
    _count("pregnancies.stillbirths", "Stillbirths", _PREGNANCIES),
    _count("pregnancies.terminations", "Pregnancies ended on purpose", _PREGNANCIES),
    _count("live_births.total", "Live births", _PREGNANCIES),
    _count("births.placental_before_34_weeks", "Births before 34 weeks for placental disease", _PREGNANCIES, most=120),
    _count("transfers.total", "Embryo transfers", _TRANSFERS),
    _count("transfers.failed", "Failed transfers (no clinical pregnancy)", _TRANSFERS),
    _count("transfers.negative_hcg", "Transfers with a negative hCG", _TRANSFERS),
    _count("transfers.failed_consecutive", "Longest run of failed transfers", _TRANSFERS),
    _count("transfers.failed_with_good_embryo", "Failed transfers with a good embryo", _TRANSFERS),
    _count("transfers.failed_euploid_blastocyst", "Failed transfers of a euploid blastocyst", _TRANSFERS),
    _count("transfers.failed_with_immunomodulation", "Failed transfers in spite of immunomodulation", _TRANSFERS),
    _count("embryos.failed", "Embryos in failed transfers", _TRANSFERS, most=1000),
    _count("embryos.failed_good", "Good embryos in failed transfers", _TRANSFERS, most=1000),
    _count("embryos.failed_cleavage", "Cleavage embryos in failed transfers", _TRANSFERS, most=1000),
    _count("embryos.failed_blastocyst", "Blastocysts in failed transfers", _TRANSFERS, most=1000),
    _count("embryos.failed_good_cleavage", "Good cleavage embryos in failed transfers", _TRANSFERS, most=1000),
    _count("embryos.failed_good_blastocyst", "Good blastocysts in failed transfers", _TRANSFERS, most=1000),
    _count(
        "embryos.failed_good_euploid_blastocyst", "Good euploid blastocysts in failed transfers", _TRANSFERS, most=1000
    ),
    Fact(
        "transfers.cumulative_chance",
        "number",
        "Cumulative predicted chance of implantation over the failed transfers",
        "",
        0,
        1,
        (),
        _TRANSFERS,
    ),
    Fact(
        "workup.antiphospholipid",
        "choice",
        "Antiphospholipid antibodies",
        choices=("negative", "positive"),
        read_from="investigations.antiphospholipid",
    ),
    Fact(
        "workup.antiphospholipid_positive_weeks_apart",
        "number",
        "Time between the first and the last positive antiphospholipid test",
        "weeks",
        0,
        3000,
        (),
        "investigations.antiphospholipid",
    ),
    Fact(
        "workup.lupus_anticoagulant",
        "choice",
        "Lupus anticoagulant",
        choices=("negative", "positive"),
        read_from="investigations.antiphospholipid",
    ),
    Fact(
        "workup.anticardiolipin",
        "number",
        "Anticardiolipin, highest value",
        "GPL_or_MPL",
        0,
        10000,
        (),
        "investigations.antiphospholipid",
    ),
    Fact(
        "workup.anti_beta2gpi",
        "number",
        "Anti-beta2-glycoprotein I, highest value",
        "percentile",
        0,
        100,
        (),
        "investigations.antiphospholipid",
    ),
)


@cache
def vocabulary() -> dict[str, Fact]:
    """Return every fact by name, in the order of the profile, the derived ones last."""
    facts = [fact for _, fact, _ in direct_facts()]
    names = [fact.name for fact in (*facts, *DERIVED)]
    if len(set(names)) != len(names):  # pragma: no cover - a mistake in this package, found by any test run
        raise AssertionError("a fact is declared twice")
    return {fact.name: fact for fact in (*facts, *DERIVED)}


@cache
def direct_facts() -> tuple[tuple[FieldPath, Fact, str | None], ...]:
    """Return the facts read straight from a field: its path, the fact, and the check that alone reveals it."""
    return tuple(_walk(Profile, ()))


def _walk(model: type[BaseModel], path: FieldPath) -> Iterator[tuple[FieldPath, Fact, str | None]]:
    for name, field in model.model_fields.items():
        here = (*path, name)
        extra = field.json_schema_extra
        declared: Any = extra.get("x-decidua") if isinstance(extra, dict) else None
        if declared is not None:
            if "fact" in declared:
                yield here, _fact(here, field, declared), declared.get("revealed_by")
            continue
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            yield from _walk(section, here)


def _fact(path: FieldPath, field: FieldInfo, declared: dict[str, Any]) -> Fact:
    kind, choices = _kind_of(field.annotation)
    low, high = (0.0, declared["at_most"]) if "at_most" in declared else _range(field)
    return Fact(
        name=declared["fact"],
        kind=kind,
        label=field.json_schema_extra["title"],  # type: ignore[index, arg-type]
        unit=declared.get("unit", ""),
        minimum=low,
        maximum=high,
        choices=choices,
        read_from=".".join(path),
        obtainable=declared.get("obtainable", True),
    )


def _kind_of(annotation: Any) -> tuple[Kind, tuple[str, ...]]:
    for part in _members(annotation):
        if get_origin(part) is Literal:
            return "choice", get_args(part)
        if part is bool:
            return "yes_no", ()
        if part is int:
            return "integer", ()
        if part is float or part is Measurement:
            return "number", ()
        if part is dt.date:
            return "date", ()
    raise AssertionError(f"{annotation} is no type of a finding")  # pragma: no cover - a mistake in this package


def _members(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        for part in get_args(annotation):
            yield from _members(part)
    elif hasattr(annotation, "__metadata__"):
        yield annotation.__origin__
    else:
        yield annotation


def _range(field: FieldInfo) -> tuple[float | None, float | None]:
    low = high = None
    within = [limit for part in get_args(field.annotation) for limit in getattr(part, "__metadata__", ())]
    for constraint in (*field.metadata, *within):
        if isinstance(constraint, annotated_types.Ge):
            low = float(constraint.ge)  # type: ignore[arg-type]
        if isinstance(constraint, annotated_types.Le):
            high = float(constraint.le)  # type: ignore[arg-type]
    return low, high
