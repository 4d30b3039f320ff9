"""Every error decidua raises on purpose: one hierarchy, and every message says where, what, and what to do.

DeciduaError
├── DocumentError       a file cannot be read as YAML or JSON at all
├── ProfileError        a profile is not a possible woman, or a field does not exist
├── RatesError          a clinic's table of rates that cannot be read or leaves it open which rate holds
├── RulebookError       rules or policies that do not fit together
├── EvidenceError       evidence that contradicts itself or cannot be computed with
└── EngineDisagreement  two engines fired different rules for one woman
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from decidua.frozen import Frozen

__all__ = [
    "DeciduaError",
    "DocumentError",
    "EngineDisagreement",
    "EvidenceError",
    "Fault",
    "ProfileError",
    "RatesError",
    "RulebookError",
    "nearest",
]


class Fault(Frozen):
    """One thing that is wrong, with its place.

    Attributes:
        message: What was found, what is allowed and what to do.
        file: The file, as the user named it; empty where there is none.
        line: 1-based line in that file, or None.
        field: Dotted path of the field, empty where the whole document is meant.
        code: Stable name of this kind of fault, such as ``R303``; empty outside rule files.
    """

    message: str
    file: str = ""
    line: int | None = None
    field: str = ""
    code: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place = f"{place}, line {self.line}" if place else f"line {self.line}"
        parts = [part for part in (place, self.field) if part]
        return f"{': '.join(parts)}: {self.message}" if parts else self.message


class DeciduaError(Exception):
    """The root of all errors of decidua.

    Args:
        faults: One message, one fault, or several faults found in one go.
    """

    def __init__(self, faults: str | Fault | Iterable[Fault]) -> None:
        if isinstance(faults, str):
            faults = Fault(faults)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def __reduce__(self) -> tuple[type[DeciduaError], tuple[tuple[Fault, ...]]]:
        return type(self), (self.faults,)


class DocumentError(DeciduaError):
    """A file that cannot be read as one YAML or JSON document."""


class ProfileError(DeciduaError):
    """A profile that cannot be a woman's, or that uses a field that does not exist."""


class RatesError(DeciduaError):
    """A clinic's own table of implantation rates that cannot be used; holds every fault found."""


class RulebookError(DeciduaError):
    """A rulebook whose parts are wrong or do not fit together; holds every fault found."""


class EvidenceError(DeciduaError):
    """Evidence that contradicts itself or cannot be computed with."""


class EngineDisagreement(DeciduaError):
    """Two engines disagree on which rules fire. Nothing unconfirmed is shown, so the assessment stops."""


def nearest(name: str, known: Sequence[str] | Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for a misspelt name, or an empty string where nothing is near."""
    candidates = list(known)
    close = get_close_matches(name, candidates, n=1, cutoff=0.6)
    if not close:
        last = name.rsplit(".", 1)[-1]
        close = [candidate for candidate in candidates if candidate.rsplit(".", 1)[-1] == last][:1]
    return f"; did you mean '{close[0]}'?" if close else ""
