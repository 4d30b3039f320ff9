"""The HTML report: the outline as one self-contained page, without scripts and without anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from decidua.report.parts import Block, Bullets, Forest, Grid, Heading, Paragraph

__all__ = ["render_html"]

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1d2330; }
h1 { font-size: 1.5rem; border-bottom: 2px solid #1d2330; } h2 { font-size: 1.15rem; margin-top: 2rem; }
h3 { font-size: 1.05rem; margin: 1.8rem 0 .3rem; } h4 { font-size: .95rem; margin: .9rem 0 .2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; }
th { border-bottom: 2px solid #1d2330; } td { border-bottom: 1px solid #d5d9e2; white-space: pre-line; }
ul { margin: .2rem 0 .4rem; padding-left: 1.2rem; } li ul { list-style: none; padding-left: .6rem; color: #444b5c; }
pre { font: .8rem/1.15 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; overflow-x: auto; }
pre b { font-weight: 700; } pre .pooled { color: #14457d; font-weight: 700; } pre .axis { color: #5d6577; }
.right { text-align: right; }
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
    elif isinstance(block, Forest):
        yield from _plot(block)
    else:
        yield from _grid(block)


PLOT_WIDTH = 100
PLOT_CLASSES = {"pooled": "pooled", "prediction": "pooled", "axis": "axis", "favours": "axis", "questioned": "open"}


def _plot(forest: Forest) -> Iterator[str]:
    from decidua.report.forest import draw_forest  # noqa: PLC0415 - only a report with a plot needs it

    yield '<pre role="img" aria-label="Forest plot; every figure of it stands in the text as well">'
    for line in draw_forest(forest, width=PLOT_WIDTH):
        text = escape(line.text.rstrip())
        if line.kind in ("head", "section"):
            yield f"<b>{text}</b>"
        else:
            name = PLOT_CLASSES.get(line.kind)
            yield f'<span class="{name}">{text}</span>' if name else text
    yield "</pre>"


def _grid(grid: Grid) -> Iterator[str]:
    yield "<table><thead><tr>"
    yield "".join(f"<th>{escape(name)}</th>" for name in grid.columns)
    yield "</tr></thead><tbody>"
    for index, (row, tone) in enumerate(zip(grid.rows, grid.tones, strict=True)):
        tones = (
            grid.cell_tones[index] if grid.cell_tones else [tone if at in (1, 2) else "plain" for at in range(len(row))]
        )
        names = [f"{one} right" if at in grid.right else one for at, one in enumerate(tones)]
        cells = "".join(f'<td class="{name}">{escape(cell)}</td>' for cell, name in zip(row, names, strict=True))
        yield f"<tr>{cells}</tr>"
    yield "</tbody></table>"
