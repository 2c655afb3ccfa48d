"""Long lines of code on the rows of a pane."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual.content import Content

from gdtui.ui.texts.wrapped_lines import MOST_ROWS, WrappedLines


def rows(text: str, width: int) -> list[str]:
    lines = WrappedLines([Content(text)], width)
    return [lines.content(row).plain for row in range(len(lines))]


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("w = 0.5", 7, ["w = 0.5"]),
        ("w = 0.5", 0, ["w = 0.5"]),
        ("", 20, [""]),
        (
            "    loss = mean((y_pred - y) ** 2)",
            24,
            ["    loss = mean((y_pred", "        - y) ** 2)"],
        ),
        (
            "lr = 0.1  # the share of the gradient to go",
            24,
            ["lr = 0.1  # the share of", "    the gradient to go"],
        ),
        (
            "# The sum over all the samples, not the mean",
            20,
            ["# The sum over all", "  the samples, not", "  the mean"],
        ),
        ("w -= step  # against the slope", 13, ["w -= step  ", "    # against", "    the slope"]),
        ("rows=[11,22,33,44,55,66]", 16, ["rows=[11,22,33,", "    44,55,66]"]),
        ("x" * 30, 20, ["x" * 20, "    " + "x" * 10]),
        ("值值值值值值值值值值值值", 20, ["值" * 10, "    值值"]),
    ],
)
def test_where_a_line_is_broken(text, width, shown):
    assert rows(text, width) == shown


def test_a_very_long_line_is_cut_and_says_so():
    shown = rows("[" + "1.25, " * 500 + "]", 30)
    assert len(shown) == MOST_ROWS
    assert shown[-1].endswith("…")
    assert not any("…" in row for row in shown[:-1])


def test_the_rows_of_each_line():
    lines = WrappedLines([Content("a"), Content("b " * 20), Content("c")], 20)
    assert [lines.line_at(row) for row in range(len(lines))] == [0, 1, 1, 1, 2]
    assert [lines.rows_of(line) for line in range(4)] == [
        range(1),
        range(1, 4),
        range(4, 5),
        range(5, 5),
    ]


def test_a_row_keeps_the_colours_of_its_text():
    line = Content("value = ") + Content.styled("'a long text of many words'", "green")
    lines = WrappedLines([line], 20)
    for row in range(len(lines)):
        content = lines.content(row)
        coloured = "".join(content.plain[each.start : each.end] for each in content.spans)
        assert coloured in "'a long text of many words'"
        assert coloured.split()


@settings(deadline=None)
@given(st.lists(st.text(alphabet="ab =.,([{# 值é'", max_size=80), max_size=5), st.integers(12, 40))
def test_nothing_is_lost_and_every_row_fits(texts, width):
    lines = WrappedLines([Content(text) for text in texts], width)
    contents = [lines.content(row) for row in range(len(lines))]
    assert all(content.cell_length <= width for content in contents)
    for index, text in enumerate(texts):
        of_line = [contents[row].plain for row in lines.rows_of(index)]
        assert all(lines.line_at(row) == index for row in lines.rows_of(index))
        if not of_line[-1].endswith("…"):
            assert "".join("".join(of_line).split()) == "".join(text.split())
