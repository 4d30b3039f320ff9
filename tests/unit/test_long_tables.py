"""Long tables from Python: ids, counts given within limits beside a history, chances, and that nothing hangs on order."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import decidua
from decidua.errors import DeciduaError
from decidua.profile.facts import draw_facts
from decidua.profile.history import Embryo
from decidua.profile.model import Profile
from decidua.tables.cells.columns import Cells, find_sources
from decidua.tables.cells.mapping import read_mapping
from decidua.tables.long import described, histories
from decidua.tables.long.fields import KINDS, embryo_columns, long_fields, most_embryos, required_fields
from decidua.tables.long.ids import WomenIds, as_ids
from decidua.tables.long.long import open_long, read_long
from decidua.tables.made_up.synth_long import make_long

CHANCE = "transfers.cumulative_chance"
ENDS = ("", " low", " high")
NO_ROWS = {"id": [], "outcome": []}


def typed(women, batch=None, **long):
    """Return the typed facts of a table of women and the faults, with long tables beside it."""
    frame, mapping = pl.DataFrame(women), read_mapping(None)
    opened = {kind: open_long(pl.DataFrame(rows), kind, mapping) for kind, rows in long.items()}
    beside = None
    if opened:
        beside = read_long(opened, mapping, "id", WomenIds(iter([frame["id"]]), "id", "women"))
    cells = Cells(find_sources(frame.columns, mapping, beside), frame.schema, mapping, beside)
    parts = [
        cells.typed(frame.slice(at, batch or frame.height)) for at in range(0, frame.height, batch or frame.height)
    ]
    return pl.concat(parts), cells.faults


def ends(table, name, row=0):
    return tuple(table[f"{name}{end}"][row] for end in ENDS)


# Ids


@pytest.mark.parametrize(
    ("cells", "ids"),
    [
        (pl.Series([1, None, 3]), ["1", None, "3"]),
        (pl.Series([1.0, 2.5, float("nan"), None]), ["1", "2.5", None, None]),
        (pl.Series([" a ", "", "  ", "01", None]), ["a", None, None, "01", None]),
        (pl.Series(["x", "y"], dtype=pl.Categorical), ["x", "y"]),
        (pl.Series([2**60 + 1], dtype=pl.UInt64), [str(2**60 + 1)]),
        (pl.Series([Decimal(12345678901234567890), Decimal(10), None]), ["12345678901234567890", "10", None]),
        (pl.Series([Decimal("10.00"), Decimal("2.50")]), ["10", "2.50"]),
        (pl.Series([None, None]), [None, None]),
    ],
)
def test_ids_are_compared_as_they_are_written(cells, ids):
    assert as_ids(cells, "t").to_list() == ids


@pytest.mark.parametrize("cells", [[True], [datetime.date(2020, 1, 1)], [[1]]])
def test_what_is_no_id_is_refused(cells):
    with pytest.raises(DeciduaError, match="is no id; ids are text or whole numbers"):
        as_ids(pl.Series("id", cells), "t")


def test_a_woman_without_an_id_of_her_own_is_nobody():
    ids = WomenIds(iter([pl.Series(["a", "b", None]), pl.Series(["a", "c"])]), "id", "t")
    assert (ids.women, ids.nobody.to_list()) == (5, [0, 2, 3])
    assert [(one.problem, one.rows, one.first) for one in ids.faults] == [
        ("no_id", 1, (3,)),
        ("id_of_several", 2, (1, 4)),
    ]
    rows = pl.DataFrame({"id": ["c", "a", "z", "b", None]})
    assert ids.place(rows)["woman"].to_list() == [4, None, None, 1, None]


# Counts beside a history


def test_counts_within_limits_are_given_where_a_history_is_complete():
    women = {"id": [1, 2, 3], "pregnancies.complete": [True] * 3, "losses.total_at_least": [2, None, None]}
    women |= {"losses.of_any_kind": [None, 3, None], "losses.clinical_at_most": [None, None, 4]}
    table, faults = typed(women, pregnancies=NO_ROWS)
    assert faults == ()
    assert ends(table, "losses.total") == (None, 2, None)
    assert ends(table, "live_births.total") == (0, 0, 0)
    assert ends(table, "losses.total", 1) == (None, 0, 3)
    assert ends(table, "pregnancies.ectopic", 1) == (None, 0, 3)
    assert ends(table, "live_births.total", 1) == (0, 0, 0)
    assert ends(table, "losses.clinical", 2) == (None, 0, 4)
    assert ends(table, "losses.biochemical", 2) == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "touched"),
    [
        ("losses.before_12_weeks", "losses.total"),
        ("losses.normal_fetus_from_10_weeks", "pregnancies.stillbirths"),
        ("births.placental_before_34_weeks", "live_births.total"),
        ("embryos.failed_cleavage", "transfers.total"),
    ],
)
def test_a_count_without_a_field_in_a_profile_is_given_too(name, touched):
    kind = "transfers" if touched.startswith("transfers") else "pregnancies"
    table, faults = typed({"id": ["a", "b"], f"{kind}.complete": [True, True], name: [2, None]}, **{kind: NO_ROWS})
    assert faults == ()
    assert table[name].to_list() == [2, 0]
    assert table[f"{touched} high"][0] != 0
    assert table[touched][1] == 0


def test_complete_is_said_of_rows_and_counts_together_and_of_nothing_without_a_long_table():
    women = {"id": ["a", "b", "c"], "transfers.complete": ["yes", "no", None], "transfers.failed": [None, None, 2]}
    table, faults = typed(women, transfers=NO_ROWS)
    assert faults == ()
    assert table["transfers.total"].to_list() == [0, None, None]
    assert table["transfers.total low"].to_list() == [0, None, 2]
    whole = draw_facts(Profile.model_validate({"transfers": {"complete": True}})).values
    assert {name: table[name][0] for name in whole} == dict(whole)
    assert typed(women)[0]["transfers.total low"].to_list() == [None, None, 2]
    assert typed(women, pregnancies=NO_ROWS)[0]["transfers.total low"].to_list() == [None, None, 2]


@pytest.mark.parametrize("given", [{"losses": 3}, {"losses": 3, "live_births": 1}, {"clinical_losses": 1}])
@pytest.mark.parametrize("complete", [False, True])
def test_a_history_and_counts_are_joined_as_in_a_profile(given, complete):
    facts = {"losses": "losses.total", "live_births": "live_births.total", "clinical_losses": "losses.clinical"}
    singles = [{"outcome": "miscarriage", "weeks": 9.9}, {"outcome": "live_birth"}]
    try:
        profile = Profile.model_validate({"pregnancies": {"complete": complete, "singles": singles, **given}})
    except ValueError:
        profile = None
    women = {"id": ["a"], "pregnancies.complete": [complete]} | {facts[name]: [count] for name, count in given.items()}
    table, faults = typed(women, pregnancies=[{"id": "a", "weeks": None, **single} for single in singles])
    assert bool(faults) == (profile is None)
    expected = {} if profile is None else draw_facts(profile).values
    for name in (*facts.values(), "losses.consecutive", "losses.since_last_live_birth"):
        assert table[name][0] == (expected.get(name) if isinstance(expected.get(name), int) else None)


# The cumulative chance


def transfers(*chances):
    return [{"id": 1, "outcome": "negative_hcg", "predicted_chance": chance} for chance in chances]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, (None, 0.75, None)),
        ({"_at_most": 0.9}, (None, 0.75, 0.9)),
        ({"_at_least": 0.8}, (None, 0.8, 1)),
        ({"": 0.8}, (0.8, 0.8, 0.8)),
        ({"": 0.7}, (None, None, None)),
    ],
)
def test_a_chance_given_is_met_with_the_one_drawn(given, found):
    women = {"id": [1], "transfers.failed": [3]} | {f"{CHANCE}{end}": [value] for end, value in given.items()}
    table, faults = typed(women, transfers=transfers(0.5, 0.5, None))
    low, high = found[1], 1 if found[1] is not None and found[2] is None else found[2]
    assert ends(table, CHANCE) == (found[0], low, high)
    assert bool(faults) == (found[1] is None)
    assert table["transfers.failed"][0] == (None if faults else 3)


def test_the_chance_of_a_transfer_that_did_not_fail_tells_nothing():
    rows = [*transfers(0.5), {"id": 1, "outcome": "live_birth", "predicted_chance": 0.9}]
    table, _ = typed({"id": [1], "transfers.complete": [True]}, transfers=rows)
    assert ends(table, CHANCE) == (0.5, 0.5, 0.5)
    assert typed({"id": [1]}, transfers=[{"id": 1, "predicted_chance": 0.5}])[0][f"{CHANCE} low"][0] is None


# Rows


def test_the_order_of_rows_and_what_is_kept_change_nothing(monkeypatch):
    rows = [
        {"id": number, "order": order, "outcome": outcome, "weeks": 6.0 + (number * order) % 9}
        for number in range(1, 9)
        for order, outcome in enumerate(
            ["miscarriage", "live_birth", "biochemical_loss", "miscarriage"][: number % 5], 1
        )
    ]
    women = {"id": list(range(1, 9)), "pregnancies.complete": [True, False] * 4}
    first, faults = typed(women, pregnancies=rows)
    assert faults == ()
    assert typed(women, pregnancies=rows[::-1])[0].equals(first)
    assert typed(women, batch=3, pregnancies=rows)[0].equals(first)
    monkeypatch.setattr(histories, "KEPT", 0)
    monkeypatch.setattr(described, "KEPT", 0)
    assert typed(women, batch=1, pregnancies=rows[::-1])[0].equals(first)


def test_a_history_is_worked_out_once_for_all_who_have_it():
    rows = [{"id": number, "outcome": "miscarriage", "weeks": 7.0 + number / 50} for number in range(40)]
    mapping = read_mapping(None)
    women = pl.DataFrame({"id": list(range(40))})
    beside = read_long(
        {"pregnancies": open_long(pl.DataFrame(rows), "pregnancies", mapping)},
        mapping,
        "id",
        WomenIds(iter([women["id"]]), "id", "women"),
    )
    cells = Cells((), women.schema, mapping, beside)
    assert cells.typed(women)["losses.before_10_weeks low"].to_list() == [1] * 40
    assert cells.worked_out == 1


def test_long_tables_of_any_kind_and_in_files_say_the_same(tmp_path):
    women = pd.DataFrame({"id": [1.0, 2.0, None]})
    rows = pl.DataFrame({"id": ["1", "1", "2"], "outcome": ["miscarriage", "miscarriage", None]})
    rows.write_csv(tmp_path / "p.csv")
    given = [rows, rows.lazy(), rows.to_pandas(), rows.to_arrow(), tmp_path / "p.csv", str(tmp_path / "p.csv")]
    reports = []
    answers = [decidua.cohort(women, pregnancies=one, id="id", report=reports.append) for one in given]
    assert answers[0]["decidua_definition_rpl_eshre_2022"].to_list() == [True, pd.NA, pd.NA]
    for answer, report in zip(answers[1:], reports[1:], strict=True):
        pd.testing.assert_frame_equal(answer, answers[0])
        assert report == reports[0]
    lazy = decidua.cohort(pl.from_pandas(women).lazy(), pregnancies=rows, id="id")
    assert lazy.head(0).collect().height == 0
    assert lazy.collect()["decidua_definition_rpl_eshre_2022"].to_list() == [True, None, None]


def test_a_long_table_without_a_single_row_leaves_every_history_unknown():
    empty = pa.table({"id": pa.array([], pa.string()), "outcome": pa.array([], pa.string())})
    report = []
    answer = decidua.cohort(pl.DataFrame({"id": ["a"]}), pregnancies=empty, id="id", report=report.append)
    assert answer["decidua_definition_rpl_eshre_2022"].to_list() == [None]
    assert (report[0].long[0].rows, report[0].long[0].women) == (0, 0)


def test_what_joins_tables_is_refused_from_python_too():
    rows = pl.DataFrame({"id": ["1"], "outcome": ["miscarriage"]})
    with pytest.raises(DeciduaError, match="name its column"):
        decidua.cohort(pl.DataFrame({"id": ["1"]}), pregnancies=rows)
    with pytest.raises(DeciduaError, match="has no column 'pid' for the ids; did you mean 'id'"):
        decidua.cohort(pl.DataFrame({"id": ["1"]}), pregnancies=rows, id="pid")
    with pytest.raises(DeciduaError, match="pregnancies: id: 1 cell cannot be used"):
        decidua.cohort(
            pl.DataFrame({"id": ["1"]}),
            pregnancies=pl.concat([rows, rows.with_columns(id=pl.lit("2"))]),
            id="id",
            strict=True,
        )


# Columns


def test_the_columns_of_a_long_table_are_the_fields_of_the_profile():
    assert {kind: required_fields(kind) for kind in KINDS} == {"pregnancies": ("outcome",), "transfers": ()}
    assert long_fields("pregnancies")["weeks"].maximum == 45
    assert long_fields("pregnancies")["fetus_normal"].kind == "yes_no"
    assert most_embryos() == 12
    assert set(embryo_columns(12)) == set(Embryo.model_fields)
    assert "embryo_12_ploidy" in long_fields("transfers")
    assert "embryo_13_ploidy" not in long_fields("transfers")


@pytest.mark.parametrize(
    "women", [{"id": [1, 2], "live_births.total": [0, 1]}, {"id": [1, 2], "live_births.total_at_most": [0, None]}]
)
def test_transfers_that_led_to_a_birth_that_her_history_has_no_room_for_are_not_used_nor_is_that_history(women):
    table, (fault,) = typed(women, transfers={"id": [1, 2], "outcome": ["live_birth", "live_birth"]})
    assert (fault.column, fault.fact, fault.rows, list(fault.first)) == ("transfers", "pregnancies", 1, [1])
    assert ends(table, "live_births.total") == ends(table, "transfers.total") == (None, None, None)
    assert ends(table, "transfers.total", 1)[1] == 1
    assert not any(name.startswith("born") for name in table.columns)


def test_a_history_in_rows_without_the_miscarriage_that_transfers_led_to_is_not_used():
    women = {"id": [1, 2], "pregnancies.complete": [True, False]}
    rows = {"id": [1, 2], "outcome": ["live_birth", "live_birth"]}
    table, (fault,) = typed(women, pregnancies=rows, transfers=rows | {"outcome": ["miscarriage", "miscarriage"]})
    assert (fault.fact, fault.rows) == ("pregnancies", 1)
    assert table["live_births.total low"].to_list() == [None, 1]


@pytest.mark.parametrize("seed", [1, 2])
def test_no_made_up_woman_contradicts_herself_and_her_rows_say_what_is_counted_of_her(seed):
    women, pregnancies, transfers = make_long(300, seed)
    table, faults = typed(women, pregnancies=pregnancies, transfers=transfers)
    assert faults == ()
    counted, _ = typed(women)
    for name in ("losses.total", "live_births.total", "transfers.failed"):
        both = pl.DataFrame({"rows": table[name], "counts": counted[name]}).drop_nulls()
        assert both.height > 50
        assert both["rows"].equals(both["counts"])
