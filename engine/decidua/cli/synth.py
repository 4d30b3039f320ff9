"""``decidua synth``: a made-up register, for trying out tables of any size."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from decidua.cli.printing import print_text
from decidua.cli.tables import progress_of
from decidua.tables.entry import need_extra

__all__ = ["synth_command"]


def synth_command(
    women: Annotated[int, typer.Option("--women", metavar="N", help="How many women.", min=1, max=1_000_000_000)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A CSV, Parquet or Arrow file.")],
    long: Annotated[
        Path | None,
        typer.Option(
            "--long",
            metavar="FOLDER",
            help="Write long tables of their pregnancies and transfers too; 'decidua cohort --id id' reads them.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The same seed gives the same women.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")] = False,
) -> None:
    """Write a register of women who never were, with columns named as the facts.

    Every figure in it is invented: it is there to try out tables, and nothing may be concluded from it.
    """
    need_extra()
    gc.enable()  # off where a command ends within a second; this one may run for an hour
    from decidua.tables.made_up.synth import write_register
    from decidua.tables.made_up.synth_long import write_long_register

    beside: tuple[Path, ...] = ()
    with progress_of("Making up") as told:
        if long is None:
            write_register(out, women, seed, overwrite=force, progress=told)
        else:
            beside = write_long_register(out, long, women, seed, overwrite=force, progress=told)
    count = "1 woman" if women == 1 else f"{women} women"
    paths = " and ".join([", ".join(str(path) for path in (out, *beside[:-1])), *(str(path) for path in beside[-1:])])
    print_text(f"{count} who never were, written to {paths}. Every figure is invented.")
