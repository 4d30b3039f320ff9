"""Starts the terminal tool as fast as a short-lived process may: before anything heavy is imported."""

from __future__ import annotations

import gc
import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

__all__ = ["run"]

PLUGIN_LOADER = "pydantic.plugin._loader"


def run() -> None:
    """Run the terminal tool and leave with its exit code.

    The process ends within a second or so: nothing is gained by collecting garbage in it, nor by looking for plugins of
    pydantic, of which decidua has none, nor for time zones, since every date here is a day.
    """
    gc.disable()
    os.environ.setdefault("PYTHONTZPATH", "")
    if os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__") == "__all__":
        sys.modules.setdefault(PLUGIN_LOADER, _loader_of_no_plugins())
    from decidua.cli.app import main  # noqa: PLC0415 - after the lines above, that is the point

    code = main()
    gc.freeze()  # else the interpreter looks through everything once more as it leaves, a twelfth of the whole
    sys.exit(code)


def _loader_of_no_plugins() -> ModuleType:
    """Return what stands in for pydantic's loader of plugins where they are disabled.

    The real one gives the same answer, and imports a twentieth of the whole start to do so (``importlib.metadata`` with
    ``email`` and ``zipfile``). Anything else that a release of pydantic may ask of it is asked of the real one.
    """
    stand_in = ModuleType(PLUGIN_LOADER)

    def real(name: str) -> Any:
        if name.startswith("__"):  # what the import system asks of any module
            raise AttributeError(name)
        if sys.modules.get(PLUGIN_LOADER) is stand_in:
            del sys.modules[PLUGIN_LOADER]
        return getattr(import_module(PLUGIN_LOADER), name)

    vars(stand_in).update(get_plugins=tuple, __getattr__=real)
    return stand_in
