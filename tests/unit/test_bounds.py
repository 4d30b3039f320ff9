"""Counts that bound each other for many combinations at once, held to the code for one woman."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import polars as pl
import pytest

import decidua
from decidua.profile.counting import bound_pregnancies
from decidua.profile.history import Pregnancies, Transfers
from decidua.profile.interval import Interval
from decidua.profile.transfer_counts import bound_transfers
from decidua.profile.vocabulary import DERIVED, vocabulary
from decidua.tables.cells import counts as counts_module
from decidua.tables.cells.counts import CONTRADICTS, count_groups
from decidua.tables.cells.packing import packed, unpacked

COUNTS = tuple(fact.name for fact in DERIVED if fact.kind == "integer")
PREGNANCIES, TRANSFERS = count_groups(COUNTS)

ENDLESS = {
    "losses.from_10_weeks": (0, 0),
    "losses.normal_fetus_from_10_weeks": (2, 2),
    "pregnancies.stillbirths": (0, 1),
}
"""Two fetuses lost from ten weeks on, no loss from then on, one stillbirth at most: the counts rise without end."""


def by_one_woman(group, known):
    beside = {name: Interval(low or 0, high) for name, (low, high) in known.items() if (low, high) != (None, None)}
    if group.given == PREGNANCIES.given:
        return bound_pregnancies(Pregnancies(), beside=beside)
    return bound_transfers(Transfers(), beside=beside)


def said_of(group, counts):
    """Return what a table says of the counts: value and ends of each, or nothing where they contradict each other."""
    if any(count.empty for count in counts.values()):
        return {CONTRADICTS: True} | {f"{name}{end}": None for name in group.facts for end in ("", " low", " high")}
    said = {CONTRADICTS: False}
    for name in group.facts:
        low, high = counts[name].low, counts[name].high
        tells = low > 0 or low == high or (high is not None and high < vocabulary()[name].maximum)
        said |= {f"{name} low": low if tells else None, f"{name} high": high if tells else None}
        said[name] = low if low == high else None
    return said


def table_of(group, rows):
    return pl.DataFrame(
        [
            {
                f"{name} {end}": known.get(name, (None, None))[at]
                for name in group.given
                for at, end in enumerate(("low", "high"))
            }
            for known in rows
        ],
        schema={f"{name} {end}": pl.Int64 for name in group.given for end in ("low", "high")},
    )


def random_rows(group, how_many, seed):
    draw = random.Random(seed)  # noqa: S311 - no secret
    rows = []
    for _ in range(how_many):
        share, most = draw.choice([0.05, 0.1, 0.3, 0.6]), draw.choice([1, 3, 8])
        known = {}
        for name in group.given:
            if draw.random() < share:
                low, high = sorted(draw.randint(0, most) for _ in range(2))
                known[name] = draw.choice([(low, low), (low, low), (low, high), (low, None), (None, high)])
        rows.append(known)
    return rows


@pytest.mark.parametrize(("at", "seed"), [(0, 1), (1, 2)], ids=["pregnancies", "transfers"])
def test_every_combination_is_bounded_as_the_one_woman_code_bounds_it(at, seed):
    group = count_groups(COUNTS)[at]
    rows = random_rows(group, 400, seed)
    found = group.apply(table_of(group, rows)).rows(named=True)
    contradictions = 0
    for known, row in zip(rows, found, strict=True):
        said = said_of(group, by_one_woman(group, known))
        assert row == said, known
        contradictions += said[CONTRADICTS]
    assert 20 < contradictions < 380


@pytest.mark.parametrize("name", [*PREGNANCIES.given, *TRANSFERS.given])
def test_one_count_alone_bounds_the_others_as_for_one_woman(name):
    group = PREGNANCIES if name in PREGNANCIES.given else TRANSFERS
    women = [{name: ends} for ends in ((0, 0), (3, 3), (None, 0), (2, None), (1, 4))]
    rows = group.apply(table_of(group, women)).rows(named=True)
    for known, row in zip(women, rows, strict=True):
        assert row == said_of(group, by_one_woman(group, known)), known


def test_counts_that_would_rise_without_end_are_a_contradiction_and_no_endless_loop():
    assert any(count.empty for count in by_one_woman(PREGNANCIES, ENDLESS).values())
    assert PREGNANCIES.apply(table_of(PREGNANCIES, [ENDLESS]))[CONTRADICTS].to_list() == [True]
    reports = []
    decidua.cohort(pl.DataFrame({name: [high] for name, (_, high) in ENDLESS.items()}), report=reports.append)
    assert [(fault.problem, fault.rows) for fault in reports[0].faults] == [("contradiction", 1)]


def test_combinations_are_worked_out_once_and_anew_where_too_many_were_kept(monkeypatch):
    group = count_groups(COUNTS)[1]
    table = table_of(group, random_rows(group, 60, 3))
    first = group.apply(table)
    once = group.worked_out
    assert once == table.n_unique()
    assert group.apply(table.reverse()).equals(first.reverse())
    assert group.worked_out == once
    monkeypatch.setattr(counts_module, "KEPT", once)
    more = table_of(group, random_rows(group, 60, 4))
    assert group.apply(more).equals(count_groups(COUNTS)[1].apply(more))
    assert group.apply(table).equals(first)
    assert group.worked_out > 2 * once


def test_what_is_packed_is_unpacked_over_as_many_numbers_as_it_takes():
    radices = [3, 62, 2, 1002] * 6
    digits = [[(at * 7 + row) % radix for at, radix in enumerate(radices)] for row in range(5)]
    frame = pl.DataFrame(digits, schema=[f"d{at}" for at in range(len(radices))], orient="row")
    numbers = frame.select(
        one.alias(str(at))
        for at, one in enumerate(packed([(pl.col(f"d{at}"), radix) for at, radix in enumerate(radices)]))
    )
    assert numbers.width > 1
    assert [list(unpacked(row, radices)) for row in numbers.rows()] == digits


def test_on_one_thread_the_counts_are_the_same(tmp_path):
    code = (
        "import sys, polars as pl\n"
        "from decidua.tables.cells.counts import count_groups\n"
        "facts = pl.DataFrame({'losses.total low': [3.0, None], 'losses.total high': [3.0, None]})\n"
        "group, = count_groups(['losses.total'])\n"
        "group.apply(facts).write_parquet(sys.argv[1])\n"
    )
    said = []
    for threads in ("1", "2"):
        out = tmp_path / f"{threads}.parquet"
        path = os.pathsep.join(sys.path)
        variables = {**os.environ, "PYTHONPATH": path, "POLARS_MAX_THREADS": threads}
        subprocess.run([sys.executable, "-c", code, str(out)], check=True, env=variables)
        said.append(pl.read_parquet(out))
    assert said[0].equals(said[1])
    assert said[0]["losses.total"].to_list() == [3, None]
