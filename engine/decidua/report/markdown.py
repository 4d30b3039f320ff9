"""The Markdown report: the outline as GitHub-flavoured Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from decidua.report.parts import Block, Bullets, Forest, Grid, Heading, Paragraph

__all__ = ["render_markdown"]


PLOT_WIDTH = 100
"""Columns of a plot in a fenced block."""


def render_markdown(blocks: Sequence[Block], *, ascii_only: bool = False) -> str:
    """Render an outline as Markdown.

    Args:
        blocks: The outline.
        ascii_only: Whether only ASCII can be written; then a plot is drawn with it, for a fenced block has no entities.
    """
    lines = [line for block in blocks for line in _render(block, ascii_only=ascii_only)]
    return "\n".join(lines).strip() + "\n"


def _render(block: Block, *, ascii_only: bool) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {_escape(block.text)}"
    elif isinstance(block, Paragraph):
        yield _escape(block.text)
    elif isinstance(block, Bullets):
        for item in block.items:
            label = f"**{_escape(item.label)}:** " if item.label else ""
            yield f"- {label}{_escape(item.text)}"
            for detail in item.details:
                yield f"  - {_escape(detail)}"
    elif isinstance(block, Forest):
        yield from _plot(block, ascii_only=ascii_only)
    else:
        yield from _grid(block)
    yield ""


def _plot(forest: Forest, *, ascii_only: bool) -> Iterator[str]:
    from decidua.report.forest import draw_forest  # noqa: PLC0415 - only a report with a plot needs it
    from decidua.report.signs import to_ascii  # noqa: PLC0415

    change = to_ascii if ascii_only else str
    rows = (replace(row, name=change(row.name), note=change(row.note)) for row in forest.rows)
    yield "```text"
    for line in draw_forest(replace(forest, rows=tuple(rows)), width=PLOT_WIDTH):
        yield change(line.text).rstrip()
    yield "```"


def _grid(grid: Grid) -> Iterator[str]:
    yield f"| {' | '.join(_escape(name) for name in grid.columns)} |"
    yield f"|{'|'.join(' --- ' for _ in grid.columns)}|"
    for row in grid.rows:
        yield f"| {' | '.join(_escape(cell).replace(chr(10), '<br>') for cell in row)} |"


def _escape(text: str) -> str:
    """Escape what Markdown would read as markup."""
    for sign in ("\\", "*", "_", "`", "[", "]", "<", "|", "#"):
        text = text.replace(sign, f"\\{sign}")
    return text
