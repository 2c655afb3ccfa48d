"""Pictures as text."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from rich.color import Color

from gdtui.ui.picture import Curve, Level, Picture
from gdtui.ui.plotting import draw

PROPERTIES = Path(__file__).parent / "plotting_properties.py"
WIDTH, HEIGHT = 70, 18


def drawn(*curves, width=WIDTH, height=HEIGHT, **options):
    """The lines of a picture of some curves."""
    picture = Picture([Curve(*each) for each in curves], **options)
    return draw(picture, width, height).plain.split("\n")


def is_braille(character):
    return "\u2800" < character <= "\u28ff"


def columns_of(line, is_wanted):
    return [place for place, character in enumerate(line) if is_wanted(character)]


def ticks(lines):
    """The labels of the vertical axis, from the top."""
    return [line.partition("┤")[0].strip() for line in lines if "┤" in line]


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
    text = draw(picture, WIDTH, HEIGHT)
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


@pytest.mark.parametrize("limits", [(5, 5), (5, 1), (math.nan, math.nan), (0, math.inf)])
def test_limits_that_are_none_fit_the_curves(limits):
    assert drawn(([1, 4], [1, 3]), x_limits=limits) == drawn(([1, 4], [1, 3]))


# What is refused ----------------------------------------------------------------------


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (0, 0)])
def test_x_and_y_are_of_the_same_shape(size):
    with pytest.raises(ValueError, match="x has 2 points and y has 3; each x needs one y"):
        draw(Picture([Curve([1, 2], [1, 2, 3])]), *size)


@pytest.mark.parametrize("size", [(-1, 5), (5, -1)])
def test_a_size_is_not_negative(size):
    with pytest.raises(ValueError, match="is not allowed; both must be 0 or more"):
        draw(Picture(), *size)


def test_no_room_at_all_is_no_picture():
    assert draw(Picture([Curve([1], [1])]), 0, 3).plain == "\n\n"
    assert draw(Picture([Curve([1], [1])]), 3, 0).plain == ""
