"""Draws a forest plot as text: every line of one width, every mark in the column nearest to its value.

A study is a square (hollow where it carries a concern) on a line for its 95 % interval, a pooled effect a diamond, a
prediction interval dotted; an arrowhead says that an interval leaves the axis. The axis is logarithmic and always holds
1, no effect. Each sign has one of ASCII that is as wide (see ``signs``).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Literal

from rich.cells import cell_len, set_cell_size

from decidua.frozen import Frozen
from decidua.report.parts import Forest, ForestRow

__all__ = ["Axis", "LineKind", "PlotLine", "choose_axis", "draw_forest", "ratio_words"]

LineKind = Literal["head", "section", "study", "questioned", "none", "pooled", "prediction", "axis", "favours"]

LEAST_WIDTH, MOST_WIDTH = 40, 140
LEAST_PLOT, ENOUGH_PLOT = 15, 40
SHORT_NAME, LONG_NAME = 17, 40
"""Columns of the whole, of the plot, and of the names."""

SHORTEST_SPAN = 1.4
"""The axis reaches at least from 1 / this to this, so that a null effect is seen as one."""

STEPS, FINE_STEPS = (1, 2, 5), (1, 1.5, 2, 3, 5, 7)
SPARE_ENDS = 6
NARROW = 8.0
"""Digits at which an axis has labels, the finer ones where it spans less than so many times. It ends at one of the next
few of the finer ones, so that there is room for the labels and the arrowheads."""

WIDE_SPAN = 10.0
"""An interval of a study is shown to its end as far as this (and 1 / this); points are always shown."""

POINTS = {"study": "\u25a0", "questioned": "\u25a1", "pooled": "\u25c6"}
CAPS = {
    "study": ("\u251c", "\u2500", "\u2524"),
    "questioned": ("\u251c", "\u2500", "\u2524"),
    "pooled": ("\u25c4", "\u2550", "\u25ba"),
    "prediction": ("(", "\u2504", ")"),
}
LEAVES_LEFT, LEAVES_RIGHT, NO_EFFECT, CROSSED = "\u2190", "\u2192", "\u2502", "\u253c"


class PlotLine(Frozen):
    """One line of a plot; ``kind`` says what it holds, for colour."""

    text: str
    kind: LineKind


class Axis(Frozen):
    """A logarithmic axis over so many columns.

    Attributes:
        low, high: Ratios at the first and the last column.
        columns: Columns, 2 or more.
    """

    low: float
    high: float
    columns: int

    def column(self, ratio: float) -> int:
        """Return the column nearest to a ratio; below 0 or beyond the last one where it leaves the axis."""
        share = math.log(ratio / self.low) / math.log(self.high / self.low)
        return math.floor(share * (self.columns - 1) + 0.5)

    def ticks(self) -> list[float]:
        """Return the ratios to label: 1, then the ends, then what lies between, as far as there is room."""
        digits = FINE_STEPS if self.high / self.low < NARROW else STEPS
        candidates = [1.0, self.low, self.high, *_steps(self.low, self.high, digits)]
        taken: list[tuple[int, int]] = []
        chosen: list[float] = []
        for ratio in dict.fromkeys(candidates):
            start, end = self.label_place(ratio)
            if all(end + 2 <= other_start or other_end + 2 <= start for other_start, other_end in taken):
                taken.append((start, end))
                chosen.append(ratio)
        return sorted(chosen)

    def label_place(self, ratio: float) -> tuple[int, int]:
        """Return the first column of a tick's label and the one after its last; it is centred on its tick."""
        size = len(f"{ratio:g}")
        start = self.column(ratio) - (size - 1) // 2
        return start, start + size


def _steps(low: float, high: float, digits: Sequence[float]) -> Iterator[float]:
    """Yield some multiples of every power of ten between two ratios."""
    for power in range(math.floor(math.log10(low)) - 1, math.ceil(math.log10(high)) + 1):
        for digit in digits:
            value = float(f"{digit}e{power}")
            if low <= value <= high:
                yield value


