"""Explanations as lines of text."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.analysis.explain.explanation import Explanation
from gdtui.analysis.explain.updates import Formula
from gdtui.analysis.numerals import FULL, exact, numeral
from gdtui.analysis.samples import SampleTable, rows_to_show
from gdtui.ui.texts.explanation_text import explanation_lines

NUMBER = re.compile(r"(?<![\w.])-?(?:\d+(?:\.\d+)?(?:e-?\d+)?(?!\w)|inf|nan)")

OPENING = "How steep the loss is here, and which way is up; nothing moves yet."
NOTE = "The script adds the 4 shares and does not divide: 4 times the slope of its loss."
SLOPE = Formula(
    "dJ/dw",
    (
        "sum(2·x·(y_pred - y))",
        "2·1·(-0.79999995) + 2·2·(-1.5999999) + 2·3·(-2.3999999) + 2·4·(-3.1999998)",
        "-47.999997",
    ),
)
ANSWERS = Formula("y_pred", ("w·x", "1.2·1, 1.2·2, 1.2·3, 1.2·4", "1.2, 2.4, 3.6000001, 4.8"))


def table(count=4, used="sum"):
    x = np.arange(1.0, count + 1)
    errors = -0.8 * x + 1e-7
    columns = [x, 2 * x, 2 * x + errors, errors, errors**2, 2 * x * errors]
    names = ("x", "y", "y_pred", "error", "error²", "2·x·error")
    rows = rows_to_show(errors)
    return SampleTable(names, np.stack(columns, axis=1), rows, (3, 4, 5), used)


WHOLE = Explanation((OPENING,), (SLOPE, ANSWERS), table(), (NOTE,))


def plain(explanation, width, height=0):
    return [line.plain for line in explanation_lines(explanation, width, height)]


def words(lines):
    return " ".join(" ".join(lines).split())


def test_formulas_stand_below_one_another():
    lines = plain(Explanation(formulas=(SLOPE, ANSWERS)), 100)
    assert lines == [
        "dJ/dw = sum(2·x·(y_pred - y))",
        f"      = {SLOPE.rights[1]}",
        "      = -47.999997",
        "y_pred = w·x",
        "       = 1.2·1, 1.2·2, 1.2·3, 1.2·4",
        "       = 1.2, 2.4, 3.6000001, 4.8",
    ]


def test_a_long_formula_is_broken_before_a_plus_or_after_a_comma():
    lines = plain(Explanation(formulas=(SLOPE, ANSWERS)), 50)
    assert lines[1:4] == [
        "      = 2·1·(-0.79999995) + 2·2·(-1.5999999)",
        "        + 2·3·(-2.3999999) + 2·4·(-3.1999998)",
        "      = -47.999997",
    ]
    lines = plain(Explanation(formulas=(ANSWERS,)), 24)
    assert lines[1:5] == [
        "       = 1.2·1, 1.2·2,",
        "         1.2·3, 1.2·4",
        "       = 1.2, 2.4,",
        "         3.6000001, 4.8",
    ]


def test_what_leaves_first_when_there_is_little_room():
    roomy = plain(WHOLE, 100)
    assert roomy.count("") == 3
    assert roomy[0] == OPENING
    assert plain(WHOLE, 100, len(roomy)) == roomy
    close = plain(WHOLE, 100, len(roomy) - 1)
    assert close == [line for line in roomy if line]
    assert plain(WHOLE, 100, len(close)) == close
    closer = plain(WHOLE, 100, len(close) - 1)
    assert closer == close[1:]
    # What is left is never less than the numbers.
    assert plain(WHOLE, 100, 1) == closer
    # Where the sentences are all that explains the table, they stay.
    told = Explanation(("w.grad was -30; now it is 0.",), (), table())
    assert plain(told, 100, 1)[0] == "w.grad was -30; now it is 0."


@pytest.mark.parametrize("used", ["sum", "mean", ""])
def test_a_table_of_a_few_samples(used):
    lines = plain(Explanation(table=table(used=used)), 80)
    heading, *rows = lines
    assert heading.split() == ["x", "y", "y_pred", "error", "error²", "2·x·err"]
    values = table().values
    for line, row in zip(rows[:4], values, strict=True):
        np.testing.assert_allclose(_numbers(line), row, rtol=5e-5)
    for line, name, of in zip(rows[4:], ("sum", "mean"), (np.sum, np.mean), strict=True):
        assert line.startswith(f"{name} ")
        np.testing.assert_allclose(_numbers(line), of(values, axis=0)[3:], rtol=5e-5)
    # What the script makes its gradient of is lit.
    for line in explanation_lines(Explanation(table=table(used=used)), 80)[-2:]:
        lit = any("success" in str(span.style) for span in line.spans)
        assert lit == (line.plain.split()[0] == used)


def _numbers(line):
    return [float(each) for each in NUMBER.findall(line)]


def test_a_table_of_many_samples_is_numbered_and_has_gaps():
    many = table(30)
    lines = plain(Explanation(table=many), 80)
    assert many.rows == (0, 1, 2, 27, 28, 29)
    first = [line.split()[0] for line in lines[1:]]
    assert first == ["1", "2", "3", "⋮", "28", "29", "30", "sum", "mean"]
    # The first number of a row is that of its sample, the second its input.
    assert [line.split()[:2] for line in lines[1:] if line.split()[0].isdigit()] == [
        [str(row + 1)] * 2 for row in many.rows
    ]
    assert lines[0].split() == ["x", "y", "y_pred", "error", "error²", "2·x·err"]
    np.testing.assert_allclose(_numbers(lines[-2]), many.values.sum(axis=0)[3:], rtol=5e-5)
    np.testing.assert_allclose(_numbers(lines[-1]), many.values.mean(axis=0)[3:], rtol=5e-5)
    gapped = SampleTable(many.headings, many.values, (0, 1, 2, 9, 20, 28, 29), many.summed)
    first = [line.split()[0] for line in plain(Explanation(table=gapped), 80)[1:-2]]
    assert first == ["1", "2", "3", "⋮", "10", "⋮", "21", "⋮", "29", "30"]


def test_a_narrow_table_has_fewer_digits_and_one_blank():
    several = table()
    values = several.values * 1.2345678
    several = SampleTable(several.headings, values, several.rows, several.summed, "sum")
    wide, narrow = (plain(Explanation(table=several), width) for width in (80, 42))
    assert max(map(len, narrow)) <= 42 < max(map(len, wide))
    for line, row in zip(narrow[1:], values, strict=False):
        np.testing.assert_allclose(_numbers(line), row, rtol=5e-4)
    # Four digits are the fewest; a table that needs more room is cut by the pane.
    least = plain(Explanation(table=several), 10)
    assert len({len(line) for line in least}) == 1
    assert 10 < len(least[0]) <= 42
    # All digits are all digits, however narrow it is.
    lines = explanation_lines(Explanation(table=several), 10, 0, FULL)
    for line, row in zip(lines[1:], values, strict=False):
        assert line.plain.split() == [exact(each) for each in row]


def test_what_adds_up_to_nothing_but_rounding_is_0():
    errors = np.array([0.1, 0.2, -0.3])
    assert errors.sum() != 0
    shown = SampleTable(("x", "error"), np.stack([errors, errors], axis=1), (0, 1, 2), (1,))
    lines = plain(Explanation(table=shown), 80)
    assert [line.split() for line in lines[-2:]] == [["sum", "0"], ["mean", "0"]]
    errors[2] = -0.3001
    far = SampleTable(("x", "error"), np.stack([errors, errors], axis=1), (0, 1, 2), (1,))
    assert plain(Explanation(table=far), 80)[-2].split() == ["sum", "-0.0001"]
    full = [line.plain for line in explanation_lines(Explanation(table=shown), 80, 0, FULL)]
    assert full[-2].split() == ["sum", exact(0.1 + 0.2 - 0.3)]


def test_nothing_to_explain():
    assert explanation_lines(Explanation(), 40, 10) == []


def test_brackets_are_shown_as_they_are():
    named = Formula("[red]w[/]", ("w[0, 1] - lr·[/x]", "2"))
    assert plain(Explanation(("[bold]said[/",), (named,)), 60) == [
        "[bold]said[/",
        "",
        "[red]w[/] = w[0, 1] - lr·[/x]",
        "          = 2",
    ]


numbers = st.one_of(
    st.floats(-1e6, 1e6),
    st.integers(-9, 9).map(float),
    st.sampled_from([1e30, -1e-30, 0.1, float("inf"), float("nan")]),
)


@st.composite
def formulas(draw):
    sign = draw(st.sampled_from([" + ", ", "]))
    terms = draw(st.lists(numbers, min_size=1, max_size=6))
    factors = [f"2·({numeral(each)})" for each in terms]
    left = draw(st.sampled_from(["w", "dJ/dw", "loss", "weight[0, 1]"]))
    return Formula(left, ("mean(2·x·(y_pred - y))", sign.join(factors), numeral(draw(numbers))))


@st.composite
def tables(draw):
    count = draw(st.integers(1, 14))
    values = np.array([[draw(numbers) for _ in range(4)] for _ in range(count)])
    rows = rows_to_show(values[:, 2])
    summed = draw(st.sampled_from([(), (2, 3)]))
    used = draw(st.sampled_from(["", "sum", "mean"]))
    return SampleTable(("x", "y_pred", "error", "2·error"), values, rows, summed, used)


@given(st.lists(formulas(), max_size=3), st.integers(20, 200), st.integers(0, 40))
def test_formulas_fit_the_width_and_keep_their_numbers(some, width, height):
    explanation = Explanation((OPENING,), tuple(some), None, (NOTE,))
    lines = plain(explanation, width, height)
    for line in lines:
        # What is wider has nowhere to be broken; and however narrow the pane is, the right side
        # gets twelve columns beside the longest name.
        right = line.rpartition(" = ")[2].lstrip(" +")
        room = max(width, len("weight[0, 1] = ") + 12)
        assert len(line) <= room or not re.search(r" \+ |, ", right)
    begun = [number for number, line in enumerate(lines) if " = " in line]
    for before, line in pairwise(lines):
        if line.startswith("   ") and " = " not in line:
            assert line.lstrip().startswith("+ ") or before.endswith(",")
    assert len(begun) == sum(len(each.rights) for each in some)
    text = words(lines)
    for each in some:
        for right in each.rights:
            assert f"= {right}" in text
    assert NOTE in text
    assert OPENING in text or (height and some)


@pytest.mark.slow
@given(tables(), st.integers(20, 200))
def test_tables_fit_where_they_can_and_keep_their_numbers(some, width):
    lines = plain(Explanation(table=some), width)
    heading, *rows = lines
    assert heading.split() == ["x", "y_pred", "error", "2·err"]
    numbered = len(some.rows) < len(some.values)
    drawn = [line.split() for line in rows if line != "⋮"]
    expected = [some.values[row] for row in some.rows]
    if some.summed:
        with np.errstate(all="ignore"):
            totals = [some.values.sum(axis=0)[2:], some.values.mean(axis=0)[2:]]
            # A total that is smaller than what it may be by rounding in float32 is 0.
            sizes = abs(some.values[:, 2:])
            noise = (
                32 * np.finfo(np.float32).eps * np.array([sizes.sum(axis=0), sizes.mean(axis=0)])
            )
        assert [row[0] for row in drawn[-2:]] == ["sum", "mean"]
        drawn = drawn[:-2] + [row[1:] for row in drawn[-2:]]
        expected += totals
    for place, (row, values) in enumerate(zip(drawn, expected, strict=True)):
        if numbered and place < len(some.rows):
            assert row[0] == str(some.rows[place] + 1)
            row = row[1:]
        found = [float(each) for each in row]
        full = np.array([float(numeral(each)) for each in values])
        if place >= len(some.rows):
            noisy = abs(np.asarray(values)) <= noise[place - len(some.rows)] + 1e-300
            full[noisy & np.isfinite(values)] = 0.0
        np.testing.assert_allclose(found, full, rtol=5.1e-4)
        if width >= 90:
            assert found == pytest.approx(full, rel=0, abs=0, nan_ok=True)
    # The columns end below one another.
    ends = {line: [each.end() for each in re.finditer(r"\S+", line)] for line in lines}
    for line in rows:
        if line != "⋮":
            assert set(ends[line][-2:]) == set(ends[heading][-2:])
    if width >= 90:
        assert max(map(len, lines)) <= width
