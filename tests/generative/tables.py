"""Hypothesis strategies for tables of women, and what the one-woman code says of each row."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from decidua.profile.counting import bound_pregnancies
from decidua.profile.facts import IMPLIED, Facts, with_finding
from decidua.profile.finding import Fact
from decidua.profile.history import Pregnancies, Transfers
from decidua.profile.interval import Interval
from decidua.profile.transfer_counts import bound_transfers
from decidua.profile.vocabulary import vocabulary
from decidua.tables.cells.names import column_names, may_be_limits

__all__ = ["FIRST", "facts_of", "tables"]

Row = dict[str, Any]

FIRST = (
    "losses.total",
    "losses.clinical",
    "losses.consecutive",
    "transfers.failed",
    "transfers.failed_with_good_embryo",
    "live_births.total",
    "age",
    "plan.oocyte_age",
    "plan.next",
    "pregnancy.pregnant",
    "workup.antiphospholipid",
    "workup.parental_karyotype",
    "workup.thyroid",
    "workup.uterine_imaging",
    "workup.inherited_thrombophilia",
    "condition.lupus",
    "condition.autoimmune_disease",
    "condition.hepatitis_b",
    "immune.nk_blood_percent",
)
"""Facts that decide much, drawn more often than the others."""


def values(fact: Fact) -> st.SearchStrategy[Any]:
    if fact.kind == "yes_no":
        return st.booleans()
    if fact.kind == "choice":
        return st.sampled_from(fact.choices)
    low, high = int(fact.minimum or 0), int(min(fact.maximum if fact.maximum is not None else 50, 50))
    if fact.kind == "integer":
        return st.integers(low, min(high, 6))
    if high - low <= 1:
        return st.sampled_from([0.0, 0.25, 0.6, 0.75, 1.0])
    return st.integers(low, high).map(float)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[Row]]:
    """Generate the columns of a table, and rows that give some of them."""
    names = draw(
        st.lists(
            st.one_of(st.sampled_from(FIRST), st.sampled_from(FIRST), st.sampled_from(sorted(vocabulary()))),
            min_size=3,
            max_size=24,
            unique=True,
        )
    )
    columns = [column for name in names for column in column_names(vocabulary()[name])]
    rows = [draw(rows_of(names)) for _ in range(draw(st.integers(1, 6)))]
    return columns, rows


@st.composite
def rows_of(draw: st.DrawFn, names: list[str]) -> Row:
    row: Row = {}
    for name in names:
        fact = vocabulary()[name]
        how = draw(st.sampled_from(["missing", "exact", "exact", "limits"]))
        if how == "exact" or (how == "limits" and not may_be_limits(fact)):
            row[name] = draw(values(fact))
        elif how == "limits":
            ends = sorted([draw(values(fact)), draw(values(fact))])
            least, most = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
            row |= {f"{name}_at_least": ends[0]} if least else {}
            row |= {f"{name}_at_most": ends[1]} if most else {}
    return row


def facts_of(row: Row) -> Facts:
    """Draw the facts from a row by the code for one woman alone."""
    known: dict[str, Interval] = {}
    given: dict[str, Any] = {}
    for name, fact in vocabulary().items():
        low, high = row.get(f"{name}_at_least"), row.get(f"{name}_at_most")
        if name in row and not may_be_limits(fact):
            given[name] = row[name]
        elif name in row:
            known[name] = Interval(row[name], row[name])
        elif low is not None or high is not None:
            known[name] = Interval(low if low is not None else 0, high)
    for bound, empty in ((bound_pregnancies, Pregnancies()), (bound_transfers, Transfers())):
        names = [name for name in bound(empty) if not name.startswith("~")]
        beside = {name: known.pop(name) for name in names if name in known}
        counts = bound(empty, beside=beside)
        if not any(one.empty for one in counts.values()):
            known |= {name: counts[name] for name in names}
    for name, interval in known.items():
        fact = vocabulary()[name]
        if interval.exact:
            given[name] = interval.low
        elif interval.low > (fact.minimum or 0) or (interval.high is not None and interval.high < fact.maximum):
            given[name] = interval
    for name in {known for known, *_ in IMPLIED} & given.keys():
        given = dict(with_finding(Facts(given), name, given[name]).values)
    return Facts(given)
