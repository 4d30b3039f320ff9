"""Forest plots as text, read back: every mark in the column nearest to its value, every line of one width."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from decidua.report.forest import choose_axis, draw_forest
from decidua.report.parts import Forest, ForestRow
from decidua.report.signs import to_ascii

POINT = {"study": "■", "questioned": "□", "pooled": "◆"}


def study(point, low, high, *, name="Someone 2001", kind="study", weight=None):
    return ForestRow(kind, name, "10/20", "8/21", (point, low, high), weight)


def drawn(rows, width=80, favourable="higher"):
    return draw_forest(Forest(tuple(rows), favourable), width=width)


def scale(lines):
    """Read the axis back: the column of each tick and the ratio that its label says, in the order of both."""
    axis = next(line.text for line in lines if line.kind == "axis" and ("┬" in line.text or "┼" in line.text))
    labels = [line.text for line in lines if line.kind == "axis"][1]
    ticks = [at for at, sign in enumerate(axis) if sign in "┬┼"]
    values = [float(word) for word in labels.split()]
    assert len(ticks) == len(values)
    return dict(zip(values, ticks, strict=True)), axis


def expected_column(value, low, high):
    """Return the column nearest to a value, by the two labelled ends of the axis: (ratio, column) each."""
    share = (math.log(value) - math.log(low[0])) / (math.log(high[0]) - math.log(low[0]))
    return low[1] + share * (high[1] - low[1])


@st.composite
def effects(draw):
    log = st.floats(min_value=-3.5, max_value=3.5)
    point = draw(log)
    below, above = draw(st.floats(min_value=0.02, max_value=4)), draw(st.floats(min_value=0.02, max_value=4))
    return math.exp(point), math.exp(point - below), math.exp(point + above)


ROWS = st.lists(st.tuples(effects(), st.sampled_from(["study", "questioned", "pooled"])), min_size=1, max_size=6)


@given(ROWS, st.integers(min_value=60, max_value=200))
def test_every_mark_stands_in_the_column_nearest_to_its_value(found, width):
    rows = [study(*effect, kind=kind) for effect, kind in found]
    lines = drawn(rows, width)
    assert {len(line.text) for line in lines} == {min(width, 140)}
    ticks, axis = scale(lines)
    first, last = len(axis) - len(axis.lstrip()), len(axis.rstrip()) - 1
    ends = (min(ticks), first), (max(ticks), last)
    assert ticks[min(ticks)] == first
    assert ticks[max(ticks)] == last
    for value, column in ticks.items():
        assert abs(expected_column(value, *ends) - column) <= 0.5 + 1e-9
    for (effect, kind), line in zip(found, [one for one in lines if one.kind in POINT], strict=True):
        plot = line.text[: last + 1]
        point = plot.index(POINT[kind], first)
        assert abs(expected_column(effect[0], *ends) - point) <= 0.5 + 1e-9
        left, right = (expected_column(value, *ends) for value in effect[1:])
        marks = {"study": "├┤", "questioned": "├┤", "pooled": "◄►"}[kind]
        begin = [at for at in range(first, last + 1) if plot[at] in "←" + marks[0]]
        finish = [at for at in range(first, last + 1) if plot[at] in "→" + marks[1]]
        assert len(begin) <= 1
        assert len(finish) <= 1
        if begin and plot[begin[0]] == "←":
            assert begin == [first]
            assert left < first - 0.4
        elif begin:
            assert abs(left - begin[0]) <= 0.5 + 1e-9
        else:  # the point, or the other end, hides it
            assert left > point - 1.6
        if finish and plot[finish[0]] == "→":
            assert finish == [last]
            assert right > last + 0.4
        elif finish:
            assert abs(right - finish[0]) <= 0.5 + 1e-9
        else:
            assert right < point + 1.6
        inside = plot[begin[0] + 1 if begin else point : finish[0] if finish else point]
        assert " " not in inside


@given(ROWS, st.integers(min_value=60, max_value=200))
def test_no_effect_is_one_column_in_every_row_and_always_labelled(found, width):
    lines = drawn([study(*effect, kind=kind) for effect, kind in found], width)
    ticks, axis = scale(lines)
    assert axis[ticks[1.0]] == "┼"
    assert axis.count("┼") == 1
    for line in lines:
        if line.kind in POINT:
            assert line.text[ticks[1.0]] in "│┼═├┤◄►■□◆←→"


@given(ROWS, st.integers(min_value=60, max_value=200))
def test_the_ascii_plot_has_each_sign_in_the_same_column(found, width):
    rows = [study(*effect, kind=kind) for effect, kind in found]
    rows.append(study(1.0, 0.5, 3.0, kind="prediction"))
    for line in drawn(rows, width):
        ascii_line = to_ascii(line.text)
        assert ascii_line.isascii()
        assert "?" not in ascii_line
        assert [at for at, sign in enumerate(ascii_line) if sign == " "] == [
            at for at, sign in enumerate(line.text) if sign == " "
        ]


@given(ROWS)
def test_the_axis_holds_every_point_every_pooled_interval_and_no_effect(found):
    axis = choose_axis([study(*effect, kind=kind) for effect, kind in found], 41)
    assert axis.low < 1 < axis.high
    for effect, kind in found:
        for value in effect if kind == "pooled" else effect[:1]:
            assert axis.low <= value * (1 + 1e-12)
            assert value <= axis.high * (1 + 1e-12)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
@pytest.mark.parametrize(
    "name",
    [
        "A",
        "A very long name of a study that nobody would have given it, in a very long line 2019",
        "試験試験試験試験試験試験試験試験試験試験試験 2020",
    ],
)
def test_long_and_wide_names_are_shortened_and_nothing_wraps(name, width):
    lines = drawn([study(1.2, 0.8, 1.8, name=name), study(0.9, 0.7, 1.1)], width)
    assert {cell_len(line.text) for line in lines} == {min(width, 140)}
    first = next(line.text for line in lines if line.kind == "study")
    if name[-4:].isdigit():
        assert name[-4:] in first
    if len(name) > 60:
        assert ".. " in first


def test_a_study_without_events_is_listed_and_says_why_it_has_no_ratio():
    none = ForestRow("study", "Nobody 2001", "0/42", "0/40", None, None, "no ratio: no events in either arm")
    for width in (60, 80, 120):
        lines = drawn([none, study(1.2, 0.8, 1.8)], width)
        text = next(line.text for line in lines if "Nobody 2001" in line.text)
        assert "no ratio: no events in either arm" in text
        assert not set(text) & {*"■□◆├┤─│"}
        assert len(text) == width


def test_a_plot_of_nothing_but_a_study_without_a_ratio_still_has_an_axis():
    none = ForestRow("study", "Nobody 2001", "0/42", "0/40", None, None, "no ratio: no events in either arm")
    ticks, _ = scale(drawn([none]))
    assert ticks.keys() >= {0.7, 1.0, 1.5}


@pytest.mark.parametrize(
    ("favourable", "left", "right"), [("higher", "control", "treatment"), ("lower", "treatment", "control")]
)
def test_what_is_favoured_follows_the_good_side_of_the_outcome(favourable, left, right):
    lines = drawn([study(1.2, 0.8, 1.8)], 80, favourable)
    ticks, _ = scale(lines)
    favours = next(line.text for line in lines if line.kind == "favours")
    assert favours[: ticks[1.0]].strip() == f"favours {left} ←"
    assert favours[ticks[1.0] + 1 :].strip() == f"→ favours {right}"


def test_a_prediction_interval_is_dotted_and_has_no_point():
    row = ForestRow("prediction", "In a new study", ratio=(1.2, 0.6, 2.4))
    lines = drawn([study(1.2, 0.8, 1.8), row])
    text = next(line.text for line in lines if line.kind == "prediction")
    assert "┄" in text
    assert not set(text) & {*"■□◆├┤─"}
    assert "(0.60-2.40)" in text
    ticks, _ = scale(lines)
    plot = text[: max(ticks.values()) + 1]
    ends = (min(ticks), ticks[min(ticks)]), (max(ticks), ticks[max(ticks)])
    assert abs(expected_column(0.6, *ends) - plot.index("(")) <= 0.5
    assert abs(expected_column(2.4, *ends) - plot.index(")")) <= 0.5


def test_figures_stand_beside_the_plot_and_weights_go_first_where_there_is_no_room():
    rows = [
        study(1.2, 0.8, 1.8, weight=0.25),
        study(0.5, 0.4, 12.34, weight=0.75),
        study(1, 0.9, 1.1, kind="pooled", weight=1.0),
    ]
    wide, narrow = drawn(rows, 80), drawn(rows, 40)
    texts = [line.text for line in wide if line.kind in POINT]
    assert texts[0].split() == [
        "Someone",
        "2001",
        "10/20",
        "8/21",
        *texts[0].split()[4:-3],
        "1.20",
        "(0.80-1.80)",
        "25.0",
    ]
    assert texts[1].endswith("0.50 (0.40-12.3)  75.0")
    assert texts[2].endswith("   100")
    assert not any("25.0" in line.text for line in narrow)
    assert any("1.20 (0.80-1.80)" in line.text for line in narrow)
    assert {len(line.text) for line in narrow} == {40}
