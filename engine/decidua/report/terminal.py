"""The terminal report: the outline rendered with rich, for 80 columns, with and without colour, in UTF-8 or ASCII."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from textwrap import wrap
from typing import Literal

from rich import box
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from rich.table import Table
from rich.text import Text

from decidua.report.forest import LineKind, draw_forest
from decidua.report.parts import Block, Bullets, Forest, Grid, Heading, Paragraph, Tone
from decidua.report.signs import to_ascii

__all__ = ["render_terminal", "to_ascii"]

STYLES: dict[Tone, str] = {"plain": "", "muted": "dim", "good": "green", "open": "yellow", "bad": "red"}
FOREST_STYLES: dict[LineKind, str] = {
    "head": "bold",
    "section": "bold",
    "study": "",
    "questioned": "yellow",
    "none": "dim",
    "pooled": "bold cyan",
    "prediction": "cyan",
    "axis": "dim",
    "favours": "dim",
}


def render_terminal(blocks: Sequence[Block], *, width: int = 80, colour: bool = False, ascii_only: bool = False) -> str:
    """Render an outline as terminal text.

    Args:
        blocks: The outline.
        width: Columns, 40 or more.
        colour: Whether to use colours and weights.
        ascii_only: Whether the terminal shows ASCII only.
    """
    change = _to_safe_ascii if ascii_only else _safe
    page = _Page(width=max(width, 40), colour=colour, ascii_only=ascii_only)
    for block in blocks:
        page.add(_changed(block, change))
    return "\n".join(line.rstrip() for line in page.lines) + "\n"


def _changed(block: Block, change: Callable[[str], str]) -> Block:
    """Return a block with every text of it changed, before lines are measured and wrapped."""
    if isinstance(block, Heading | Paragraph):
        return replace(block, text=change(block.text))
    if isinstance(block, Bullets):
        items = (
            replace(item, label=change(item.label), text=change(item.text), details=tuple(map(change, item.details)))
            for item in block.items
        )
        return replace(block, items=tuple(items))
    if isinstance(block, Forest):
        plots = (replace(row, name=change(row.name), note=change(row.note)) for row in block.rows)
        return replace(block, rows=tuple(plots))
    rows = tuple(tuple(map(change, row)) for row in block.rows)
    return replace(block, columns=tuple(map(change, block.columns)), rows=rows)


_STEERING: dict[int, str] = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
) | {ord("\t"): " ", ord("\n"): "\n"}
"""Signs that would steer the terminal or turn the direction of writing: text from a profile must not do so."""


def _safe(text: str) -> str:
    return text.translate(_STEERING)


def _to_safe_ascii(text: str) -> str:
    return to_ascii(_safe(text))


@cache
def _style(words: str) -> Style:
    return Style.parse(words)


class _Page:
    """Lines of a report: running text is wrapped here, the table is drawn by rich."""

    def __init__(self, *, width: int, colour: bool, ascii_only: bool) -> None:
        self.lines: list[str] = []
        self._width = width
        self._colour = colour
        self._ascii_only = ascii_only

    def add(self, block: Block) -> None:
        """Add one block."""
        if isinstance(block, Heading):
            self._heading(block)
        elif isinstance(block, Paragraph):
            self._hanging(block.text, first=2, rest=2, style=STYLES[block.tone])
        elif isinstance(block, Bullets):
            self._bullets(block)
        elif isinstance(block, Forest):
            self._forest(block)
        else:
            self._grid(block)

    def _paint(self, text: str, style: str) -> str:
        if not self._colour or not style or not text:
            return text
        return _style(style).render(text, color_system=ColorSystem.STANDARD)

    def _heading(self, heading: Heading) -> None:
        if heading.level == 1:
            rule = "=" if self._ascii_only else "\u2501"
            self._hanging(heading.text, first=0, rest=0, style="bold")
            self.lines.append(self._paint(rule * min(self._width, 80), "dim"))
            return
        if heading.level in (2, 3) and self.lines[-1:] != [""]:
            self.lines.append("")
        text = heading.text.upper() if heading.level == 2 else heading.text
        indent = 2 if heading.level == 4 else 0
        self._hanging(text, first=indent, rest=indent, style=f"bold {STYLES[heading.tone]}".strip())

    def _bullets(self, bullets: Bullets) -> None:
        first, rest = bullets.indent, bullets.indent + 2
        for item in bullets.items:
            style = STYLES[item.tone]
            label = f"{item.label}: " if item.label else ""
            body = style if item.tone in ("muted", "open", "bad") else ""
            self._hanging(label + item.text, first=first, rest=rest, style=body, label=(len(item.label), style))
            for detail in item.details:
                self._hanging(detail, first=rest, rest=rest)

    def _hanging(self, text: str, *, first: int, rest: int, style: str = "", label: tuple[int, str] = (0, "")) -> None:
        """Add text with a hanging indent; the label at its start has a style of its own."""
        labelled, label_style = label
        for index, line in enumerate(self._wrap(text, rest)):
            head, labelled = line[:labelled], max(labelled - len(line) - 1, 0)
            indent = " " * (first if index == 0 else rest)
            self.lines.append(indent + self._paint(head, label_style) + self._paint(line[len(head) :], style))

    def _wrap(self, text: str, rest: int) -> list[str]:
        """Break text into lines; leading blanks of the text stay, since a tree is drawn with them."""
        blank = len(text) - len(text.lstrip(" "))
        space = self._width - rest - blank
        bare = text.strip()
        if bare.isascii() and len(bare) <= space and "\n" not in bare:
            lines = [bare]
        elif bare.isascii():
            lines = wrap(bare, max(space, 10), break_on_hyphens=False) or [""]
        else:
            console = Console(width=self._width, file=io.StringIO())
            lines = [line.plain.rstrip() for line in Text(bare).wrap(console, max(space, 10))] or [""]
        return [" " * blank + line for line in lines]

    def _forest(self, forest: Forest) -> None:
        for line in draw_forest(forest, width=self._width - 2):
            text = to_ascii(line.text) if self._ascii_only else line.text
            self.lines.append("  " + self._paint(text.rstrip(), FOREST_STYLES[line.kind]))

    def _grid(self, grid: Grid) -> None:
        stream = io.StringIO()
        console = Console(
            file=stream,
            width=self._width,
            height=100,  # with a height of its own it never reads COLUMNS
            force_terminal=self._colour,
            color_system="standard" if self._colour else None,
            no_color=not self._colour,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        edges = box.ASCII2 if self._ascii_only else box.SIMPLE_HEAD
        table = Table(box=edges, padding=(0, 1), pad_edge=False, show_lines=self._ascii_only)
        for at, (name, size) in enumerate(zip(grid.columns, _widths(grid, self._width), strict=True)):
            side: Literal["left", "right"] = "right" if at in grid.right else "left"
            table.add_column(name, width=size, overflow="fold", header_style="bold", justify=side)
        for index, (row, tone) in enumerate(zip(grid.rows, grid.tones, strict=True)):
            painted: Sequence[Tone] = [tone if at in (0, 1, 2) else "plain" for at in range(len(row))]
            tones = grid.cell_tones[index] if grid.cell_tones else painted
            table.add_row(*(Text(cell, style=STYLES[one]) for cell, one in zip(row, tones, strict=True)))
        console.print(table)
        drawn = stream.getvalue().rstrip().split("\n")
        self.lines.extend([*([""] if self._ascii_only and self.lines[-1:] != [""] else []), *drawn, ""])


def _widths(grid: Grid, width: int) -> list[int]:
    """Give every column but the last what it needs, within bounds, and the last one the rest."""
    if grid.most:
        return _bounded_widths(grid, width)
    most = (2, 18, 16, 14) if len(grid.columns) == 5 else (34, 13)
    needed = [
        min(bound, max(len(line) for cell in (name, *(row[at] for row in grid.rows)) for line in cell.split("\n")))
        for at, (name, bound) in enumerate(zip(grid.columns[:-1], most, strict=True))
    ]
    rest = width - sum(needed) - 2 * len(grid.columns) - 2
    return [*needed, max(rest, 12)]


def _bounded_widths(grid: Grid, width: int) -> list[int]:
    """Give every column what it needs within its bound; where that is too much, break lines but spare whole words."""
    cells = [(name, *(row[at] for row in grid.rows)) for at, name in enumerate(grid.columns)]
    needed = [
        min(bound, max(len(line) for cell in column for line in cell.split("\n")))
        for bound, column in zip(grid.most, cells, strict=True)
    ]
    words = [max(len(word) for cell in column for word in cell.split()) for column in cells]
    for spared in (words, [4] * len(needed)):
        while sum(needed) + 3 * len(needed) - 1 > width:
            spare = [size - least for size, least in zip(needed, spared, strict=True)]
            if max(spare) <= 0:
                break
            needed[spare.index(max(spare))] -= 1
    return needed
