"""A made-up register: wide tables of women who never were, for trying out tables of any size.

Every figure is invented and stands in ``register.yaml``. The same seed gives the same women on every machine, whatever
the size of a batch: each cell is drawn by its row, its name and the seed alone, in whole numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from decidua.document import read_document
from decidua.errors import DeciduaError
from decidua.profile.finding import Fact
from decidua.profile.vocabulary import direct_facts, vocabulary
from decidua.tables.files.files import TableWriter

__all__ = ["Register", "by_group", "chance_of", "check_women", "make_register", "one_of", "write_register"]

MOST = 1_000_000_000
BATCH = 100_000
USUAL = ("normal", "negative", "absent", "none", "AA")
"""What is usual in a finding that is one of a list: the first of these that it can be."""
MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""The constants of splitmix64 (Steele, Lea and Flood 2014), a mix of 64 bits that needs no state."""


@cache
def _figures() -> dict[str, Any]:
    """Return the invented figures."""
    return dict(read_document(Path(__file__).with_name("register.yaml"), limit=100_000).value)


def write_register(
    path: str | Path,
    women: int,
    seed: int,
    *,
    overwrite: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> None:
    """Write a made-up register.

    Args:
        path: A CSV, Parquet or Arrow file.
        women: How many rows, 1 to a thousand million.
        seed: The same seed gives the same women.
        overwrite: Whether the file may be replaced.
        progress: Told after each batch how many women were made, and of how many.

    Raises:
        DeciduaError: No such number of women, or the file cannot be written.
    """
    check_women(women)
    with TableWriter(path, overwrite=overwrite) as writer:
        for start in range(0, women, BATCH):
            count = min(BATCH, women - start)
            writer.write(make_register(count, seed, start=start))
            if progress is not None:
                progress(start + count, women)
        writer.finish()


def check_women(women: int) -> None:
    """Check that a register of so many women can be made.

    Raises:
        DeciduaError: It cannot.
    """
    if not 1 <= women <= MOST:
        raise DeciduaError(f"the number of women is a whole number from 1 to {MOST}, not {women}")


def make_register(women: int, seed: int, *, start: int = 0) -> pl.DataFrame:
    """Make the women of a register from row ``start`` on (0 is the first): an id, a centre, and findings."""
    return Register(women, seed, start).table()


def chance_of(seed: int, name: str) -> pl.Expr:
    """Return a number from 0 up to 1 for each ``row``, drawn for this name."""
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    first, second, third = (pl.lit(one, pl.UInt64) for one in MIX)
    drawn = pl.col("row") * first + pl.lit(int.from_bytes(digest[:8], "big"), pl.UInt64)
    drawn = (drawn ^ (drawn // 2**30)) * second
    drawn = (drawn ^ (drawn // 2**27)) * third
    drawn = drawn ^ (drawn // 2**31)
    return (drawn // 2**11).cast(pl.Float64) * 2.0**-53


class Register:
    """Women in the making: each step adds columns that later ones lean on."""

    def __init__(self, women: int, seed: int, start: int) -> None:
        self.figures = _figures()
        self.seed = seed
        self.frame = pl.DataFrame({"row": pl.int_range(start, start + women, dtype=pl.UInt64, eager=True)})
        self.shown: list[str] = ["id", "centre"]

    def table(self) -> pl.DataFrame:
        """Return the columns of the register."""
        self._who()
        self._losses()
        self._transfers()
        self._findings()
        self._fit_together()
        return self.frame.select(self.shown)

    def chance(self, name: str) -> pl.Expr:
        """Return a number from 0 up to 1 for each row, drawn for this name."""
        return chance_of(self.seed, name)

    def add(self, **columns: pl.Expr) -> None:
        """Add columns."""
        self.frame = self.frame.with_columns(**columns)

    def _who(self) -> None:
        figures = self.figures
        self.add(
            id=pl.col("row").cast(pl.Int64) + 1,
            centre=(self.chance("centre") * figures["centres"]).cast(pl.Int64) + 1,
            group=one_of(self.chance("group"), figures["groups"]),
            autoimmune=self.chance("autoimmune") < figures["autoimmune"],
        )
        for name, block in figures["blocks"].items():
            lean = pl.lit(0.0)
            for centre in range(1, figures["centres"] + 1):
                digest = hashlib.sha256(f"{self.seed}:{name}:{centre}".encode()).digest()
                more = block["centres"] * (2 * digest[0] / 255 - 1)
                lean = pl.when(pl.col("centre") == centre).then(pl.lit(more)).otherwise(lean)
            share = by_group({group: block[group] for group in figures["groups"]}) + lean
            self.add(**{f"knows {name}": self.chance(f"knows {name}") < share})

    def _count(self, name: str) -> pl.Expr:
        """Draw a count from the shares of its group."""
        counts: Mapping[str, Sequence[float]] = self.figures["counts"][name]
        chance = self.chance(name)
        drawn = pl.lit(None, pl.Int64)
        for group, shares in counts.items():
            mine = one_of(chance, {str(at): share for at, share in enumerate(shares)}).cast(pl.Int64)
            drawn = pl.when(pl.col("group") == group).then(mine).otherwise(drawn)
        return drawn

    def _part(self, whole: str, share: pl.Expr | float, name: str) -> pl.Expr:
        """Draw how many of a count have something, each by the same chance."""
        most = 12
        each = [((pl.col(whole) > at) & (self.chance(f"{name} {at}") < share)).cast(pl.Int64) for at in range(most)]
        return pl.sum_horizontal(each)

    def _losses(self) -> None:
        figures = self.figures
        self.add(total=self._count("losses.total"), births=self._count("live_births.total"))
        self.add(**{"drawn age": self._number(vocabulary()["age"], figures["facts"]["age"])})
        self.add(
            clinical=self._part("total", figures["clinical"], "clinical"),
            early=self._part("total", figures["before_10_weeks"], "early"),
            karyotyped=self._part("total", figures["karyotyped"], "karyotyped"),
        )
        lean = figures["aneuploid"]
        share = lean["share"] + lean["per_year"] * (pl.col("drawn age") - lean["age"])
        self.add(
            later=pl.col("total") - pl.col("early"),
            aneuploid=self._part("karyotyped", share, "aneuploid"),
            run=(pl.col("total") + pl.col("births")) // (pl.col("births") + 1),
        )
        self._show("losses.total", pl.col("total"), "history")
        self._show("live_births.total", pl.col("births"), "history")
        self._show("losses.clinical", pl.col("clinical"), "detail")
        self._show("losses.biochemical", pl.col("total") - pl.col("clinical"), "detail")
        self._show("losses.consecutive", pl.col("run"), "detail")
        self._show("losses.before_10_weeks", pl.col("early"), "detail")
        self.add(late=self._part("later", figures["from_14_weeks"], "late"))
        self._show("losses.from_14_weeks", pl.col("late"), "detail")
        self._show("losses.aneuploid", pl.col("aneuploid"), "tissue")
        self._show("losses.euploid", pl.col("karyotyped") - pl.col("aneuploid"), "tissue")

    def _transfers(self) -> None:
        figures = self.figures
        pregnancies = pl.col("births") + pl.col("clinical")  # none came of a transfer beyond those
        beyond = pl.min_horizontal(self._count("transfers.beyond_failed"), pregnancies)
        self.add(failed=self._count("transfers.failed"), beyond=beyond)
        self.add(good=self._part("failed", figures["good_transfer"], "good"))
        self.add(embryos=pl.col("failed") + self._part("failed", figures["second_embryo"], "second"))
        self._show("transfers.total", pl.col("failed") + pl.col("beyond"), "transfers")
        self._show("transfers.failed", pl.col("failed"), "transfers")
        self._show("transfers.failed_with_good_embryo", pl.col("good"), "embryos")
        self._show("embryos.failed", pl.col("embryos"), "embryos")
        self._show("embryos.failed_good", pl.col("good"), "embryos")

    def _findings(self) -> None:
        left_out = set(self.figures["left_out"])
        named = [fact for _, fact, _ in direct_facts()]
        named += [vocabulary()[name] for name in self.figures["facts"] if vocabulary()[name] not in named]
        for fact in named:
            given = self._given(fact.name)
            if given is not None and fact.name not in left_out and fact.name not in self.shown:
                drawn = pl.col("drawn age") if fact.name == "age" else self._drawn(fact, given)
                self._show(fact.name, drawn, given["known"])

    def _given(self, name: str) -> Mapping[str, Any] | None:
        own: Mapping[str, Any] | None = self.figures["facts"].get(name)
        if own is not None:
            return own
        return next((given for start, given in self.figures["defaults"].items() if name.startswith(start)), None)

    def _drawn(self, fact: Fact, given: Mapping[str, Any]) -> pl.Expr:
        chance = self.chance(fact.name)
        if fact.kind == "yes_no":
            return chance < self._leaning(given["yes"], given)
        if fact.kind == "choice":
            if "shares" in given:
                return one_of(chance, given["shares"])
            usual = next(word for word in (*USUAL, *fact.choices) if word in fact.choices)
            others = [choice for choice in fact.choices if choice != usual]
            rest = one_of(self.chance(f"{fact.name} other"), dict.fromkeys(others, 1 / len(others)))
            return pl.when(chance < self._leaning(given["usual"], given)).then(pl.lit(usual)).otherwise(rest)
        return self._number(fact, given)

    def _leaning(self, share: float, given: Mapping[str, Any]) -> pl.Expr:
        return pl.when(pl.col("autoimmune")).then(pl.lit(given.get("autoimmune", share))).otherwise(pl.lit(share))

    def _number(self, fact: Fact, given: Mapping[str, Any]) -> pl.Expr:
        low, high = given["range"]
        if fact.maximum is not None:
            high = min(high, fact.maximum)
        if given.get("bell"):
            drawn = (self.chance(fact.name) + self.chance(f"{fact.name} 2") + self.chance(f"{fact.name} 3")) / 3
        else:
            chance = drawn = self.chance(fact.name)
            for _ in range(given.get("skew", 1) - 1):
                drawn = drawn * chance
        number: pl.Expr = (low + (high - low) * drawn).round(given["decimals"])
        return pl.Expr.cast(number, pl.Int64) if fact.kind == "integer" else number

    def _show(self, name: str, value: pl.Expr, block: str) -> None:
        """Show a finding where its block is known, with single gaps."""
        known = pl.col(f"knows {block}") & (self.chance(f"gap {name}") >= self.figures["gaps"])
        self.add(**{name: pl.when(known).then(value)})
        self.shown.append(name)

    def _fit_together(self) -> None:
        """Let findings not contradict each other: what a normal image shows, and what is asked in pregnancy only."""
        thyroid, imaging, finding = "workup.thyroid", "workup.uterine_imaging", "workup.uterine_finding"
        others = [choice for choice in vocabulary()[finding].choices if choice != "none"]
        found = one_of(self.chance(f"{finding} seen"), dict.fromkeys(others, 1 / len(others)))
        diseases = [choice for choice in vocabulary()["workup.thyroid_disease"].choices if choice != "none"]
        disease = one_of(self.chance("thyroid seen"), dict.fromkeys(diseases, 1 / len(diseases)))
        normal = pl.lit("none")
        pregnant = pl.col("pregnancy.pregnant")
        lupus = pl.col("condition.lupus")
        self.add(
            **{
                finding: pl.when(pl.col(imaging) == "normal")
                .then(normal)
                .when(pl.col(imaging) == "abnormal")
                .then(found),
                "workup.thyroid_disease": pl.when(pl.col(thyroid) == "normal")
                .then(normal)
                .when(pl.col(thyroid) == "abnormal")
                .then(disease),
                "workup.uterine_finding_treated": pl.when(pl.col(imaging) == "abnormal").then(
                    pl.col("workup.uterine_finding_treated")
                ),
                "pregnancy.weeks": pl.when(pregnant).then(pl.col("pregnancy.weeks")),
                "pregnancy.bleeding": pl.when(pregnant).then(pl.col("pregnancy.bleeding")),
                "condition.autoimmune_disease": pl.when(lupus)
                .then(pl.lit(value=True))
                .otherwise(pl.col("condition.autoimmune_disease")),
            }
        )


def one_of(chance: pl.Expr, shares: Mapping[str, float]) -> pl.Expr:
    """Draw one of several words by their shares; what is left to 1 goes to the last."""
    words = list(shares)
    drawn, least = pl.lit(words[-1]), 0.0
    bounds = []
    for word in words[:-1]:
        least += shares[word]
        bounds.append((word, least))
    for word, below in reversed(bounds):
        drawn = pl.when(chance < below).then(pl.lit(word)).otherwise(drawn)
    return drawn


def by_group(shares: Mapping[str, float]) -> pl.Expr:
    """Return the share of each woman's group."""
    value = pl.lit(0.0)
    for group, share in shares.items():
        value = pl.when(pl.col("group") == group).then(pl.lit(float(share))).otherwise(value)
    return value
