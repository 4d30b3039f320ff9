"""Small invented studies for the tests of lines and certainty: only what a test names differs from a plain trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import decidua
from decidua.evidence.lines import Line, gather_lines
from decidua.evidence.models import Study
from decidua.rulebook.models import EvidenceUse, OutcomePolicy
from decidua.rulebook.policy import PoolingPolicy

__all__ = ["BAD", "GOOD", "OUTCOMES", "POLICY", "gather", "line", "result", "trial"]

POLICY = decidua.load_rulebook().policy
OUTCOMES: dict[str, OutcomePolicy] = {one.outcome: one for one in POLICY.outcomes}
GOOD = OUTCOMES["live_birth"]
"""An outcome of which more is good and that stands for no other."""
BAD = OUTCOMES["miscarriage"]

Counts = tuple[int | None, int | None]


def result(treated: Counts, control: Counts | None, **more: Any) -> dict[str, Any]:
    """Return one outcome, live birth per woman unless said otherwise; counts are (events, women)."""
    arms = {
        "treated": {"events": treated[0], "total": treated[1]},
        "control": None if control is None else {"events": control[0], "total": control[1]},
    }
    return {"outcome": "live_birth", "per": "woman", "counts": "printed", **arms, **more}


def trial(
    name: str,
    *results: dict[str, Any],
    start: str = "not_stated",
    bias: str | None = None,
    integrity: str = "none_known",
    comparator: str | dict[str, Any] | None = "placebo",
    **more: Any,
) -> Study:
    """Return a placebo-controlled randomised trial in recurrent loss unless said otherwise."""
    plain = {
        "id": name,
        "citation": {},
        "published": "2015",
        "design": "rct",
        "blinding": "double_blind",
        "condition": "rpl",
        "treatment": {"drug": "invented", "class": "invented", "start": start},
        "comparator": {"kind": comparator} if isinstance(comparator, str) else comparator,
        "outcomes": list(results),
        "risk_of_bias": None if bias is None else {"judged": bias, "by": "a reviewer", "domains": []},
        "integrity": {"status": integrity},
        "pooled": True,
        "source": {"read": "full_text"},
    }
    return Study.model_validate(plain | more)


def gather(
    *studies: Study,
    uses: Sequence[EvidenceUse] | None = None,
    condition: str = "rpl",
    policy: PoolingPolicy | None = None,
) -> list[Line]:
    """Return the lines of evidence of a strategy that uses each study once, or as said; by the shipped policy."""
    used = uses if uses is not None else [EvidenceUse(study=study.id) for study in studies]
    return gather_lines(used, {study.id: study for study in studies}, condition, policy or POLICY.pooling)


def line(*studies: Study, **more: Any) -> Line:
    """Return the one line that these studies make together."""
    (only,) = gather(*studies, **more)
    return only
