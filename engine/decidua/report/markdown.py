"""The Markdown report: the outline as GitHub-flavoured Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from decidua.report.parts import Block, Bullets, Grid, Heading, Paragraph

__all__ = ["render_markdown"]


def render_markdown(blocks: Sequence[Block]) -> str:
    """Render an outline as Markdown."""
    lines = [line for block in blocks for line in _render(block)]
    return "\n".join(lines).strip() + "\n"


def _render(block: Block) -> Iterator[str]:
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
    else:
        yield from _grid(block)
    yield ""


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
