"""Measures what judging women costs one core on Spark: ``python tests/benchmarks/on_spark.py --women 1000000``.

The women are made up (``decidua synth``), read from Parquet and written to Parquet with all columns appended, on
``local[1]``: once in a new session and once more in the same, where Spark and the judge have warmed up. Core-seconds
are those of every process involved, Python and Java, so that other work on the machine disturbs little. Linux only.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

import decidua
from decidua.tables.made_up.synth import write_register
from decidua.tables.spark import verdicts

WARMED_UP = 2


def processes(root: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield root
    for task in Path(f"/proc/{root}/task").iterdir():
        for child in (task / "children").read_text().split():
            yield from processes(int(child))


def core_seconds() -> float:
    """Return the processor time that this process and all below it have used so far, ended ones included."""
    ticks = 0
    for one in processes(os.getpid()):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def peak_of_worker() -> float:
    """Return the most memory that a Python process below this one has taken, in GiB."""
    peaks = [0]
    for one in processes(os.getpid()):
        said = dict(line.split(":", 1) for line in Path(f"/proc/{one}/status").read_text().splitlines() if ":" in line)
        if one != os.getpid() and said["Name"].strip().startswith("python"):
            peaks.append(int(said["VmHWM"].split()[0]))
    return max(peaks) / 2**20


def start(memory: str) -> SparkSession:
    """Start Spark on one core."""
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = SparkSession.builder.master("local[1]").config("spark.driver.memory", memory)
    for name in ("spark.ui.enabled", "spark.ui.showConsoleProgress"):
        builder = builder.config(name, "false")
    # Else Java works out the size of a batch over all columns after each row.
    builder = builder.config("spark.sql.execution.arrow.maxBytesPerBatch", str(2**31 - 1))
    return builder.getOrCreate()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--women", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--memory", default="2g", help="of the Java process")
    parser.add_argument("--verdicts", action="store_true", help="also the verdicts by Spark SQL")
    given = parser.parse_args()
    ways: dict[str, Callable[[DataFrame], DataFrame]] = {"cohort": decidua.cohort}
    if given.verdicts:
        ways["verdicts"] = verdicts
    with tempfile.TemporaryDirectory() as folder:
        women, out = f"{folder}/women.parquet", f"{folder}/out.parquet"
        write_register(women, given.women, given.seed)
        print(f"{given.women:,} women, {Path(women).stat().st_size / 2**20:.0f} MiB as Parquet", flush=True)
        before = core_seconds()
        session = start(given.memory)
        for way, judged in ways.items():
            for run in range(WARMED_UP):
                at = time.perf_counter()
                table = session.read.parquet(women)
                judged(table).write.mode("overwrite").parquet(out)
                used, before = core_seconds() - before, core_seconds()
                print(
                    f"{way}, {'started anew' if run == 0 else 'warmed up'}: {used:.1f} core-seconds, "
                    f"{time.perf_counter() - at:.0f} s by the clock, {table.rdd.getNumPartitions()} parts, "
                    f"{used / given.women * 1e9 / 3600:.0f} core-hours for a billion women, "
                    f"{peak_of_worker():.1f} GiB at most in a Python worker",
                    flush=True,
                )
        session.stop()


if __name__ == "__main__":
    main()
