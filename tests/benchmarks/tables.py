"""Times decidua's engines against others on the same rules and the same made-up women, and prints ratios.

Run it with the interpreter of an environment that has decidua and the group ``bench``:
``python tests/benchmarks/tables.py [--women N] [--rounds N] [--register N] [--grow] [--most N]``.
Before anything is timed, every engine must say the same verdicts of every woman. It never fails on a slow machine: the
ratios are for people.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402 - after the path is set
from tests.benchmarks.rivals import RIVALS, Nodes, encoded  # noqa: E402
from tests.spec.engines import judge_by_durable  # noqa: E402

import decidua  # noqa: E402
from decidua.assessment.verdicts import Verdicts  # noqa: E402
from decidua.condition.syntax import facts_in  # noqa: E402
from decidua.engines.production import available  # noqa: E402
from decidua.profile.facts import Facts  # noqa: E402
from decidua.profile.interval import Interval  # noqa: E402
from decidua.rulebook.book import DatedRulebook  # noqa: E402
from decidua.tables.cells.mapping import read_mapping  # noqa: E402
from decidua.tables.cohort import BATCH  # noqa: E402
from decidua.tables.judging import TableJudge  # noqa: E402
from decidua.tables.made_up.synth import make_register  # noqa: E402
from decidua.truth import NO, UNKNOWN, YES, Verdict  # noqa: E402

Judged = list[dict[str, Verdict]]
WATCHED = """
import resource, subprocess, sys, time
start = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
sys.stderr.write(f"{time.perf_counter() - start} {usage.ru_maxrss}")
sys.exit(code)
"""
WORDS = {True: YES, False: NO, None: UNKNOWN}
SEED = 7
BULK = "decidua, frame (Polars), in bulk"


def made(view: DatedRulebook, women: int) -> tuple[TableJudge, pl.DataFrame]:
    """Return a judge of the columns of a made-up register, and the register."""
    register = make_register(women, SEED)
    return TableJudge(view, register.columns, register.schema, read_mapping(None)), register


def facts_of(judge: TableJudge, typed: pl.DataFrame) -> list[Facts]:
    """Return the women of a typed table one by one."""
    women = []
    for row in typed.rows(named=True):
        given: dict[str, Any] = {}
        for name, columns in judge.cells.facts.items():
            value, low = row[columns.value], None if columns.low is None else row[columns.low]
            if value is not None:
                given[name] = value
            elif low is not None:
                given[name] = Interval(low, row[str(columns.high)])
        women.append(Facts(given))
    return women


def by_reference(view: DatedRulebook, women: Sequence[Facts]) -> Judged:
    """Return what an assessment of each woman rests on: each rule worked out once, with its proof."""
    judged = []
    for facts in women:
        verdicts = Verdicts(view, facts, "reference")
        judged.append({id_: verdicts.verdict(id_) for id_ in view.rules})
    return judged


def by_frame(judge: TableJudge, typed: pl.DataFrame) -> Callable[[], pl.DataFrame]:
    """Return the frame engine on a typed table."""
    return lambda: judge.verdicts(typed)


def read_frame(judge: TableJudge, judged: pl.DataFrame) -> Judged:
    """Return the verdicts of a judged table, woman by woman."""
    terms = {id_: judge.plan.verdict(id_) for id_ in judge.view.rules}
    columns = {
        id_: [term] * judged.height if isinstance(term, Verdict) else [WORDS[one] for one in judged[term].to_list()]
        for id_, term in terms.items()
    }
    return [{id_: column[at] for id_, column in columns.items()} for at in range(judged.height)]


def seconds(run: Callable[[], Any]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def refuse_a_difference(name: str, expected: Judged, found: Judged) -> None:
    """Stop where an engine says other verdicts than the reference engine."""
    for at, (one, other) in enumerate(zip(expected, found, strict=True)):
        wrong = [id_ for id_ in one if one[id_] is not other[id_]]
        if wrong:
            raise SystemExit(f"{name} differs for woman {at + 1}: {wrong[0]} is {one[wrong[0]]}, not {other[wrong[0]]}")


def compare(view: DatedRulebook, women: int, rounds: int) -> None:
    """Check that all engines say the same of the same women, then time them in turn."""
    rules = {id_: rule.condition for id_, rule in view.rules.items()}
    judge, register = made(view, women)
    typed = judge.cells.typed(register)
    facts = facts_of(judge, typed)
    nodes = Nodes(rules)
    names = sorted({name for condition in rules.values() for name in facts_in(condition)})
    flags = [encoded(one, names) for one in facts]
    runs: dict[str, Callable[[], Any]] = {"decidua, reference": lambda: by_reference(view, facts)}
    if available():
        runs["decidua, production"] = lambda: judge_by_durable(rules, facts)
    runs["decidua, frame (Polars)"] = by_frame(judge, typed)
    for name, (module, make) in RIVALS.items():
        if find_spec(module) is None:
            print(f"left out: {name} is not installed (group bench)")
            continue
        run = make(nodes, names)
        runs[name] = lambda run=run: run(flags)
    expected = runs["decidua, reference"]()
    for name, run in runs.items():
        found = run()
        refuse_a_difference(name, expected, read_frame(judge, found) if isinstance(found, pl.DataFrame) else found)
    print(f"{len(runs)} engines say the same {len(rules)} verdicts of each of {women} women; now they are timed,")
    print(f"each on these {women} women, {rounds} rounds in turn (women already read into each engine's own form);")
    print(f"the frame engine also on {BATCH:,} women, which is what it is for.")
    sizes = dict.fromkeys(runs, women) | {BULK: BATCH}
    many, big = made(view, BATCH)
    runs[BULK] = by_frame(many, many.cells.typed(big))
    runs[BULK]()
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            times[name].append(seconds(run) / sizes[name])
    print_ratios(times)


def print_ratios(times: Mapping[str, Sequence[float]]) -> None:
    """Print women a second, and how many times as long a woman took as with the frame engine, round by round."""
    print(f"{'engine':34} {'women/s':>12}   times as long a woman as in bulk: min, median, max")
    for name, taken in times.items():
        ratios = sorted(one / other for one, other in zip(taken, times[BULK], strict=True))
        said = f"{ratios[0]:12,.1f} {statistics.median(ratios):12,.1f} {ratios[-1]:12,.1f}"
        print(f"{name:34} {1 / statistics.median(taken):12,.0f}   {said}")


def pace(view: DatedRulebook, women: int, rounds: int) -> None:
    """Print the speed of the verdicts apart from that of reading the cells and of the statuses."""
    judge, register = made(view, women)
    batches = [register.slice(at, BATCH) for at in range(0, women, BATCH)]
    steps: dict[str, list[float]] = {"reading cells": [], "verdicts": [], "statuses": [], "counts": []}
    for _ in range(rounds + 1):
        taken = dict.fromkeys(steps, 0.0)
        for batch in batches:
            start = time.perf_counter()
            typed = judge.cells.typed(batch)
            read = time.perf_counter()
            judged = judge.verdicts(typed)
            said = time.perf_counter()
            judge.statuses(judged)
            placed = time.perf_counter()
            judge.count(judged)
            counted = time.perf_counter()
            for name, spent in zip(steps, (read - start, said - read, placed - said, counted - placed), strict=True):
                taken[name] += spent
        for name, spent in taken.items():
            steps[name].append(spent)
    print(f"\nspeed of each step on {women:,} made-up women in batches of {BATCH:,} (women a second: median, best;")
    print("the first pass works out the combinations and is told apart):")
    for name, (first, *others) in steps.items():
        middle, best = women / statistics.median(others), women / min(others)
        print(f"{name:26} {middle:12,.0f} {best:12,.0f}   first pass {women / first:12,.0f}")
    report = judge.report()
    print(f"combinations of verdicts worked out: {report.combinations:,}; of counts: {report.count_combinations:,}")


def grow(most: int) -> None:
    """Print how time and memory grow with the women, each run a process of its own, Parquet to Parquet."""
    print(f"\n{'women':>12} {'synth s':>9} {'MiB':>7} {'cohort s':>9} {'MiB':>7} {'women/s':>10}")
    with tempfile.TemporaryDirectory() as folder:
        women = 10_000
        while women <= most:
            table, out = Path(folder, "women.parquet"), Path(folder, "judged.parquet")
            synth = measured(["synth", "--women", str(women), "--out", str(table), "--force"])
            cohort = measured(["cohort", str(table), "--out", str(out), "--force", "--format", "csv"])
            print(
                f"{women:12,} {synth[0]:9.1f} {synth[1]:7.0f} {cohort[0]:9.1f} {cohort[1]:7.0f} {women / cohort[0]:10,.0f}",
                flush=True,
            )
            women *= 10


def measured(arguments: Sequence[str]) -> tuple[float, float]:
    """Return seconds and peak memory in MiB of a run of the terminal tool.

    A small process starts it: one that is started by a large one is told to have used as much memory as that.
    """
    command = [sys.executable, "-c", WATCHED, sys.executable, "-m", "decidua", *arguments]
    path = os.pathsep.join([str(Path(decidua.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    ran = subprocess.run(command, stderr=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": path}, check=False)
    if ran.returncode:
        raise SystemExit(f"{' '.join(arguments)} left with code {ran.returncode}: {ran.stderr}")
    taken, memory = ran.stderr.split()[-2:]
    return float(taken), int(memory) / 1024


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--women", type=int, default=200, help="that every engine judges; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--register", type=int, default=300_000, help="women for the speed of each step; 0 leaves it out"
    )
    parser.add_argument("--grow", action="store_true", help="time and memory from 10 thousand women on")
    parser.add_argument("--most", type=int, default=10_000_000, help="women up to which --grow goes")
    given = parser.parse_args()
    packages = ", ".join(
        f"{name} {metadata.version(name)}"
        for name in ("polars", "narwhals", "zen-engine", "clipspy")
        if find_spec({"zen-engine": "zen", "clipspy": "clips"}.get(name, name)) is not None
    )
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}")
    view = decidua.load_rulebook().at()
    if given.women:
        compare(view, given.women, given.rounds)
    if given.register:
        pace(view, given.register, given.rounds)
    if given.grow:
        grow(given.most)


if __name__ == "__main__":
    main()
