"""Pictures as text."""

from __future__ import annotations

import math
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from drawn_cells import area, cell, cells_of, column_at, columns_of, dots, is_braille, style_at
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.color import Color

from gdtui.ui.plots.axes import Axis
from gdtui.ui.plots.picture import BEAD, Curve, Heat, Level, Picture, Points, Stem
from gdtui.ui.plots.plotting import draw

PROPERTIES = Path(__file__).parent / "plotting_properties.py"
WIDTH, HEIGHT = 70, 18


def drawn(*curves, width=WIDTH, height=HEIGHT, **options):
    """The lines of a picture of some curves."""
    picture = Picture([Curve(*each) for each in curves], **options)
    return draw(picture, width, height).text.plain.split("\n")


def ticks(lines):
    """The labels of the vertical axis, from the top."""
    return [line.partition("┤")[0].strip() for line in lines if "┤" in line]


@pytest.mark.slow
def test_any_picture_has_the_size_asked_for():
    command = [sys.executable, str(PROPERTIES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


# What is in a picture -----------------------------------------------------------------


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right():
    lines = drawn(([1, 2, 3], [1, 2, 3]))[:-2]
    places = [columns_of(line, is_braille) for line in lines]
    assert all(places)
    assert places == sorted(places, reverse=True)
    assert places[0][-1] == WIDTH - 1


def test_the_peak_of_100_000_points_survives():
    x, y = np.arange(1.0, 100_001), np.zeros(100_000)
    y[54_320] = 7.0
    lines = drawn((x, y), x_limits=(1, 100_000))
    (at,) = columns_of(lines[0], is_braille)
    left = lines[0].index("│") if "│" in lines[0] else lines[0].index("┤")
    assert at == pytest.approx(left + 0.54321 * (WIDTH - left), abs=1.5)


def test_the_least_of_100_000_points_survives():
    x, y = np.arange(1.0, 100_001), np.ones(100_000)
    y[33_333] = -7.0
    *_, lowest, _axis, _labels = drawn((x, y))
    assert len(columns_of(lowest, is_braille)) == 1


def test_thinning_does_not_change_what_a_picture_shows():
    x = np.linspace(0, 1, 2 * WIDTH)
    few = drawn((x, x), x_limits=(0, 1))
    x = np.linspace(0, 1, 50_000)
    many = drawn((x, x), x_limits=(0, 1))
    assert ticks(few) == ticks(many)
    assert few[-2:] == many[-2:]
    for left, right in zip(few, many, strict=True):
        assert abs(len(columns_of(left, is_braille)) - len(columns_of(right, is_braille))) <= 2


def test_a_level_is_a_dashed_line_right_across():
    lines = drawn(([1, 2], [0, 10]), levels=[Level(5.0)])
    dashed = [number for number, line in enumerate(lines) if line.count("╌") > WIDTH / 2]
    assert len(dashed) == 1
    assert dashed[0] == pytest.approx((HEIGHT - 3) / 2, abs=1)


def test_a_level_alone_stretches_the_axis():
    lines = drawn(([1, 2], [0, 1]), levels=[Level(100.0)])
    assert "╌" in lines[0]
    assert "100" in ticks(lines)


def test_a_curve_lies_over_a_level():
    lines = drawn(([1, 2], [5, 5]), levels=[Level(5.0)])
    assert not any("╌" in line for line in lines)
    assert any(is_braille(character) for line in lines for character in line)


def test_the_marker_is_a_line_from_top_to_bottom():
    lines = drawn(([0, 100], [0, 0]), marker=25.0, x_limits=(0, 100))
    places = [columns_of(line, "┊".__eq__) for line in lines[:-2]]
    left = lines[-2].index("└")
    assert sum(map(bool, places)) >= HEIGHT - 3
    (at,) = {place for each in places for place in each}
    assert at == pytest.approx(left + 0.25 * (WIDTH - left), abs=1.5)


def test_a_marker_beyond_the_limits_stands_at_the_edge():
    lines = drawn(([0, 100], [0, 1]), marker=1e6, x_limits=(0, 100))
    assert all(line.endswith("┊") for line in lines[1:-2])


def test_without_marker_and_levels_there_are_none():
    text = "".join(drawn(([1, 2], [0, 10])))
    assert "┊" not in text
    assert "╌" not in text


def test_the_axes_have_their_names():
    lines = drawn(([1, 2], [0, 10]), x_label="epoch", y_label="loss")
    assert lines[0].strip() == "loss"
    assert lines[-1].strip() == "epoch"


def test_a_small_picture_leaves_names_and_axes_out():
    low = "".join(drawn(([1, 2], [0, 10]), height=7, x_label="epoch", y_label="loss"))
    assert "┤" in low
    assert "epoch" not in low
    assert "loss" not in low
    narrow = drawn(([1, 2], [0, 10]), width=11, x_label="epoch")
    assert all(character == " " or is_braille(character) for character in "".join(narrow))
    assert any(map(is_braille, "".join(narrow)))


def test_the_ends_of_the_horizontal_axis_are_labelled():
    x = np.arange(1, 101)
    labels = drawn((x, x))[-1].split()
    assert (labels[0], labels[-1]) == ("1", "100")
    labels = drawn((x, x), x_limits=(1, 1000))[-1].split()
    assert (labels[0], labels[-1]) == ("1", "1000")


def test_the_ticks_of_a_logarithmic_axis_are_powers_of_ten():
    x = np.arange(1, 101)
    lines = drawn((x, 10.0 ** (-x / 20)), log=True)
    assert ticks(lines) == ["1e-1", "1e-2", "1e-3", "1e-4", "1e-5"]


def test_the_ticks_of_a_plain_axis_are_round_numbers():
    assert ticks(drawn(([1, 2], [0, 10]))) == ["10", "8", "6", "4", "2", "0"]
    assert ticks(drawn(([1, 2], [0, 1e-5]))) == ["1e-5", "8e-6", "6e-6", "4e-6", "2e-6", "0"]
    assert ticks(drawn(([1, 2], [0, 1e9])))[::5] == ["1e9", "0"]


def test_curves_and_levels_have_their_colours():
    red, green = (255, 0, 0), (0, 255, 0)
    picture = Picture([Curve([1, 2], [0, 1], red)], [Level(0.5, green)])
    text = draw(picture, WIDTH, HEIGHT).text
    drawn_in = {}
    for span in text.spans:
        colour = getattr(span.style, "color", None)
        drawn_in.setdefault(colour, set()).update(text.plain[span.start : span.end])
    assert any(map(is_braille, drawn_in[Color.from_rgb(*red)]))
    assert "╌" in drawn_in[Color.from_rgb(*green)]


def test_one_picture_leaves_nothing_in_the_next():
    first = drawn(([1, 2, 3], [3, 1, 2]), x_label="a", y_label="b")
    drawn(([5], [1e9]), levels=[Level(3.0)], marker=2.0, log=True, width=30, height=9)
    assert drawn(([1, 2, 3], [3, 1, 2]), x_label="a", y_label="b") == first


# Marks and stems ----------------------------------------------------------------------

BOX = {"x_limits": (-2.0, 8.0), "y_limits": (0.0, 50.0)}


def test_marks_stand_where_their_points_are():
    x, y = [-2.0, 0.1, 3.3, 8.0, 8.0], [0.0, 7.0, 41.5, 50.0, 0.0]
    lines = drawn(points=[Points(x, y, "✕")], **BOX)
    expected = [cell(lines, *point, *BOX.values()) for point in zip(x, y, strict=True)]
    assert cells_of(lines, "✕".__eq__) == sorted(expected)


def test_marks_stretch_the_axes():
    lines = drawn(points=[Points([0, 4], [10, 30])])
    left, top, columns, rows = area(lines)
    ends = [(top, left + columns - 1), (top + rows - 1, left)]
    assert cells_of(lines, "●".__eq__) == ends
    assert (ticks(lines)[0], ticks(lines)[-1]) == ("30", "10")


@pytest.mark.parametrize("point", [(9, 25), (-3, 25), (3, 51), (3, -1), (1e300, -1e300)])
def test_marks_beyond_the_limits_are_left_out(point):
    inside = Points([3.0], [24.0])
    both = Points([3.0, point[0]], [24.0, point[1]])
    assert drawn(points=[both], **BOX) == drawn(points=[inside], **BOX)


def test_a_mark_that_is_left_out_does_not_stretch_the_other_axis():
    inside, both = Points([3, 4], [24, 30]), Points([3, 4, 900], [24, 30, 999])
    for limits in ({"x_limits": (0, 10)}, {"y_limits": (0, 100)}):
        assert drawn(points=[both], **limits) == drawn(points=[inside], **limits)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_marks_and_stems_that_are_not_finite_are_left_out(bad):
    expected = drawn(points=[Points([3, 4], [24, 30])])
    points = [Points([3, bad, 5, 4], [24, 1, bad, 30])]
    stems = [Stem(bad, 0, 1), Stem(3, bad, 1), Stem(3, 0, bad)]
    assert drawn(points=points, stems=stems, cursor=bad) == expected


def test_a_logarithmic_axis_has_no_marks_or_stems_up_to_0():
    expected = drawn(points=[Points([1, 4], [1, 100])], log=True)
    points, stems = [Points([1, 2, 3, 4], [1, 0, -1, 100])], [Stem(2, -1, 10), Stem(2, 0, 10)]
    assert drawn(points=points, stems=stems, log=True) == expected


def test_a_mark_on_a_logarithmic_axis():
    lines = drawn(points=[Points([3.3], [1000.0])], log=True, x_limits=(0, 10), y_limits=(1, 1e5))
    assert cells_of(lines, "●".__eq__) == [cell(lines, 3.3, 3.0, (0, 10), (0, 5))]


@pytest.mark.slow
@pytest.mark.parametrize("height", range(9, 25))
@pytest.mark.parametrize("value", [-2, 0, 2])
def test_marks_stems_levels_and_ticks_agree_on_values_between_two_cells(value, height):
    # They are a quarter, half and three quarters along the axes, which for some numbers of rows
    # and columns is just between two of them.
    limits = {"x_limits": (-4.0, 4.0), "y_limits": (-4.0, 4.0), "height": height}
    for width in range(57, 65):
        options = {"width": width, **limits}
        lines = drawn(points=[Points([value], [value])], levels=[Level(value)], **options)
        ((row, column),) = cells_of(lines, "●".__eq__)
        assert "╌" in lines[row]
        assert lines[-2][column] == "┬"
        if "┤" in lines[row] or value == 0:
            assert lines[row].partition("┤")[0].strip() == str(value)
        upright = drawn(stems=[Stem(value, value, 4)], **options)
        assert cells_of(upright, "│".__eq__)[-1] == (row, column)


@pytest.mark.parametrize("point", [(3.3, 41.5), (3.35, 40.9), (0.123, 7.0), (3.0, 25.0)])
def test_a_bead_is_four_dots_around_its_place(point):
    drawing = draw(Picture(points=[Points([point[0]], [point[1]], BEAD)], **BOX), WIDTH, HEIGHT)
    x, y = (
        (at - ends[0]) / (ends[1] - ends[0]) for at, ends in zip(point, BOX.values(), strict=True)
    )
    column = drawing.left + x * (drawing.columns - 1)
    row = drawing.top + (1 - y) * (drawing.rows - 1)
    places = np.array(dots(drawing.text))
    assert len(places) == 4
    assert np.ptp(places, axis=0) == pytest.approx([0.25, 0.5])
    # Its middle is no more than half a dot away, in any direction.
    away = np.abs(places.mean(axis=0) - [row, column])
    assert (away <= np.array([0.125, 0.25]) * 1.01).all()


def test_beads_share_a_cell_and_stay_within_the_picture():
    two = Points([3.02, 3.02], [24.0, 25.5], BEAD)
    assert len(dots(draw(Picture(points=[two], **BOX), WIDTH, HEIGHT).text)) == 8
    corners = Points([-2, 8], [0, 50], BEAD)
    drawing = draw(Picture(points=[corners], **BOX), WIDTH, HEIGHT)
    lines = drawing.text.plain.split("\n")
    ends = [(0, WIDTH - 1), (drawing.rows - 1, drawing.left)]
    assert cells_of(lines, is_braille) == ends


def test_a_stem_goes_from_one_value_to_the_other():
    for ends in ((7.0, 41.5), (41.5, 7.0)):
        lines = drawn(stems=[Stem(3.3, *ends)], **BOX)
        bottom, column = cell(lines, 3.3, 7.0, *BOX.values())
        top, _ = cell(lines, 3.3, 41.5, *BOX.values())
        assert cells_of(lines, "│".__eq__) == [(row, column) for row in range(top, bottom + 1)]


def test_a_stem_and_a_level_stay_at_the_edge_beyond_the_limits():
    inside = drawn(stems=[Stem(3.3, 0, 41.5)], levels=[Level(50.0)], **BOX)
    for ends in ((-1e9, 41.5), (41.5, -1e9)):
        assert drawn(stems=[Stem(3.3, *ends)], levels=[Level(1e300)], **BOX) == inside


def test_a_stem_stretches_the_axes():
    lines = drawn(([1, 2], [5, 5]), stems=[Stem(4, 0, 10)])
    assert (ticks(lines)[0], ticks(lines)[-1]) == ("10", "0")
    assert {column for _, column in cells_of(lines, "│".__eq__)} == {WIDTH - 1}


# The cursor ---------------------------------------------------------------------------


def test_the_cursor_is_a_solid_line_from_top_to_bottom():
    picture = Picture([Curve([0, 100], [0, 0])], x_limits=(0, 100), cursor=25.2, marker=70.0)
    drawing = draw(picture, WIDTH, HEIGHT)
    lines = drawing.text.plain.split("\n")
    left, _, columns, rows = area(lines)
    column = left + round(0.252 * (columns - 1))
    # The curve lies on top, in the middle row.
    found = cells_of(lines, "┃".__eq__)
    assert [at for _, at in found] == [column] * (rows - 1)
    assert column_at(drawing, 25.2) == column
    assert not {at for _, at in cells_of(lines, "┊".__eq__)} & {column}


def test_a_cursor_beyond_the_limits_stands_at_the_edge():
    lines = drawn(x_limits=(0, 100), cursor=1e300)
    assert {column for _, column in cells_of(lines, "┃".__eq__)} == {WIDTH - 1}


# What lies on top ---------------------------------------------------------------------

RED, GREEN, BLUE = (250, 0, 0), (0, 250, 0), (0, 0, 250)
LAYERS = {
    "level": ({"levels": [Level(5.0, RED)]}, "╌"),
    "stem": ({"stems": [Stem(5.0, 0.0, 10.0, RED)]}, "│"),
    "marker": ({"marker": 5.0}, "┊"),
    "cursor": ({"cursor": 5.0, "cursor_colour": RED}, "┃"),
    "dashed": ({"curves": [Curve([5.0, 5.0], [4.9, 5.1], GREEN, dashed=True)]}, "braille"),
    "curve": ({"curves": [Curve([0.0, 10.0], [5.0, 5.0], BLUE)]}, "braille"),
    "points": ({"points": [Points([5.0], [5.0], "✕", RED)]}, "✕"),
}


@pytest.mark.parametrize(
    ("below", "above"),
    [(low, high) for at, low in enumerate(LAYERS) for high in list(LAYERS)[at + 1 :]],
)
def test_what_is_drawn_later_lies_on_top(below, above):
    parts = dict(LAYERS[below][0])
    for name, more in LAYERS[above][0].items():
        # The wrong way round, so that a dashed curve has to be put below another.
        parts[name] = [*more, *parts[name]] if name in parts else more
    size = 61, 18
    picture = Picture(x_limits=(0, 10), y_limits=(0, 10), heat=Heat([[0.0]], [BLUE]), **parts)
    drawing = draw(picture, *size)
    lines = drawing.text.plain.split("\n")
    ((row, column),) = cells_of(
        draw(
            Picture(points=[Points([5], [5])], x_limits=(0, 10), y_limits=(0, 10)), *size
        ).text.plain.split("\n"),
        "●".__eq__,
    )
    symbol = LAYERS[above][1]
    assert is_braille(lines[row][column]) if symbol == "braille" else lines[row][column] == symbol
    assert style_at(drawing.text, row, column).bgcolor == Color.from_rgb(*BLUE)


def test_a_dashed_curve_lies_below_one_that_is_not():
    curves = [Curve([0, 1], [5, 5], BLUE), Curve([0, 1], [5, 5], GREEN, dashed=True)]
    text = draw(Picture(curves), WIDTH, HEIGHT).text
    assert {str(span.style) for span in text.spans} == {"#0000fa"}


# Dashes -------------------------------------------------------------------------------


def test_a_level_dashed_curve_fills_two_columns_and_leaves_two_empty():
    lines = drawn(([0, 1], [5, 5], None, True))
    left, _, columns, _ = area(lines)
    filled = [column - left for _, column in cells_of(lines, is_braille)]
    assert filled == [column for column in range(columns) if column % 4 < 2]


def test_an_upright_dashed_curve_goes_on_for_a_row_and_pauses_for_one():
    lines = drawn(([5, 5], [0, 1], None, True), x_limits=(0, 10))
    (column,) = {column for _, column in cells_of(lines, is_braille)}
    bits = [ord(line[column]) - 0x2800 if is_braille(line[column]) else 0 for line in lines]
    # From the top, the bits of the four dots on the left and on the right of a cell.
    pairs = [(0, 3), (1, 4), (2, 5), (6, 7)]
    dots = [bool(bits[row] & (1 << a | 1 << b)) for row in range(area(lines)[3]) for a, b in pairs]
    runs = [len(list(run)) for _, run in groupby(dots)]
    assert set(runs[1:-1]) <= {3, 4, 5}
    assert len(runs) >= 14


@pytest.mark.parametrize("high", [0.3, 1.0, 3.0, 10.0, 30.0])
def test_a_dashed_curve_has_gaps_at_any_slope_and_is_where_the_solid_one_is(high):
    box = {"x_limits": (0, 1), "y_limits": (0, 10)}
    solid = cells_of(drawn(([0, 1], [0, high]), **box), is_braille)
    dashed = cells_of(drawn(([0, 1], [0, high], None, True), **box), is_braille)
    assert set(dashed) < set(solid)
    assert 0.4 * len(solid) < len(dashed) < 0.8 * len(solid)


def test_dashes_do_not_depend_on_the_number_of_points():
    x = np.linspace(0, 1, 101)
    few, many = drawn(([0, 1], [0, 1], None, True)), drawn((x, x, None, True))
    assert few == many


def test_a_dashed_curve_of_one_point_is_seen():
    assert cells_of(drawn(([5], [5], None, True)), is_braille)


# Fixed vertical limits ----------------------------------------------------------------


def test_the_vertical_limits_are_the_ends_of_the_axis():
    lines = drawn(([0, 1], [4, 6]), y_limits=(0, 10))
    assert (ticks(lines)[0], ticks(lines)[-1]) == ("10", "0")
    assert {row for row, _ in cells_of(lines, is_braille)} < set(range(4, 12))


@pytest.mark.parametrize("limits", [(5, 5), (5, 1), (math.nan, 9), (0, math.inf)])
def test_vertical_limits_that_are_none_fit_what_is_drawn(limits):
    assert drawn(([1, 4], [1, 3]), y_limits=limits) == drawn(([1, 4], [1, 3]))


def test_vertical_limits_without_a_logarithm_fit_what_is_drawn():
    expected = drawn(([1, 4], [1, 300]), log=True)
    assert drawn(([1, 4], [1, 300]), log=True, y_limits=(0, 10)) == expected
    fixed = drawn(([1, 4], [1, 300]), log=True, y_limits=(0.1, 1e4))
    assert (ticks(fixed)[0], ticks(fixed)[-1]) == ("1e4", "1e-1")


# Paths --------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [100, 3000])
def test_a_path_that_turns_back_keeps_its_shape(count):
    # Taking the least and the largest value of each column would fill the circle.
    angle = np.linspace(0, 2 * np.pi, count)
    lines = drawn((np.cos(angle), np.sin(angle)), x_limits=(-1, 1), y_limits=(-1, 1))
    left, _, columns, rows = area(lines)
    found = cells_of(lines, is_braille)
    for row, column in found:
        x = -1 + 2 * (column - left) / (columns - 1)
        y = 1 - 2 * row / (rows - 1)
        assert math.hypot(x, y) == pytest.approx(1, abs=2 / rows)
    for column in range(left, left + columns):
        assert len({row < rows / 2 for row, place in found if place == column}) == 2


# Values of cells ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (40, 11), (12, 4), (11, 9), (30, 3), (1, 1)])
def test_the_plot_area_is_what_the_axes_go_around(size):
    drawing = draw(Picture([Curve([1, 2], [0, 1234])], x_label="epoch"), *size)
    lines = drawing.text.plain.split("\n")
    framed = area(lines) if "└" in drawing.text.plain else (0, 0, *size)
    assert (drawing.left, drawing.top, drawing.columns, drawing.rows) == framed


@pytest.mark.parametrize(("width", "left"), [(13, 1), (14, 14), (20, 14)])
def test_labels_have_room_or_are_left_out(width, left):
    picture = Picture(y_limits=(0, 1.234568e-280))
    drawing = draw(picture, width, 6)
    lines = drawing.text.plain.split("\n")
    assert (drawing.left, drawing.columns) == (left, width - left)
    assert area(lines)[:3] == (drawing.left, 0, drawing.columns)


def test_a_title_is_not_part_of_the_plot_area():
    plain, titled = (draw(Picture(y_label=label), WIDTH, HEIGHT) for label in ("", "loss"))
    assert (titled.top, titled.rows) == (1, plain.rows - 1)


def test_the_ends_of_the_axes_are_the_values_of_the_outermost_cells():
    drawing = draw(Picture(x_limits=(1, 100), y_limits=(-3, 7)), WIDTH, HEIGHT)
    columns = [drawing.left, drawing.left + drawing.columns - 1]
    assert [drawing.x_at(column) for column in columns] == [1, 100]
    assert [drawing.y_at(row) for row in (0, drawing.rows - 1)] == [7, -3]
    assert drawing.x_at(columns[0] - 1) is drawing.x_at(columns[1] + 1) is None
    assert drawing.y_at(-1) is drawing.y_at(drawing.rows) is None


def test_the_values_of_a_logarithmic_axis_are_plain():
    drawing = draw(Picture(y_limits=(1e-3, 1e5), log=True), WIDTH, 19)
    assert drawing.rows == 17
    assert [drawing.y_at(row) for row in (0, 8, 16)] == pytest.approx([1e5, 10, 1e-3])


def test_the_only_cell_of_a_picture_is_the_middle_of_its_axes():
    drawing = draw(Picture(x_limits=(0, 10), y_limits=(0, 4)), 1, 1)
    assert (drawing.x_at(0), drawing.y_at(0)) == (5, 2)


@pytest.mark.parametrize("size", [(0, 3), (3, 0), (0, 0)])
def test_no_room_at_all_is_no_plot_area(size):
    drawing = draw(Picture([Curve([1, 2], [1, 2])]), *size)
    assert (drawing.left, drawing.top, drawing.columns, drawing.rows) == (0, 0, 0, 0)
    assert drawing.x_at(0) is drawing.y_at(0) is None


# Ticks --------------------------------------------------------------------------------


def test_a_small_picture_has_more_than_one_number_at_its_axis():
    assert ticks(drawn(height=11, y_limits=(-4, 4))) == ["4", "2", "0", "-2", "-4"]


def test_only_axes_of_whole_numbers_have_no_others():
    assert drawn(x_limits=(1, 3))[-1].split() == ["1", "2", "3"]
    weights = drawn(x_limits=(-0.3172, 1.1834))[-1].split()
    assert weights == ["0", "0.5", "1"]


# What plotext cannot take -------------------------------------------------------------


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("log", [False, True])
def test_points_that_are_not_finite_are_left_out(bad, log):
    # plotext ends the process on a NaN and raises on an infinity.
    expected = drawn(([1, 4], [1, 3]), log=log)
    assert drawn(([1, 2, bad, 4], [1, bad, 2, 3]), log=log) == expected
    assert drawn(([1, 4], [1, 3]), levels=[Level(bad)], marker=bad, log=log) == expected
    assert drawn(([1, 4], [1, 3]), x_limits=(bad, 5), log=log) == expected


def test_what_has_no_logarithm_is_left_out():
    expected = drawn(([1, 4], [1, 3]), log=True)
    assert drawn(([1, 2, 3, 4], [1, 0, -5, 3]), levels=[Level(0), Level(-1)], log=True) == expected


@pytest.mark.parametrize("curves", [[], [([], [])], [([math.nan], [1.0])]])
def test_without_any_point_there_is_an_empty_picture(curves):
    lines = drawn(*curves)
    assert len(lines) == HEIGHT
    assert not any(map(is_braille, "".join(lines)))
    assert ticks(lines) == ticks(drawn())


@pytest.mark.parametrize("value", [0.0, 5.0, -5.0, 1e-300, 1e300, 5e-324])
def test_a_constant_lies_in_the_middle(value):
    lines = drawn(([1, 2], [value, value]))
    rows = [number for number, line in enumerate(lines) if any(map(is_braille, line))]
    assert rows == [pytest.approx((HEIGHT - 3) / 2, abs=1)]


def test_huge_values_neither_freeze_nor_flatten_the_rest():
    # plotext freezes on a value far outside an axis.
    lines = drawn(([1, 2, 3], [-5e307, 5e307, 0.0]), height=20)
    assert (ticks(lines)[0], ticks(lines)[-1]) == ("4e307", "-4e307")
    assert any(map(is_braille, lines[0]))
    assert any(map(is_braille, lines[-3]))


def test_points_far_outside_the_limits_stay_at_the_edge():
    inside = drawn(([0, 1], [0, 1]), x_limits=(0, 1))
    assert drawn(([-1e300, 1e300], [0, 1]), x_limits=(0, 1)) == inside
    inside = drawn(([0, 1], [0, 1]), y_limits=(0, 1))
    assert drawn(([0, 1], [-1e300, 1e300]), y_limits=(0, 1)) == inside


@pytest.mark.parametrize("limits", [(5, 5), (5, 1), (math.nan, math.nan), (0, math.inf)])
def test_limits_that_are_none_fit_the_curves(limits):
    assert drawn(([1, 4], [1, 3]), x_limits=limits) == drawn(([1, 4], [1, 3]))


def test_no_room_at_all_is_no_picture():
    assert draw(Picture([Curve([1], [1])]), 0, 3).text.plain == "\n\n"
    assert draw(Picture([Curve([1], [1])]), 3, 0).text.plain == ""


# Round ends ---------------------------------------------------------------------------


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(2, 6), st.booleans(), st.booleans())
@example(524288.6875, 0.03125, 2, False, False)
@example(365082.16540899966, 1.3378029187464538e-06, 4, False, True)
@settings(deadline=None)
def test_an_axis_with_round_ends_holds_all_and_has_labels_at_both(low, span, count, log, upright):
    axis = Axis(low, low + span, log, upright)
    wider = axis.rounded(count)
    assert wider.low <= axis.low < axis.high <= wider.high
    assert (wider.log, wider.upright) == (log, upright)
    if wider is not axis:
        marks = wider.ticks(count)
        # An axis may be only some thousand rounding errors long.
        near = 1e-6 * (wider.high - wider.low) + 64 * np.spacing(abs(wider.high))
        assert marks[0] == pytest.approx(wider.low, abs=near)
        assert marks[-1] == pytest.approx(wider.high, abs=near)
        assert 2 <= len(marks) <= 2 * count + 1


@pytest.mark.parametrize(
    ("ends", "rounded"),
    [
        ((0.0, 28.3), (0, 30)),
        ((-5.05, 1.3), (-6, 2)),
        ((-5.06, 2.42), (-6, 4)),
        ((0.3, 0.69), (0.3, 0.7)),
        ((2, 2.0001), None),
    ],
)
def test_round_ends_are_near(ends, rounded):
    found = Axis(*ends).rounded(4)
    if rounded is not None:
        assert (found.low, found.high) == pytest.approx(rounded)
    assert found.low <= ends[0] < ends[1] <= found.high


@pytest.mark.parametrize("ends", [(-8e307, 8e307), (1e-300, 2e-300), (0.0, 1e-279)])
def test_ends_that_cannot_be_round_are_left(ends):
    found = Axis(*ends).rounded(4)
    assert found.low <= ends[0] < ends[1] <= found.high
    assert math.isfinite(found.high - found.low)


def test_labels_take_the_columns_that_are_asked_for():
    picture = Picture(curves=[Curve([0, 1], [0, 1])], label_width=6, round_ends=True)
    lines = draw(picture, 40, 10).text.plain.split("\n")
    assert all(line.startswith(" " * 6 + "│") or line[6:7] == "┤" for line in lines[:8])
    assert draw(picture, 40, 10).left == 7
