"""The HTML report: the outline as one self-contained page, without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from decidua.report.parts import Block, Bullets, Grid, Heading, Paragraph

__all__ = ["render_html"]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1d2330; }
h1 { font-size: 1.5rem; border-bottom: 2px solid #1d2330; } h2 { font-size: 1.15rem; margin-top: 2rem; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .3rem; } h4 { font-size: .95rem; margin: .9rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; }
th { border-bottom: 2px solid #1d2330; } td { border-bottom: 1px solid #d5d9e2; white-space: pre-line; }
ul { margin: .2rem 0 .4rem; padding-left: 1.2rem; } li ul { list-style: none; padding-left: .6rem; color: #444b5c; }
.muted { color: #5d6577; } .good { color: #17693a; } .open { color: #805500; } .bad { color: #a3211d; }
@media print { body { margin: 0; max-width: none; } h3 { break-after: avoid; } }
"""


def render_html(blocks: Sequence[Block], *, title: str = "decidua") -> str:
    """Render an outline as a self-contained HTML page."""
    body = "\n".join(line for block in blocks for line in _render(block))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _render(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f'<h{block.level} class="{block.tone}">{escape(block.text)}</h{block.level}>'
    elif isinstance(block, Paragraph):
        yield f'<p class="{block.tone}">{escape(block.text)}</p>'
    elif isinstance(block, Bullets):
        yield "<ul>"
        for item in block.items:
            label = f"<strong>{escape(item.label)}:</strong> " if item.label else ""
            details = "".join(f"<li>{escape(detail)}</li>" for detail in item.details)
            inner = f"<ul>{details}</ul>" if details else ""
            yield f'<li class="{item.tone}">{label}{escape(item.text)}{inner}</li>'
        yield "</ul>"
    else:
        yield from _grid(block)


def _grid(grid: Grid) -> Iterator[str]:
    yield "<table><thead><tr>"
    yield "".join(f"<th>{escape(name)}</th>" for name in grid.columns)
    yield "</tr></thead><tbody>"
    for row, tone in zip(grid.rows, grid.tones, strict=True):
        cells = "".join(
            f'<td class="{tone if at in (1, 2) else "plain"}">{escape(cell)}</td>' for at, cell in enumerate(row)
        )
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"
