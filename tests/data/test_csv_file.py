"""Any CSV text is read as the csv module and float() read it, or refused with row and column."""

from __future__ import annotations

import csv
import io
import math
import os
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui.data import csv_file
from gdtui.data.csv_file import CsvFile, DataError
from gdtui.data.samples import read_samples

numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-1000, 1000).map(str),
)
cells = st.one_of(numbers, st.sampled_from(["", "abc", "nan", "inf", '"1.5"', " 2 ", "1_0", "é"]))
texts = st.builds(
    lambda delimiter, rows, end: end.join(delimiter.join(row) for row in rows),
    st.sampled_from(",;\t"),
    st.lists(st.lists(cells, min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\n\n"]),
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("csv") / "mine.csv"


def by_hand(text, delimiter, has_header, places):
    """The columns as the csv module and float() read them; None if one is no finite number."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))[has_header:]
    rows = [row for row in rows if row and not (len(row) == 1 and not row[0].strip())]
    try:
        found = [[float(row[place]) for row in rows] for place in places]
    except (ValueError, IndexError):
        return None
    return found if all(math.isfinite(each) for column in found for each in column) else None


@settings(deadline=None)
@given(texts)
def test_a_text_is_read_as_csv_and_float_read_it_or_refused_with_its_place(path, text):
    path.write_text(text, encoding="utf-8", newline="")
    file, said = tried(lambda: CsvFile.open(path))
    if file is None:
        assert "row 1 is empty" in said
        return
    places = list(range(min(2, len(file.names))))
    expected = by_hand(text, file.delimiter, file.has_header, places)
    found, said = tried(lambda: file.columns(places))
    assert (found and [list(column) for column in found]) == expected
    if found is None:
        assert re.search(r"row \d+, column \d", said)
        assert said.isprintable()


def tried(make):
    """What it makes and the message of its error: one of both."""
    try:
        return make(), ""
    except DataError as error:
        return None, str(error)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "row 1 is empty"),
        ("\n1,2\n", "row 1 is empty"),
        ("a,b\n1,2\n2,x\n", "row 3, column 2 (\"b\"): 'x' is not a finite number"),
        ("1,2\n2,\n", "row 2, column 2: the cell is empty"),
        ("1,2\n2\n", "row 2, column 2: the row ends before it, after 1"),
        ("a,b\n1,2\n\n3,nan\n", "row 4, column 2"),
        ("a,b\n1,2\n", "1 samples; at least 2 are needed"),
        ("a,b\n", "0 samples; at least 2 are needed"),
        ("a,b\n3,1\n3,2\n", 'column 1 ("a") is 3 in all 2 rows'),
        ("1\n2\n", "one column only, column 1; two are needed"),
        ("1|2\n2|3\n", "one column only, 1|2"),
        ("a,b,c\n1,2,3\n", "3 columns; choose two with --x NAME and --y NAME among a, b, c"),
    ],
)
def test_what_cannot_be_used_is_named(path, text, says):
    path.write_text(text)
    with pytest.raises(DataError, match=re.escape(says)):
        read_samples(path)


@pytest.mark.parametrize(
    ("x", "y", "says"),
    [
        ("a", "a", "x and y are the same column, a"),
        ("A", "b", "no column is called 'A'; the columns are a, b, b"),
        ("a", "b", "more than one column is called 'b'"),
    ],
)
def test_columns_that_are_not_there(path, x, y, says):
    path.write_text("a,b,b\n1,2,3\n2,3,4\n")
    with pytest.raises(DataError, match=re.escape(says)):
        read_samples(path, x, y)


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [("", "", "ab"), ("b", "", "ba"), ("", "a", "ba"), ("b", "a", "ba"), ("", "b", "ab")],
)
def test_of_two_columns_one_name_is_enough(path, x, y, expected):
    path.write_text("\ufeffa;b\n1;2\n2;4,5\n".replace("4,5", "4.5"))
    samples = read_samples(path, x, y)
    columns = {"a": [1.0, 2.0], "b": [2.0, 4.5]}
    assert [list(samples.x), list(samples.y)] == [columns[each] for each in expected]


def test_a_file_that_cannot_be_read(tmp_path):
    (tmp_path / "binary.csv").write_bytes(b"a,b\n1,\xff\n")
    os.mkfifo(tmp_path / "pipe.csv")
    for path, says in (
        (tmp_path / "none.csv", "there is no such file"),
        (tmp_path, "this is a folder"),
        (tmp_path / "pipe.csv", "this is a pipe"),
        (Path("/dev/null"), "this is a device"),
        (tmp_path / "binary.csv", "not UTF-8"),
    ):
        with pytest.raises(DataError, match=says):
            read_samples(path)


def test_there_is_a_most(path, monkeypatch):
    monkeypatch.setattr(csv_file, "MOST_ROWS", 3)
    path.write_text("1,2\n2,3\n3,4\n")
    assert len(read_samples(path).x) == 3
    path.write_text("1,2\n2,3\n3,4\n4,5\n")
    with pytest.raises(DataError, match="more than 3 rows"):
        read_samples(path)