def choose_axis(rows: Sequence[ForestRow], columns: int) -> Axis:
    """Choose an axis that holds every point, every pooled interval and 1, and wide intervals as far as is sensible.

    It is the shortest one whose ends can both be labelled and on which no point hides an arrowhead.
    """
    drawn = [(row.kind, row.ratio) for row in rows if row.ratio is not None]
    points = [ratio[0] for kind, ratio in drawn if kind != "prediction"]
    pooled = [end for kind, ratio in drawn if kind == "pooled" for end in ratio[1:]]
    needed = [1.0, SHORTEST_SPAN, 1 / SHORTEST_SPAN, *points, *pooled]
    lows = [max(ratio[1], 1 / WIDE_SPAN) for _, ratio in drawn]
    highs = [min(ratio[2], WIDE_SPAN) for _, ratio in drawn]
    low, high = min([*needed, *lows]), max([*needed, *highs])
    below = sorted(_steps(low / 100, low, FINE_STEPS), reverse=True)[:SPARE_ENDS]
    above = sorted(_steps(high, high * 100, FINE_STEPS))[:SPARE_ENDS]
    pairs = sorted((at + to, to) for at in range(len(below)) for to in range(len(above)))
    axes = [Axis(below[far - to], above[to], columns) for far, to in pairs]
    return next((axis for axis in axes if _has_room(axis, [ratio for _, ratio in drawn])), axes[0])


def _has_room(axis: Axis, drawn: Sequence[tuple[float, float, float]]) -> bool:
    """Say whether both ends have their labels, and no point hides the arrowhead of its own interval."""
    if not {axis.low, axis.high} <= {*axis.ticks()}:
        return False
    last = axis.columns - 1
    for point, low, high in drawn:
        if axis.column(low) < 0 and axis.column(point) == 0:
            return False
        if axis.column(high) > last and axis.column(point) == last:
            return False
    return True


def ratio_words(ratio: tuple[float, float, float], *, point: bool = True) -> str:
    """Say a ratio with its interval in a few signs: ``0.91 (0.71-1.16)``."""
    interval = f"({_figure(ratio[1])}-{_figure(ratio[2])})"
    return f"{_figure(ratio[0])} {interval}" if point else interval


def _figure(value: float) -> str:
    """Return a ratio with two decimals below 10, one below 100, else none."""
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"


class _Layout(Frozen):
    """Widths of the columns; 0 where one is left out for want of room."""

    name: int
    treated: int
    control: int
    plot: int
    ratio: int
    weight: int

    def left(self, name: str, treated: str, control: str) -> str:
        """Put what stands left of the plot side by side: the name to the left, counts to the right."""
        counts = (_right(text, size) for text, size in ((treated, self.treated), (control, self.control)) if size)
        return " ".join((_fit(name, self.name), *counts))

    def line(self, left: str, plot: str, ratio: str = "", weight: str = "") -> str:
        """Put a whole line together."""
        figures = (_right(text, size) for text, size in ((ratio, self.ratio), (weight, self.weight)) if size)
        return " ".join((left, f" {_fit(plot, self.plot)} ", *figures))

    @property
    def plot_start(self) -> int:
        """The column at which the plot begins."""
        return self.name + sum(size + 1 for size in (self.treated, self.control) if size) + 2

    @property
    def width(self) -> int:
        """Columns of every line."""
        return self.plot_start + self.plot + 1 + sum(size + 1 for size in (self.ratio, self.weight) if size)


def _fit(text: str, size: int) -> str:
    """Bring text to a width; what is cut off leaves two dots, and a year at the end stays."""
    if cell_len(text) > size:
        head, _, year = text.rpartition(" ")
        tail = f".. {year}" if head and len(year) == 4 and year.isdigit() and size > 10 else ".."
        text = set_cell_size(text, size - len(tail)).rstrip() + tail
    return set_cell_size(text, size)


def _right(text: str, size: int) -> str:
    return " " * (size - len(text)) + text


def draw_forest(forest: Forest, *, width: int) -> list[PlotLine]:
    """Draw a forest plot.

    Args:
        forest: What to draw.
        width: Columns that every line fills, 40 to 140; more are not needed. Where there is little room the weights go
            first, then the counts: they stand elsewhere too.

    Returns:
        The lines, all of that width.
    """
    layout = _lay_out(forest, min(max(width, LEAST_WIDTH), MOST_WIDTH))
    axis = choose_axis(forest.rows, layout.plot)
    return list(_lines(forest, layout, axis))


