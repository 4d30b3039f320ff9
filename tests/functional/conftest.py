"""What every test of the terminal tool starts from: an environment that steers nothing."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def nothing_steers_the_output(monkeypatch):
    for name in ("COLUMNS", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PYTHONIOENCODING", "DECIDUA_TRACEBACK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
