"""What comes from outside can be drawn, and does nothing else to a terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.printable import clean_line, clean_lines

ANYTHING = st.text(st.characters(codec=None), max_size=200)
_OBEYED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@given(ANYTHING, st.integers(1, 60))
def test_a_line_is_drawn_and_nothing_else(text, most):
    line = clean_line(text, most)
    assert len(line) <= most
    assert not {unicodedata.category(each) for each in line} & _OBEYED
    assert clean_line(line, most) == line


@given(ANYTHING)
def test_lines_keep_their_ends_and_nothing_else(text):
    shown = clean_lines(text)
    assert all(clean_line(line) == line for line in shown.split("\n"))
    assert shown.count("\n") == text.replace("\r\n", "\n").replace("\r", "\n").count("\n")


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), max_size=50))
def test_plain_text_stays_as_it_is(text):
    assert clean_line(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a·[2Jb"),
        ("a\x9b2Jb", "a·2Jb"),
        ("abc\u202edef", "abc·def"),
        ("a\u2066b\u2069", "a·b·"),
        ("lone \ud800 half", "lone · half"),
        ("a\tb", "a    b"),
        ("a\nb\r\nc\rd", "a b c d"),
        ("a\u00a0b\u2028c", "a b c"),
        ("größer, 数, ∂J/∂w", "größer, 数, ∂J/∂w"),
    ],
)
def test_what_becomes_of_a_character(text, shown):
    assert clean_line(text) == shown


def test_a_cut_text_shows_that_it_is_cut():
    assert clean_line("x" * 11, 10) == "x" * 9 + "…"
    assert clean_line("x" * 10, 10) == "x" * 10
    assert clean_line("\t\t\t", 10) == " " * 9 + "…"


def test_a_million_words_cost_no_more_than_a_line():
    # Only what is shown is looked at: this would take seconds if all of it were.
    text = "\x00word " * 2_000_000
    assert len(clean_line(text)) == 2000