def _lay_out(forest: Forest, width: int) -> _Layout:
    rows = [row for row in forest.rows if row.kind != "section"]
    treated = max(len("treated"), *(len(row.treated) for row in rows), 0)
    control = max(len("control"), *(len(row.control) for row in rows), 0)
    ratio = max(len(f"{forest.measure} (95 % CI)"), *(len(_ratio_cell(row)) for row in rows), 0)
    weight = max((len(_weight_cell(row)) for row in rows), default=0)
    longest = min(max((cell_len(row.name) for row in rows), default=0), LONG_NAME)
    for counted, against, share in ((treated, control, weight and 5), (treated, control, 0), (0, 0, 0)):
        free = width - 3 - sum(size + 1 for size in (counted, against, ratio, share) if size)
        name = min(longest, max(SHORT_NAME, free - ENOUGH_PLOT))
        if free - name >= LEAST_PLOT:
            return _Layout(name, counted, against, free - name, ratio, share)
    return _Layout(free - LEAST_PLOT, 0, 0, LEAST_PLOT, ratio, 0)


def _weight_cell(row: ForestRow) -> str:
    if row.weight is None:
        return ""
    return "100" if row.weight > 0.9995 else f"{100 * row.weight:.1f}"


def _ratio_cell(row: ForestRow) -> str:
    return "" if row.ratio is None else ratio_words(row.ratio, point=row.kind != "prediction")


def _lines(forest: Forest, layout: _Layout, axis: Axis) -> Iterator[PlotLine]:
    head = layout.line(layout.left("", "treated", "control"), "", f"{forest.measure} (95 % CI)", "wt, %")
    yield PlotLine(head, "head")
    for row in forest.rows:
        if row.kind == "section":
            for text in wrap(row.name, layout.width, break_on_hyphens=False):
                yield PlotLine(_fit(text, layout.width), "section")
            continue
        left = layout.left(row.name, row.treated, row.control)
        if row.ratio is None:
            yield PlotLine(left + _fit(f"  {row.note}", layout.width - cell_len(left)), "none")
            continue
        marks = _marks(row.kind, row.ratio, axis)
        yield PlotLine(layout.line(left, marks, _ratio_cell(row), _weight_cell(row)), row.kind)
    yield from _scale(forest, layout, axis)


def _marks(kind: str, ratio: tuple[float, float, float], axis: Axis) -> str:
    """Draw one row over the axis: the interval, then what crosses it, its ends, and the point above all."""
    point, low, high = (axis.column(value) for value in ratio)
    last, null = axis.columns - 1, axis.column(1.0)
    start, line, end = CAPS[kind]
    signs = [" "] * axis.columns
    for column in range(max(low, 0), min(high, last) + 1):
        signs[column] = line
    signs[null] = CROSSED if signs[null] == line and kind != "pooled" else NO_EFFECT if signs[null] == " " else line
    if low < 0:
        signs[0] = LEAVES_LEFT
    elif low <= last:
        signs[low] = start
    if high > last:
        signs[last] = LEAVES_RIGHT
    elif high >= 0:
        signs[high] = end
    if kind in POINTS:
        signs[point] = POINTS[kind]
    return "".join(signs)


def _scale(forest: Forest, layout: _Layout, axis: Axis) -> Iterator[PlotLine]:
    """Yield the axis, its labels, and which side favours what."""
    null, ticks = axis.column(1.0), axis.ticks()
    line = ["\u2500"] * axis.columns
    for ratio in ticks:
        line[axis.column(ratio)] = "\u252c"
    line[null] = CROSSED
    yield PlotLine(layout.line(layout.left("", "", ""), "".join(line)), "axis")
    labels = [" "] * layout.width
    for ratio in ticks:
        start, end = axis.label_place(ratio)
        labels[layout.plot_start + start : layout.plot_start + end] = f"{ratio:g}"
    yield PlotLine("".join(labels), "axis")
    sides = ("control", "treatment") if forest.favourable == "higher" else ("treatment", "control")
    middle = layout.plot_start + null
    before = f"favours {sides[0]} {LEAVES_LEFT}"
    after = f"{LEAVES_RIGHT} favours {sides[1]}"
    left = before.rjust(middle)[-middle:] if middle >= len(before) else sides[0].rjust(middle)[-middle:]
    yield PlotLine(_fit(f"{left} {after}", layout.width), "favours")
