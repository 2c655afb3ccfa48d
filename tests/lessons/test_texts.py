"""Texts of a lesson: what stands in braces is filled in, and how a value looks."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Text, shown

NAMES = {"w": 1.5, "n": 4}


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (4, "", "4"),
        (4, ".2f", "4.00"),
        (4.0, "", "4"),
        (0.1 + 0.2, "", "0.3"),
        (float(np.float32(0.1)), "", "0.1"),
        (-0.0, "", "0"),
        (1e-7, "", "1e-7"),
        (123456.789012, "", "1.2346e5"),
        (-0.001, ".2f", "0.00"),
        (-0.001, ".3f", "-0.001"),
        (-0.0, ".1e", "0.0e+00"),
        (0.125, ".1%", "12.5%"),
        (-0.0001, ".1%", "0.0%"),
        (1.5, "+.2g", "+1.5"),
        (1.5, "+", "+1.5"),
        (-1.5, "+", "-1.5"),
        (-0.0, "+", "0"),
        (-47.999997, "", "-48"),
        (-54.400001, "+", "-54.4"),
        (0.29999998, ".4g", "0.3"),
        (12345.678, ".7g", "12345.68"),
        (10**30, "", "1" + "0" * 30),
        (np.zeros(1000), "", ", ".join(["0"] * 64 + ["…"])),
        ("a\x1b[2J\u202e\nb", "", "a·[2J· b"),
        (-1.5, "+.2g", "-1.5"),
        (3.9, "d", "3"),
        (np.inf, "", "inf"),
        (-np.inf, ".2f", "-inf"),
        (np.nan, "", "nan"),
        (True, "", "yes"),
        (np.bool_(False), "", "no"),
        ("smooth", "", "smooth"),
        (np.array([1.0, 2.5, -0.0]), "", "1, 2.5, 0"),
        (np.array([[1.0, 2.0], [3.0, -0.001]]), ".2f", "1.00, 2.00, 3.00, 0.00"),
        (np.array([1, 2]), "", "1, 2"),
        (np.array([True, False]), "", "yes, no"),
        ([0.1, 0.2], ".1f", "0.1, 0.2"),
    ],
)
def test_a_value_looks_as_one_would_write_it(value, form, text):
    assert shown(value, form) == text


@pytest.mark.parametrize("form", [".3f", ".4g", ".1%", "+.2f", "d", "e", ".12f", "+g"])
def test_these_are_formats(form):
    assert Text(f"{{w:{form}}}").fill({"w": 3.0}) == format(3 if form == "d" else 3.0, form)


@pytest.mark.parametrize("form", ["x", ">10", "10.2f", ",", ".123f", "s", "!r", "c", "n", "f f"])
def test_these_are_not(form):
    with pytest.raises(LessonError, match=" is not a format; one is .3f, .4g, .1%, "):
        Text(f"{{w:{form}}}")


def test_a_colon_in_a_text_begins_no_format():
    names = {"line_of": len}
    assert Text('{line_of("for n in x:")}').fill(names) == "11"
    assert Text('{line_of("for n in x:"):.1f}').fill(names) == "11.0"


@pytest.mark.parametrize(
    ("source", "filled"),
    [
        ("w is {w}.", "w is 1.5."),
        ("{ w :.2f } and {n}", "1.50 and 4"),
        ("{{w}}", "{w}"),
        ("{{{w}}}", "{1.5}"),
        ("a {{ b }} c", "a { b } c"),
        ("  w  ", "w"),
        ("", ""),
    ],
)
def test_what_stands_in_braces_is_filled_in(source, filled):
    assert Text(source).fill(NAMES) == filled


@pytest.mark.parametrize("source", ["a { b", "a } b", "{}", "{ }", "{{w}", "{w}}", "{a{w}}"])
def test_a_brace_needs_its_partner(source):
    with pytest.raises(LessonError) as error:
        Text(f"one\n\ntwo\n{source}", 10)
    assert error.value.line == 13


def test_each_expression_knows_its_line():
    text = Text("{a} b\nc {d}\n\n- {e}\n{f +\ng}\n", 5)
    assert [each.line for each in text.expressions] == [5, 6, 8, 9]
    assert [each.text for each in text.expressions] == ["a", "d", "e", "f + g"]
    with pytest.raises(LessonError, match="'d' is not defined here") as error:
        text.fill({"a": 1})
    assert error.value.line == 6


def test_a_paragraph_becomes_one_line_but_no_list_and_no_code():
    source = (
        "one\n{n}. two\nthree\n\n- four\n- five\n  six\n1. seven\n> eight\n| nine\n\n"
        "```\na\n\n  b\n```\nten\neleven"
    )
    assert Text(source).fill(NAMES) == (
        "one 4. two three\n\n- four\n- five   six\n1. seven\n> eight\n| nine\n\n"
        "```\na\n\n  b\n```\nten eleven"
    )


@pytest.mark.parametrize(
    "inside",
    [
        "sum",
        "before",
        "1e300 * 1e300:d",
        "(1e300 * 1e300) * 0:d",
        "(((10 ** 10) ** 10) ** 10) ** 10",
        "((10 ** 10) ** 10) ** 10:.2f",
    ],
)
def test_what_cannot_be_shown_is_an_error_with_its_line(inside):
    with pytest.raises(LessonError) as error:
        Text(f"one\n\n{{{inside}}}", 4).fill({"sum": np.sum, "before": object()})
    assert error.value.line == 6
