"""Starts the terminal tool as fast as a short-lived process may: before anything heavy is imported."""

from __future__ import annotations

import gc
import os
import sys

__all__ = ["run"]


def run() -> None:
    """Run the terminal tool and leave with its exit code.

    The process ends within a second or so: nothing is gained by collecting garbage in it, nor by looking for plugins of
    pydantic, of which decidua has none.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from decidua.cli.app import main  # noqa: PLC0415 - after the lines above, that is the point

    sys.exit(main())
