"""What all tests share: no test fails for being slow, and which of them coverage is measured over."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("decidua", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("decidua")

ROOT = Path(__file__).parent
UNMEASURED = (
    "generative",
    "packaging",
    "functional/test_walkthrough.py",
    "rules/test_rule_schemas.py",
    "unit/test_comparison.py",
)
"""Tests that try very many cases or start processes of their own: measuring would slow them and find no further line."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Measure coverage over the first case of each test: every case runs, and where one went so did the next."""
    seen: set[str] = set()
    for item in items:
        test = item.nodeid.partition("[")[0]
        place = item.path.relative_to(ROOT).as_posix()
        if test in seen or place.startswith(UNMEASURED):
            item.add_marker("no_cover")
        seen.add(test)
