"""Generated histories as rows of long tables: each woman has the facts and verdicts that her profile gives her."""

from __future__ import annotations

from typing import Any

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from tests.generative.long_tables import SECTIONS, believed, frames, possible_sections, told_women
from tests.generative.profiles import described
from tests.generative.test_tables import compare_with_facts, found_facts
from tests.generative.trying import thorough

import decidua
from decidua.profile.facts import Facts
from decidua.tables.cells.columns import Cells, find_sources
from decidua.tables.cells.mapping import read_mapping
from decidua.tables.long.ids import WomenIds
from decidua.tables.long.long import open_long, read_long


def drawn(made: dict[str, pl.DataFrame]) -> tuple[Cells, pl.DataFrame]:
    women, mapping = made["women"], read_mapping(None)
    opened = {kind: open_long(made[kind], kind, mapping) for kind in SECTIONS}
    beside = read_long(opened, mapping, "id", WomenIds(iter([women["id"]]), "id", "women"))
    cells = Cells(find_sources(women.columns, mapping, beside), women.schema, mapping, beside)
    return cells, cells.typed(women)


@thorough(60)
@given(told_women(), st.booleans())
def test_every_fact_drawn_from_rows_is_that_of_the_profile(women, as_text):
    if not any(woman.get(kind, {}).get("singles") for woman in women for kind in SECTIONS):
        women = [*women, {"pregnancies": {"singles": [{"outcome": "miscarriage"}]}, "transfers": {"singles": [{}]}}]
    made = frames(women, as_text=as_text)
    cells, typed = drawn(made)
    for at, woman in enumerate(women):
        found = found_facts(cells, typed, at)
        assert {name: value for name, value in found.items() if not name.endswith(".complete")} == believed(woman)
    refused = {
        (kind, False): [
            at for at, woman in enumerate(women, 1) if kind in woman and described({kind: woman[kind]}) is None
        ]
        for kind in SECTIONS
    }
    refused["transfers", True] = [
        at for at, woman in enumerate(women, 1) if described(possible_sections(woman)) is None
    ]
    counted = {(fault.column, fault.fact == "pregnancies"): fault for fault in cells.faults}
    for key, rows in refused.items():
        fault = counted.pop(key, None)
        assert (fault.rows, list(fault.first)) == (len(rows), rows[:3]) if rows else fault is None
    assert not counted


@thorough(4)
@given(told_women())
def test_every_verdict_is_that_of_the_profile_in_any_kind_of_table(women):
    women = [*women, {"pregnancies": {"singles": [{"outcome": "miscarriage"}]}, "transfers": {"singles": [{}]}}]
    made = frames(women, as_text=False)
    first = cohort_of(made, lambda frame: frame)
    for said, woman in zip(first.rows(named=True), women, strict=True):
        compare_with_facts(Facts(believed(woman)), said)
    others = [
        cohort_of(made, lambda frame: frame.lazy()).collect(),
        pl.from_arrow(cohort_of(made, lambda frame: frame.to_arrow())),
        pl.from_pandas(cohort_of(made, lambda frame: frame.to_pandas()))[first.columns],
    ]
    appended = [column for column in first.columns if column.startswith("decidua_")]
    for other in others:
        assert other.select(appended).equals(first.select(appended))


def cohort_of(made: dict[str, pl.DataFrame], convert: Any) -> Any:
    tables = {name: convert(frame) for name, frame in made.items()}
    return decidua.cohort(tables["women"], pregnancies=tables["pregnancies"], transfers=tables["transfers"], id="id")
