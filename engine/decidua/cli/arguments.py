"""What the commands take: their common arguments and options, and how these are read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from decidua.assessment.verdicts import Engine
from decidua.document import decode
from decidua.errors import DeciduaError, DocumentError, ProfileError
from decidua.profile.model import Profile
from decidua.profile.reading import MAX_PROFILE_BYTES, load_profile, load_rates, parse_profile

if TYPE_CHECKING:
    from decidua.profile.rates import Rates

__all__ = [
    "CONTEXT",
    "All",
    "AsOf",
    "EngineName",
    "EngineOption",
    "EvidenceFormat",
    "Format",
    "OneProfile",
    "ProfilePaths",
    "RatesFile",
    "RulesFolder",
    "SchemaName",
    "engine_named",
    "read_baseline",
    "read_profile",
    "read_rates",
]


CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""Settings of every command."""


class Format(StrEnum):
    """Formats of an assessment."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


class EvidenceFormat(StrEnum):
    """Formats of the evidence on an option."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"
    csv = "csv"


class EngineName(StrEnum):
    """Engines to run."""

    auto = "auto"
    reference = "reference"
    durable = "durable"


class SchemaName(StrEnum):
    """What a JSON Schema can be printed of."""

    profile = "profile"
    assessment = "assessment"
    facts = "facts"
    pregnancies = "pregnancies"
    transfers = "transfers"
    rates = "rates"
    rules = "rules"


ProfilePaths = Annotated[
    list[str], typer.Argument(metavar="PROFILE...", help="Profiles (YAML or JSON); '-' reads standard input.")
]
OneProfile = Annotated[
    str, typer.Argument(metavar="PROFILE", help="A profile (YAML or JSON); '-' reads standard input.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="What could be said then: 2016, 2016-07 or 2016-07-31 (default: all that was read).",
    ),
]
RulesFolder = Annotated[
    list[Path] | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        help="A rulebook folder instead of the shipped one, or an overlay to lay over it; once for each overlay.",
    ),
]
RatesFile = Annotated[
    Path | None,
    typer.Option(
        "--rates",
        metavar="FILE",
        help="The clinic's own table of implantation rates (YAML or JSON; 'decidua schema rates'), for transfers "
        "without a predicted chance of their own.",
    ),
]
EngineOption = Annotated[
    EngineName, typer.Option("--engine", help="auto confirms with durable-rules where it is installed.")
]
All = Annotated[bool, typer.Option("--all", help="Show every option, strategy, study, position and caution at length.")]


def engine_named(engine: EngineName) -> Engine:
    """Return the engine that an argument names."""
    names: dict[EngineName, Engine] = {
        EngineName.auto: "auto",
        EngineName.reference: "reference",
        EngineName.durable: "durable",
    }
    return names[engine]


def read_profile(path: str) -> Profile:
    """Read a profile from a file, or from standard input for ``-``.

    Raises:
        ProfileError: With every fault, each with file, line and field.
    """
    if path != "-":
        return load_profile(path)
    try:
        return parse_profile(
            decode(sys.stdin.buffer, name="standard input", limit=MAX_PROFILE_BYTES), name="standard input"
        )
    except DocumentError as error:
        raise ProfileError(error.faults) from None


def read_rates(path: Path | None) -> Rates | None:
    """Read a clinic's own table of rates, where one is given.

    Raises:
        RatesError: With every fault, each with file, line and field.
    """
    return None if path is None else load_rates(path)


def read_baseline(texts: Sequence[str]) -> dict[str, float]:
    """Read chances written as ``UNIT=CHANCE``; whether unit and chance are possible is checked where they are used.

    Raises:
        DeciduaError: No such form, or two chances for one unit.
    """
    baseline: dict[str, float] = {}
    for text in texts:
        unit, _, chance = (part.strip() for part in text.partition("="))
        if unit in baseline:
            raise DeciduaError(f"--baseline gives two chances for {unit}; keep one of them")
        try:
            baseline[unit] = float(chance)
        except ValueError:
            raise DeciduaError(f"--baseline '{text}' is not UNIT=CHANCE, such as next_pregnancy=0.55") from None
    return baseline
