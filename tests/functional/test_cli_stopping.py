"""A long run that is stopped: by Ctrl-C or by a request to end, from outside, while it writes."""

from __future__ import annotations

import signal
import subprocess
import time

import polars as pl
import pytest
from tests.functional.running import COMMAND, run, run_apart, surroundings

from decidua.cli import stopping as stopping_module
from decidua.cli.stopping import Stopping, stopping
from decidua.cli.tables import progress_of

WOMEN = 1_500_000
"""Enough that a run is still under way when its first batch was written."""


@pytest.fixture(scope="module")
def register(tmp_path_factory):
    path = tmp_path_factory.mktemp("women") / "women.parquet"
    table = pl.select(pl.int_range(WOMEN).alias("id"), (pl.int_range(WOMEN) % 5).alias("losses.total"))
    table.write_parquet(path)
    return path


def stopped_while_writing(folder, number, *words):
    """Run the tool, send it a signal as soon as something is written, and return its code and what it said."""
    with subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=surroundings()
    ) as process:
        while process.poll() is None and not [part for part in folder.glob(".*.part") if part.stat().st_size]:
            time.sleep(0.01)
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    return process.returncode, out.decode(), err.decode()


@pytest.mark.parametrize(("number", "name"), [(signal.SIGINT, "judged.parquet"), (signal.SIGTERM, "judged.csv")])
def test_a_cohort_that_is_stopped_leaves_no_file_behind(register, tmp_path, number, name):
    code, out, err = stopped_while_writing(tmp_path, number, "cohort", str(register), "--out", str(tmp_path / name))
    assert (code, out, err) == (130, "", "decidua: stopped\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_register_that_is_stopped_leaves_no_file_behind(tmp_path, number):
    words = ("synth", "--women", "900000000", "--out", str(tmp_path / "women.parquet"))
    assert stopped_while_writing(tmp_path, number, *words) == (130, "", "decidua: stopped\n")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_to_be_replaced_stays_as_it_was_where_the_run_is_stopped(register, tmp_path):
    out = tmp_path / "judged.parquet"
    out.write_bytes(b"what was there")
    words = ("cohort", str(register), "--out", str(out), "--force")
    assert stopped_while_writing(tmp_path, signal.SIGTERM, *words)[0] == 130
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    assert out.read_bytes() == b"what was there"


def test_a_run_that_was_killed_leaves_nothing_that_looks_whole_and_the_next_one_is_not_hindered(tmp_path):
    women = tmp_path / "women.csv"
    words = ("synth", "--women", "900000000", "--out", str(women))
    assert stopped_while_writing(tmp_path, signal.SIGKILL, *words)[0] == -signal.SIGKILL
    (part,) = tmp_path.iterdir()
    assert part.name.startswith(".women.csv.")
    assert part.suffix == ".part"
    assert run_apart("synth", "--women", "3", "--out", str(women)).returncode == 0
    assert pl.read_csv(women).height == 3


def test_the_first_request_waits_for_the_batch_and_the_second_does_not():
    noted = Stopping()
    noted.here()
    noted.ask()
    with pytest.raises(KeyboardInterrupt):
        noted.here()
    with pytest.raises(KeyboardInterrupt):
        noted.ask()


def test_a_signal_is_noted_only_while_a_long_run_goes_on():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with stopping() as noted:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(KeyboardInterrupt):
            noted.here()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_progress_stops_a_run_after_the_batch_at_hand():
    with progress_of("Judging") as told:
        told(1, 2)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            told(2, 2)


@pytest.mark.parametrize("study", [(), ("--feasibility", "clark-2010")])
def test_a_run_can_be_stopped_while_long_tables_are_read(tmp_path, monkeypatch, study):
    pl.DataFrame({"id": [1]}).write_csv(tmp_path / "women.csv")
    pl.DataFrame({"id": [1], "outcome": ["miscarriage"]}).write_csv(tmp_path / "pregnancies.csv")
    words = ("--id", "id", "--pregnancies", str(tmp_path / "pregnancies.csv"), "--out", str(tmp_path / "out.csv"))
    asked = Asked(told=2)  # of the ids, and of the rows of the long table
    monkeypatch.setattr(stopping_module, "Stopping", lambda: asked)
    ran = run("cohort", str(tmp_path / "women.csv"), *words, *study)
    assert (ran.code, ran.out, ran.err) == (130, "", "decidua: stopped\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pregnancies.csv", "women.csv"]


class Asked(Stopping):
    """A run that is asked to stop once it was told of so many batches."""

    def __init__(self, told):
        super().__init__()
        self.left = told

    def here(self):
        self.left -= 1
        if not self.left:
            self.ask()
        super().here()
