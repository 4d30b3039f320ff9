"""How many examples the generated tests try: few and always the same, or more and others on demand (`make thorough`)."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, settings

__all__ = ["thorough"]

TIMES = int(os.environ.get("DECIDUA_EXAMPLES", "1"))


def thorough(examples: int) -> Any:
    """Return the settings of a test: so many examples, or ``DECIDUA_EXAMPLES`` times as many that differ each time."""
    return settings(
        max_examples=examples * TIMES,
        deadline=None,
        derandomize=TIMES == 1,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
