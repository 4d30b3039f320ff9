"""The made-up register with its pregnancies and transfers one by one, in long tables beside the table of women.

What stands in a long table is what is counted in the table of women: both say the same of each woman where both say
it. Every figure is invented and stands in ``register.yaml``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from decidua.condition.english import lower_first
from decidua.errors import DeciduaError, Fault
from decidua.tables.files.files import TableWriter
from decidua.tables.long.fields import KINDS
from decidua.tables.made_up.synth import Register, by_group, chance_of, check_women, one_of

__all__ = ["make_long", "write_long_register"]

BATCH = 50_000
ROWS = 64
"""Rows of one woman that are told apart: a row is drawn by its woman, its place and its name."""
DRAWN = (
    *("id", "row", "group", "drawn age", "knows detail", "knows tissue", "knows embryos"),
    *("total", "births", "run", "clinical", "later", "late", "karyotyped", "aneuploid"),
    *("failed", "beyond", "good", "embryos"),
)
"""What was drawn of a woman that her rows lean on."""


def write_long_register(
    path: Path,
    folder: Path,
    women: int,
    seed: int,
    *,
    overwrite: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
) -> tuple[Path, ...]:
    """Write a made-up register, and into a folder the long tables of pregnancies and transfers beside it.

    Args:
        path: A CSV, Parquet or Arrow file for the table of women; the long tables are of the same kind.
        folder: Where the long tables go; made where it does not exist.
        women: How many rows, 1 to a thousand million.
        seed: The same seed gives the same women.
        overwrite: Whether files may be replaced.
        progress: Told after each batch how many women were made, and of how many.

    Returns:
        The long tables.

    Raises:
        DeciduaError: No such number of women, or a file cannot be written.
    """
    check_women(women)
    paths = (path, *(folder / f"{kind}{path.suffix}" for kind in KINDS))
    made = _make(folder)
    try:
        _write(paths, women, seed, overwrite=overwrite, progress=progress)
    except BaseException:
        for one in made:
            with suppress(OSError):
                one.rmdir()
        raise
    return paths[1:]


def _make(folder: Path) -> list[Path]:
    """Make a folder where it does not exist; return those that were made, the innermost first."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DeciduaError(Fault(f"cannot be made: {lower_first(error.strerror or '')}", file=str(folder))) from None
    return missing


def _write(
    paths: Sequence[Path], women: int, seed: int, *, overwrite: bool, progress: Callable[[int, int | None], None] | None
) -> None:
    with (
        TableWriter(paths[0], overwrite=overwrite) as wide,
        TableWriter(paths[1], overwrite=overwrite) as pregnancies,
        TableWriter(paths[2], overwrite=overwrite) as transfers,
    ):
        writers = (wide, pregnancies, transfers)
        for start in range(0, women, BATCH):
            count = min(BATCH, women - start)
            for writer, table in zip(writers, make_long(count, seed, start=start), strict=True):
                writer.write(table)
            if progress is not None:
                progress(start + count, women)
        for writer in writers:
            writer.finish()


