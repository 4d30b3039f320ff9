"""``decidua synth``: a made-up register, for trying out tables of any size."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from decidua.cli.cohort import progress_of
from decidua.cli.printing import print_text
from decidua.tables.entry import need_extra

__all__ = ["synth_command"]


def synth_command(
    women: Annotated[int, typer.Option("--women", metavar="N", help="How many women.", min=1, max=1_000_000_000)],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="A CSV, Parquet or Arrow file.")],
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="The same seed gives the same women.")] = 0,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE where it exists.")] = False,
) -> None:
    """Write a register of women who never were, with columns named as the facts.

    Every figure in it is invented: it is there to try out tables, and nothing may be concluded from it.
    """
    need_extra()
    gc.enable()  # off where a command ends within a second; this one may run for an hour
    from decidua.tables.synth import write_register

    with progress_of("Making up") as told:
        write_register(out, women, seed, overwrite=force, progress=told)
    count = "1 woman" if women == 1 else f"{women} women"
    print_text(f"{count} who never were, written to {out}. Every figure is invented.")
