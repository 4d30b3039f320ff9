"""The terminal report: the outline rendered with rich, for 80 columns, with and without colour, in UTF-8 or ASCII."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from decidua.report.parts import Block, Bullets, Grid, Heading, Paragraph, Tone

__all__ = ["render_terminal", "to_ascii"]

STYLES: dict[Tone, str] = {"plain": "", "muted": "dim", "good": "green", "open": "yellow", "bad": "red"}


def render_terminal(blocks: Sequence[Block], *, width: int = 80, colour: bool = False, ascii_only: bool = False) -> str:
    """Render an outline as terminal text.

    Args:
        blocks: The outline.
        width: Columns, 40 or more.
        colour: Whether to use colours and weights.
        ascii_only: Whether the terminal shows ASCII only.
    """
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=max(width, 40),
        force_terminal=colour,
        color_system="standard" if colour else None,
        no_color=not colour,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=False,
        legacy_windows=False,
    )
    for block in blocks:
        _render(console, _changed(block, _to_safe_ascii if ascii_only else _safe), ascii_only=ascii_only)
    return "\n".join(line.rstrip() for line in stream.getvalue().split("\n"))


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
    rows = tuple(tuple(map(change, row)) for row in block.rows)
    return replace(block, columns=tuple(map(change, block.columns)), rows=rows)


_STEERING = dict.fromkeys(
    [*range(0x0A), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\ufffd"
)
"""Signs that would steer the terminal or turn the direction of writing: text from a profile must not do so."""


def _safe(text: str) -> str:
    return text.translate(_STEERING)


def _to_safe_ascii(text: str) -> str:
    return to_ascii(_safe(text))


def to_ascii(text: str) -> str:
    """Turn text into ASCII: letters lose their accents, other signs become near ones or ``?``."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_SIGNS))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).encode("ascii", "replace").decode()


_SIGNS = str.maketrans(
    {
        "\u2265": ">=",
        "\u2264": "<=",
        "\u2013": "-",
        "\u2014": "-",
        "\u00b7": "-",
        "\u2022": "-",
        "\u00b5": "u",
        "\u00f8": "o",
        "\u00d8": "O",
        "\u00df": "ss",
    }
)


def _render(console: Console, block: Block, *, ascii_only: bool) -> None:
    if isinstance(block, Heading):
        _heading(console, block, ascii_only=ascii_only)
    elif isinstance(block, Paragraph):
        console.print(Padding(Text(block.text, style=STYLES[block.tone]), (0, 0, 0, 2)))
    elif isinstance(block, Bullets):
        _bullets(console, block)
    else:
        _grid(console, block, ascii_only=ascii_only)


def _heading(console: Console, heading: Heading, *, ascii_only: bool) -> None:
    rule = "=" if heading.level == 1 else "-"
    if not ascii_only:
        rule = "\u2501" if heading.level == 1 else "\u2500"
    if heading.level == 1:
        console.print(Text(heading.text, style="bold"))
        console.print(Text(rule * min(console.width, 80), style="dim"))
    elif heading.level == 2:
        console.print()
        console.print(Text(heading.text.upper(), style="bold"))
    elif heading.level == 3:
        console.print()
        console.print(Text(heading.text, style=f"bold {STYLES[heading.tone]}".strip()))
    else:
        console.print(Padding(Text(heading.text, style="bold"), (0, 0, 0, 2)))


def _bullets(console: Console, bullets: Bullets) -> None:
    for item in bullets.items:
        line = Text()
        style = STYLES[item.tone]
        if item.label:
            line.append(item.label, style=style)
            line.append(": ")
        line.append(item.text, style=style if item.tone in ("muted", "open", "bad") else "")
        _hanging(console, line, first=bullets.indent, rest=bullets.indent + 2)
        for detail in item.details:
            _hanging(console, Text(detail), first=bullets.indent + 2, rest=bullets.indent + 2)


def _hanging(console: Console, text: Text, *, first: int, rest: int) -> None:
    """Print text with a hanging indent, so that labels stand out at the left."""
    lines = text.wrap(console, console.width - rest)
    for index, line in enumerate(lines):
        line.rstrip()
        console.print(Padding(line, (0, 0, 0, first if index == 0 else rest)), soft_wrap=False)


def _grid(console: Console, grid: Grid, *, ascii_only: bool) -> None:
    table = Table(
        box=box.ASCII2 if ascii_only else box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_lines=ascii_only
    )
    widths = _widths(grid, console.width)
    for name, size in zip(grid.columns, widths, strict=True):
        table.add_column(name, width=size, overflow="fold", header_style="bold")
    for row, tone in zip(grid.rows, grid.tones, strict=True):
        style = STYLES[tone]
        cells = [Text(cell, style=style if index in (0, 1, 2) else "") for index, cell in enumerate(row)]
        table.add_row(*cells)
    console.print(table)


def _widths(grid: Grid, width: int) -> list[int]:
    """Give every column but the last what it needs, within bounds, and the last one the rest."""
    most = (2, 18, 16, 14) if len(grid.columns) == 5 else (34, 13)
    needed = [
        min(bound, max(len(line) for cell in (name, *(row[at] for row in grid.rows)) for line in cell.split("\n")))
        for at, (name, bound) in enumerate(zip(grid.columns[:-1], most, strict=True))
    ]
    rest = width - sum(needed) - 2 * len(grid.columns) - 2
    return [*needed, max(rest, 12)]
