"""Columns of recorded runs: gdtui's own, TensorBoard's, and others'."""

from __future__ import annotations

import json
import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.data import csv_file, recorded
from gdtui.data.csv_file import DataError
from gdtui.data.recorded import read_recorded
from gdtui.export.history_files import csv_pieces, jsonl_pieces


def written(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run():
    with Timeline(Script.stage("manual")) as timeline:
        timeline.run()
        yield timeline


def test_gdtuis_own_exports(run, tmp_path):
    for name, pieces in (
        ("run.csv", csv_pieces(run.history)),
        ("run.jsonl", jsonl_pieces(run.history, run.epochs_total)),
    ):
        path = written(tmp_path, name, "".join(pieces))
        found = read_recorded(path)
        assert (found.x_name, found.x.tolist()) == ("epoch", list(range(1, 11)))
        assert list(found.columns) == ["loss"]
        assert found.columns["loss"].tobytes() == run.history.loss[:].tobytes()
        other = read_recorded(path, ys=["parameters.w", "gradients.w"]).columns
        assert other["parameters.w"].tobytes() == run.history.parameters["w"][:].tobytes()
        assert list(other) == ["parameters.w", "gradients.w"]


TENSORBOARD = "Wall time,Step,Value\n1700000000.5,0,1.5\n1700000001.5,10,nan\n1700000002.5,20,0.5\n"


def test_tensorboards_export(tmp_path):
    found = read_recorded(written(tmp_path, "tb.csv", TENSORBOARD))
    assert (found.x_name, found.x.tolist()) == ("Step", [0, 10, 20])
    assert list(found.columns) == ["Value"]
    np.testing.assert_array_equal(found.columns["Value"], [1.5, math.nan, 0.5])


@pytest.mark.parametrize(
    ("name", "text", "x", "ys", "expected"),
    [
        ("a.csv", "a,b\n1,2\n3,4\n", "", [], ("row", [1, 2], {"a": [1, 3], "b": [2, 4]})),
        ("a.csv", "1;2\n3;4\n", "", [], ("row", [1, 2], {"column 1": [1, 3], "column 2": [2, 4]})),
        ("a.csv", "t,note,b\n1,x,2\n3,y,4\n", "t", [], ("t", [1, 3], {"b": [2, 4]})),
        ("a.csv", "step,acc,val_loss\n5,1,2\n", "", [], ("step", [5], {"val_loss": [2]})),
        ("a.csv", "step,acc,loss\n5,1,2\n", "loss", ["acc"], ("loss", [2], {"acc": [1]})),
        ("a.csv", "epoch,loss\n1,2\n", "", ["epoch"], ("row", [1], {"epoch": [1]})),
        ("a.jsonl", '{"epoch": 3, "m": {"loss": [1, 2]}}\n', "", [], ("epoch", [3], {"m.loss[0]": [1], "m.loss[1]": [2]})),
        ("a.jsonl", '{"loss": 1, "t": "x"}\n\n{"loss": 2}\n', "", [], ("row", [1, 2], {"loss": [1, 2]})),
    ],
)  # fmt: skip
def test_what_is_drawn(tmp_path, name, text, x, ys, expected):
    found = read_recorded(written(tmp_path, name, text), x, ys)
    columns = {each: values.tolist() for each, values in found.columns.items()}
    assert (found.x_name, found.x.tolist(), columns) == expected


def test_the_last_line_of_a_run_is_no_epoch(tmp_path):
    end = '{"status": "finished", "epochs": 2, "message": "finished after 2 epochs"}\n'
    rows = '{"epoch": 1, "loss": 3.0}\n{"epoch": 2, "loss": 2.0}\n'
    found = read_recorded(written(tmp_path, "run.jsonl", rows + end))
    assert found.x.tolist() == [1, 2]
    with pytest.raises(DataError, match='row 1, "loss": the row has no such number'):
        read_recorded(written(tmp_path, "other.jsonl", end + rows))


def test_gaps(tmp_path):
    path = written(tmp_path, "a.csv", "step,a,b\n1,2,\n2,,3\n3,inf,4\n")
    with pytest.raises(DataError, match=re.escape('row 2, column 3 ("b"): the cell is empty')):
        read_recorded(path)
    found = read_recorded(path, gaps=True).columns
    np.testing.assert_array_equal(found["a"], [2, math.nan, math.inf])
    np.testing.assert_array_equal(found["b"], [math.nan, 3, 4])
    # gdtui's own tables have them.
    own = written(tmp_path, "own.csv", "epoch,loss,metrics.f1\n1,2,\n2,,0.5\n")
    np.testing.assert_array_equal(read_recorded(own).columns["loss"], [2, math.nan])
    lines = written(tmp_path, "a.jsonl", '{"a": null}\n{"a": 2, "b": 3}\n')
    np.testing.assert_array_equal(read_recorded(lines, ys=["a"]).columns["a"], [math.nan, 2])
    found = read_recorded(lines, ys=["b"], gaps=True).columns
    np.testing.assert_array_equal(found["b"], [math.nan, 3])


@pytest.mark.parametrize(
    ("name", "text", "x", "ys", "says"),
    [
        ("a.csv", "", "", [], "row 1 is empty"),
        ("a.csv", "a,b\n", "", [], "no column with numbers to draw"),
        ("a.csv", "a,b\n", "", ["a"], "no row with numbers"),
        ("a.csv", "a,b\n1,2\n3,x\n", "", ["b"], "row 3, column 2 (\"b\"): 'x' is not a number"),
        ("a.csv", "a,b\n1,2\n3\n", "", [], 'row 3, column 2 ("b"): the row ends before it'),
        ("a.csv", "a,b\n1,2\n,3\n", "a", [], 'row 3, column 1 ("a"): the cell is empty'),
        ("a.csv", "a,b\n1,2\ninf,3\n", "a", [], "'a' is inf in entry 2; along the axis"),
        ("a.csv", "a,b\n1,2\n", "", ["c"], "no column is called 'c'; the columns are a, b"),
        ("a.csv", "a,a\n1,2\n", "", ["a"], "more than one column is called 'a'"),
        ("a.csv", "a,b\nx,y\n", "", [], "no column with numbers to draw"),
        ("a.jsonl", "", "", [], "no column with numbers to draw"),
        ("a.jsonl", "[1]\n", "", [], "row 1 is no JSON object, but '[1]'"),
        ("a.jsonl", '{"a": 1}\n{"a": \n', "", [], "row 2 is not JSON: Expecting value"),
        ("a.jsonl", '{"a": 1}\n{"a": true}\n', "", ["a"], 'row 2, "a": True is not a number'),
        ("a.jsonl", '{"a": 1}\n{"a": "x"}\n', "", ["a"], "row 2, \"a\": 'x' is not a number"),
        ("a.jsonl", '{"a": 1}\n{"b": 1}\n', "", ["a"], 'row 2, "a": the row has no such number'),
        ("a.jsonl", '{"a": 1' + "0" * 400 + "}\n", "", ["a"], "a number too large for float64"),
        ("a.jsonl", '{"a": ' + "[" * 100_000 + "\n", "", [], "row 1 is not JSON"),
        ("a.txt", "a,b\n1,2\n", "", [], "it ends in .csv or .jsonl"),
    ],
)  # fmt: skip
def test_what_is_no_recorded_run_is_refused_in_one_line(tmp_path, name, text, x, ys, says):
    with pytest.raises(DataError, match=re.escape(says)) as caught:
        read_recorded(written(tmp_path, name, text), x, ys)
    assert str(caught.value).isprintable()


def test_there_is_a_most(tmp_path, monkeypatch):
    monkeypatch.setattr(csv_file, "MOST_ROWS", 3)
    monkeypatch.setattr(recorded, "MOST_ROWS", 3)
    for name, row in (("a.csv", "1,2\n"), ("a.jsonl", '{"a": 1}\n')):
        assert len(read_recorded(written(tmp_path, name, row * 3)).x) == 3
        with pytest.raises(DataError, match="more than 3 rows"):
            read_recorded(written(tmp_path, name, row * 4))


@given(st.lists(st.floats() | st.none(), min_size=1, max_size=30))
@settings(deadline=None)
def test_csv_and_json_give_the_same_numbers(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("same")
    cells = ["" if each is None else repr(each) for each in values]
    table = "row,a\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells))
    lines = "".join(json.dumps({"a": each}) + "\n" for each in values)
    expected = np.array([math.nan if each is None else each for each in values])
    for path in (written(folder, "a.csv", table), written(folder, "a.jsonl", lines)):
        found = read_recorded(path, ys=["a"], gaps=True).columns["a"]
        np.testing.assert_array_equal(found, expected)
