"""What all tests share: no test fails for being slow, and which of them coverage is measured over."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("decidua", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("decidua")

gc.set_threshold(100_000, 50, 1_000)  # rulebooks by the hundred are read and dropped: a sixth of the time otherwise

ROOT = Path(__file__).parent
SLOW_FOLDERS = ("generative/", "packaging/")
SLOW = frozenset((ROOT / "slow.txt").read_text(encoding="utf-8").split())
"""Tests over which coverage is not measured, since that doubles their time: those that try very many cases or start
processes of their own, and each that takes long for what it alone would add (`make slow-list` lists them)."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the slow tests, and those on Spark: they run by themselves, and what only they reach is not covered."""
    for item in items:
        test = f"{item.path.relative_to(ROOT).as_posix()}::{item.name.partition('[')[0]}"
        if test in SLOW or test.startswith(SLOW_FOLDERS) or item.get_closest_marker("spark"):
            item.add_marker("slow")
