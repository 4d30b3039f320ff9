"""The building blocks of a report: headings, paragraphs, bullets and one kind of grid."""

from __future__ import annotations

from typing import Literal

from decidua.assessment.words import join as list_words
from decidua.assessment.words import series
from decidua.condition.english import lower_first
from decidua.frozen import Frozen

__all__ = [
    "Block",
    "Bullet",
    "Bullets",
    "Forest",
    "ForestRow",
    "Grid",
    "Heading",
    "Paragraph",
    "Tone",
    "from_overlay",
    "list_words",
    "lower_first",
    "series",
]

Tone = Literal["plain", "muted", "good", "open", "bad"]


class Heading(Frozen):
    """A heading of level 1 (the report), 2 (a part), 3 (an option) or 4 (within an option)."""

    text: str
    level: int
    tone: Tone = "plain"


class Paragraph(Frozen):
    """Running text."""

    text: str
    tone: Tone = "plain"


class Bullet(Frozen):
    """A labelled line with details below it."""

    label: str
    text: str
    tone: Tone = "plain"
    details: tuple[str, ...] = ()


class Bullets(Frozen):
    """Labelled lines, indented by so many columns."""

    items: tuple[Bullet, ...]
    indent: int = 2


class Grid(Frozen):
    """A table; one tone a row.

    Attributes:
        most: Most columns of the terminal that each column takes; where none is given the last one takes the rest.
        right: Columns of figures, put to the right.
        cell_tones: One tone a cell, in place of those of the rows.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tones: tuple[Tone, ...]
    most: tuple[int, ...] = ()
    right: tuple[int, ...] = ()
    cell_tones: tuple[tuple[Tone, ...], ...] = ()


class ForestRow(Frozen):
    """One row of a forest plot.

    Attributes:
        kind: A section's heading, a study, one with a concern, a pooled effect, or a prediction interval.
        name: What it is called; shortened where there is no room.
        treated, control: Counts of either arm, as text.
        ratio: Point, low and high; the point of a prediction interval is not drawn. None where none can be given.
        weight: Share of the pooled effect, 0 to 1.
        note: What stands in place of a ratio.
    """

    kind: Literal["section", "study", "questioned", "pooled", "prediction"]
    name: str
    treated: str = ""
    control: str = ""
    ratio: tuple[float, float, float] | None = None
    weight: float | None = None
    note: str = ""


class Forest(Frozen):
    """A forest plot on a log axis; ``favourable`` is the side of the outcome that is good."""

    rows: tuple[ForestRow, ...]
    favourable: Literal["higher", "lower"]
    measure: str = "RR"


Block = Heading | Paragraph | Bullets | Grid | Forest


def from_overlay(name: str | None) -> str:
    """Mark what a local overlay brought; the rulebook's own has no mark."""
    return "" if name is None else f" [from overlay {name}]"
