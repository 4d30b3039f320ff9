"""The building blocks of a report: headings, paragraphs, bullets and one kind of grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from decidua.condition.english import lower_first

__all__ = [
    "Block",
    "Bullet",
    "Bullets",
    "Grid",
    "Heading",
    "Paragraph",
    "Tone",
    "from_overlay",
    "list_words",
    "lower_first",
]

Tone = Literal["plain", "muted", "good", "open", "bad"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 (the report), 2 (a part), 3 (an option) or 4 (within an option)."""

    text: str
    level: int
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bullet:
    """A labelled line with details below it."""

    label: str
    text: str
    tone: Tone = "plain"
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bullets:
    """Labelled lines, indented by so many columns."""

    items: tuple[Bullet, ...]
    indent: int = 2


@dataclass(frozen=True, slots=True)
class Grid:
    """A table; one tone a row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[Tone, ...]


Block = Heading | Paragraph | Bullets | Grid


def list_words(words: Sequence[str], last: str = "and") -> str:
    """Join words with commas and a final ``and``, or another word."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def from_overlay(name: str | None) -> str:
    """Mark what a local overlay brought; the rulebook's own has no mark."""
    return "" if name is None else f" [from overlay {name}]"