def make_long(women: int, seed: int, *, start: int = 0) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Make the women of a register from row ``start`` on, with their pregnancies and their transfers."""
    register = Register(women, seed, start)
    table = register.table()
    told = register.figures["long"]
    complete = {
        f"{kind}.complete": pl.when(
            pl.col(f"knows {block}") & (register.chance(f"complete {kind}") < told["complete"])
        ).then(pl.lit(value=True))
        for kind, block in (("pregnancies", "history"), ("transfers", "transfers"))
    }
    said = register.frame.select(**complete)
    maker = _Rows(seed, told)
    return table.hstack(said), maker.pregnancies(register.frame), maker.transfers(register.frame)


class _Rows:
    """Rows of the long tables in the making."""

    def __init__(self, seed: int, figures: Mapping[str, Any]) -> None:
        self.seed = seed
        self.figures = figures

    def chance(self, name: str) -> pl.Expr:
        """Return a number from 0 up to 1 for each row, drawn for this name."""
        return chance_of(self.seed, f"long {name}")

    def known(self, value: pl.Expr, name: str) -> pl.Expr:
        """Leave single cells empty."""
        return pl.when(self.chance(f"gap {name}") >= self.figures["gaps"]).then(value)

    def within(self, range_: Sequence[float], name: str, decimals: int = 1) -> pl.Expr:
        """Draw a number from a range."""
        low, high = range_
        return (low + (high - low) * self.chance(name)).round(decimals)

    @staticmethod
    def spread(frame: pl.DataFrame, count: pl.Expr) -> pl.DataFrame:
        """Return a row for each of a count of each woman: ``k`` is its place in the count, the first is 0."""
        rows = frame.select(*DRAWN, many=count)
        places = pl.DataFrame({"k": pl.int_range(rows.select(pl.col("many").max().fill_null(0)).item(), eager=True)})
        rows = rows.join(places, how="cross", maintain_order="left_right").filter(pl.col("k") < pl.col("many"))
        return rows.with_columns(woman=pl.col("row"), row=pl.col("row") * ROWS + pl.col("k").cast(pl.UInt64))

    def pregnancies(self, women: pl.DataFrame) -> pl.DataFrame:
        """Return her losses and births, births spread evenly between the losses, as the table of women counts them."""
        known = women.filter(pl.col("knows history"))
        rows = self.spread(known, pl.col("total") + pl.col("births"))
        loss = pl.col("k") < pl.col("total")
        birth = pl.col("k") - pl.col("total")
        run = pl.max_horizontal(pl.col("run"), pl.lit(1))
        before = pl.min_horizontal(pl.col("k") // run, pl.col("births"))
        after = pl.min_horizontal((birth + 1) * run, pl.col("total"))
        order = pl.when(loss).then(pl.col("k") + 1 + before).otherwise(after + birth + 1)
        tissue = (pl.col("k") + (self.turn() * pl.col("total")).floor().cast(pl.Int64)) % pl.col("total")
        clinical = loss & (pl.col("k") < pl.col("clinical"))
        placental = ~loss & (self.chance("placental") < self.figures["placental"])
        rows = rows.with_columns(
            is_loss=loss,
            is_clinical=clinical,
            is_placental=placental,
            order=order,
            tissue=pl.when(loss).then(tissue),
            weeks=self._weeks(loss, clinical, placental),
        )
        return rows.sort("woman", "order", maintain_order=True).select(*self._of_a_pregnancy())

    @staticmethod
    def turn() -> pl.Expr:
        """Return a number from 0 up to 1 for each woman."""
        return (pl.col("woman") * 2654435761 % 1000).cast(pl.Float64) / 1000

    def _weeks(self, loss: pl.Expr, clinical: pl.Expr, placental: pl.Expr) -> pl.Expr:
        figures = self.figures["weeks"]
        band = {name: self.within(ends, f"weeks {name}") for name, ends in figures.items()}
        early = pl.col("k") >= pl.col("later")
        of_birth = pl.when(placental).then(band["placental"]).otherwise(band["birth"])
        later = pl.when(pl.col("k") < pl.col("late")).then(band["late"]).otherwise(band["middle"])
        of_loss = pl.when(early).then(band["early"]).when(clinical).then(later)
        return pl.when(~loss).then(of_birth).otherwise(of_loss)

    def _of_a_pregnancy(self) -> list[pl.Expr]:
        figures = self.figures
        loss, detail, tissue = pl.col("is_loss"), pl.col("knows detail"), pl.col("tissue")
        clinical = pl.when("is_clinical").then(pl.lit("miscarriage")).otherwise(pl.lit("biochemical_loss"))
        kind = pl.when(detail).then(clinical).otherwise(pl.lit("loss_of_unknown_kind"))
        abnormal = pl.when(tissue < pl.col("aneuploid")).then(pl.lit("aneuploid"))
        result = abnormal.when(tissue < pl.col("karyotyped")).then(pl.lit("euploid")).otherwise(pl.lit("not_tested"))
        natural = pl.when(self.chance("art") < by_group(figures["art"])).then(pl.lit("art"))
        partner = pl.when(self.chance("partner") < figures["current_partner"]).then(pl.lit("current"))
        seen = pl.when("is_clinical").then(pl.lit("ultrasound")).otherwise(pl.lit("serum_hcg"))
        normal = self.chance("normal") < figures["fetus_normal"]
        dead_late = loss & (pl.col("weeks") >= 10)
        return [
            pl.col("id"),
            pl.col("order"),
            pl.when(loss).then(kind).otherwise(pl.lit("live_birth")).alias("outcome"),
            self.known(pl.when(detail | ~loss).then(pl.col("weeks")), "weeks").alias("weeks"),
            pl.when(loss & detail).then(seen).alias("confirmed_by"),
            self.known(natural.otherwise(pl.lit("naturally")), "conceived").alias("conceived"),
            self.known(partner.otherwise(pl.lit("earlier")), "partner").alias("partner"),
            pl.when(loss & pl.col("knows tissue")).then(self.known(result, "karyotype")).alias("karyotype"),
            pl.when(dead_late & detail).then(self.known(normal, "normal")).alias("fetus_normal"),
            pl.when(~loss).then(self.known(pl.col("is_placental"), "placental")).alias("placental_disease"),
        ]

    def transfers(self, women: pl.DataFrame) -> pl.DataFrame:
        """Return her failed transfers, and after them the others, as the table of women counts them."""
        figures = self.figures
        known = women.filter(pl.col("knows transfers"))
        rows = self.spread(known, pl.col("failed") + pl.col("beyond"))
        failed, seen = pl.col("k") < pl.col("failed"), pl.col("knows embryos")
        number = 1 + (pl.col("k") < pl.col("embryos") - pl.col("failed")).cast(pl.Int64)
        negative = pl.when(self.chance("hcg") < figures["negative_hcg"]).then(pl.lit("negative_hcg"))
        outcome = pl.when(failed).then(negative.otherwise(pl.lit("biochemical_loss")))
        other = one_of(self.chance("not good"), figures["not_good"])
        good = pl.when(pl.col("k") < pl.col("good")).then(pl.lit("good")).otherwise(other)
        second = one_of(self.chance("not good 2"), figures["not_good"])
        donor = self.within(figures["donor_age"], "donor age")
        own = (pl.col("drawn age") - self.within(figures["years_before"], "years before")).clip(15, 60).round(1)
        of_her = known.select(  # the same for each transfer of one woman
            pl.col("row").alias("woman"),
            predicts=chance_of(self.seed, "predicted") < figures["predicted"],
            bears=chance_of(self.seed, "bears") < figures["born"],
        )
        rows = rows.join(of_her, on="woman", how="left", maintain_order="left")
        rows = rows.with_columns(whose=one_of(self.chance("oocytes"), figures["oocytes"]), many=number)
        return rows.select(
            pl.col("id"),
            (pl.col("k") + 1).alias("order"),
            outcome.otherwise(self._beyond()).alias("outcome"),
            self.known(one_of(self.chance("kind"), figures["kind"]), "kind").alias("kind"),
            self.known(pl.col("whose"), "oocytes").alias("oocytes"),
            self.known(pl.when(pl.col("whose") == "own").then(own).otherwise(donor), "age").alias("oocyte_age"),
            pl.when("predicts")
            .then(self.known(self.within(figures["chance"], "chance", 2), "chance"))
            .alias("predicted_chance"),
            self.known(self.chance("immune") < figures["immunomodulation"], "immune").alias("with_immunomodulation"),
            pl.when(seen).then(pl.col("many")).alias("embryos"),
            pl.when(seen).then(self.known(one_of(self.chance("stage"), figures["stage"]), "stage")).alias("stage"),
            pl.when(seen).then(self.known(one_of(self.chance("ploidy"), figures["ploidy"]), "ploidy")).alias("ploidy"),
            pl.when(seen).then(self.known(good, "good")).alias("embryo_1_quality"),
            pl.when(seen & (pl.col("many") > 1)).then(self.known(second, "second")).alias("embryo_2_quality"),
        )

    @staticmethod
    def _beyond() -> pl.Expr:
        """Return what came of a transfer that did not fail: no more births and losses than she had."""
        born = pl.when("bears").then("beyond").otherwise(0)
        births = born.clip(pl.col("beyond") - pl.col("clinical"), pl.col("births"))
        birth = pl.col("k") - pl.col("failed") < births
        return pl.when(birth).then(pl.lit("live_birth")).otherwise(pl.lit("miscarriage"))
