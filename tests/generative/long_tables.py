"""Hypothesis strategies for histories told as profiles tell them, and the same histories as rows of long tables."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import strategies as st
from tests.generative.profiles import _items, described
from tests.unit import histories

from decidua.profile.counting import PREGNANCY_COUNTS
from decidua.profile.facts import draw_facts
from decidua.profile.history import Pregnancy, Transfer
from decidua.profile.transfer_counts import TRANSFER_COUNTS
from decidua.tables.long.fields import KINDS, long_fields

__all__ = ["SECTIONS", "Woman", "believed", "frames", "possible_sections", "told_women", "wide_row"]

Woman = dict[str, Any]
SECTIONS = {"pregnancies": (Pregnancy, PREGNANCY_COUNTS), "transfers": (Transfer, TRANSFER_COUNTS)}
DTYPES = {"yes_no": pl.Boolean, "choice": pl.String, "integer": pl.Int64, "number": pl.Float64}


@st.composite
def any_section(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Tell a history at random: most of these nobody can have."""
    model, counts = SECTIONS[kind]
    section: dict[str, Any] = {"complete": True} if draw(st.booleans()) else {}
    section["singles"] = draw(st.lists(_items(model).map(_with_possible_weeks), max_size=4))
    for field in draw(st.lists(st.sampled_from(sorted(counts)), max_size=3, unique=True)):
        section[field] = draw(st.integers(0, 5))
    return section


def _with_possible_weeks(single: dict[str, Any]) -> dict[str, Any]:
    return single | {"weeks": round(2 + single["weeks"] * 0.43, 2)} if "weeks" in single else single


@st.composite
def true_section(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Tell a true history, in full or in part, so that it contradicts nothing."""
    if kind == "pregnancies":
        history = draw(histories.pregnancies())
        truth = histories.truth_of_pregnancies(history)
        counts = histories.COUNTED_LOSSES | histories.COUNTED_KINDS
        less = histories.less_of_pregnancies
    else:
        history = draw(histories.transfers)
        truth, counts = histories.truth_of_transfers(history), histories.COUNTED_TRANSFERS
        less = histories.less_of_transfers
    telling = draw(st.sampled_from(["one by one", "in counts", "both"]))
    if telling == "one by one":
        section = histories.told_one_by_one(history)
    elif telling == "in counts":
        section = histories.told_in_counts(truth, counts)
    else:
        section = histories.told_in_full(history, truth, counts)
    return dict(draw(less(section)))


def told_women() -> st.SearchStrategy[list[Woman]]:
    """Generate some women, each with both sections."""
    told = {kind: st.one_of(true_section(kind), true_section(kind), any_section(kind)) for kind in SECTIONS}
    return st.lists(st.fixed_dictionaries({}, optional=told), min_size=1, max_size=8)


def believed(woman: Woman) -> dict[str, Any]:
    """Return the facts that the code for one woman draws, without sections that contradict themselves or each other."""
    profile = described(possible_sections(woman))
    return {} if profile is None else dict(draw_facts(profile).values)


def possible_sections(woman: Woman) -> Woman:
    """Return the sections that do not contradict themselves."""
    return {kind: section for kind, section in woman.items() if described({kind: section}) is not None}


def wide_row(woman: Woman, number: int) -> dict[str, Any]:
    """Return what stands of a woman in the table of women."""
    row: dict[str, Any] = {"id": number}
    for kind, (_, counts) in SECTIONS.items():
        section = woman.get(kind, {})
        row[f"{kind}.complete"] = section.get("complete")
        row |= {fact: section[field] for field, fact in counts.items() if field in section}
    return row


def long_row(single: dict[str, Any], number: int) -> dict[str, Any]:
    """Return one pregnancy or transfer as a row; embryos that are all alike stand in the columns for all of them."""
    row = {"id": number} | {name: value for name, value in single.items() if name != "embryos"}
    embryos = single.get("embryos")
    if embryos is not None:
        row["embryos"] = len(embryos)
        if all(one == embryos[0] for one in embryos) and number % 2:
            row |= embryos[0]
        else:
            row |= {f"embryo_{at}_{name}": value for at, one in enumerate(embryos, 1) for name, value in one.items()}
    return row


def frames(women: list[Woman], *, as_text: bool) -> dict[str, pl.DataFrame]:
    """Return the table of women and the long tables, their rows in turn; as text where so asked."""
    facts = ["id", *(f"{kind}.complete" for kind in SECTIONS)]
    facts += [fact for _, counts in SECTIONS.values() for fact in counts.values()]
    rows = [wide_row(woman, number) for number, woman in enumerate(women, 1)]
    used = {"id", *(name for row in rows for name, value in row.items() if value is not None)}
    types = {name: pl.Boolean if name.endswith(".complete") else pl.Int64 for name in facts if name in used}
    made = {"women": _frame(rows, types, as_text=as_text)}
    for kind in KINDS:
        told = [
            (at, long_row(single, number))
            for number, woman in enumerate(women, 1)
            for at, single in enumerate(woman.get(kind, {}).get("singles", ()))
        ]
        long = [row for _, row in sorted(told, key=lambda one: one[0])]
        used = {"id", "outcome", *(name for row in long for name in row)}
        columns = {"id": pl.Int64} | {name: DTYPES[field.kind] for name, field in long_fields(kind).items()}
        columns = {name: dtype for name, dtype in columns.items() if name in used}
        made[kind] = _frame(long, columns, as_text=as_text)
    return made


def _frame(rows: list[dict[str, Any]], types: dict[str, Any], *, as_text: bool) -> pl.DataFrame:
    if as_text:
        return pl.DataFrame(
            {name: pl.Series([_text(row.get(name)) for row in rows], dtype=pl.String) for name in types}
        )
    return pl.DataFrame(
        {name: pl.Series([row.get(name) for row in rows], dtype=dtype) for name, dtype in types.items()}
    )


def _text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return None if value is None else str(value)
