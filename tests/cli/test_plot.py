"""``gdtui plot``: recorded runs as text and as pictures."""

from __future__ import annotations

import os
from xml.etree import ElementTree

import numpy as np
import pytest
from forking import gdtui

from gdtui.cli.text_plots import curves_picture, drawn

BRAILLE = range(0x2801, 0x2900)


def plot(*arguments, **given):
    """The exit code, standard output and the lines on standard error."""
    environment = {**os.environ, "COLUMNS": "70"}
    done = gdtui("plot", *arguments, env=environment, **given)
    return done.returncode, done.stdout, done.stderr.splitlines()


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "run.csv"
    rows = "".join(f"{step},{100 - step},{step}\n" for step in range(1, 100))
    path.write_text("step,train_loss,val_loss\n" + rows)
    return path


def test_one_column_is_a_curve_with_its_numbers_below(table):
    code, text, complaints = plot(table, "--y", "train_loss")
    *picture, said = text.splitlines()
    assert (code, complaints) == (0, [])
    assert sum(ord(each) in BRAILLE for each in "".join(picture)) > 50
    assert max(map(len, picture)) <= 70
    assert said == (
        "train_loss  first 99 at step 1, last 1 at step 99, lowest 1 at step 99, "
        "highest 99 at step 1"
    )


def test_several_columns_are_letters(table):
    code, text, _ = plot(table)
    *picture, first, second = text.splitlines()
    assert code == 0
    assert "".join(picture).count("A") > 20 < "".join(picture).count("B")
    assert first.startswith("A  train_loss  first 99 at step 1")
    assert second.startswith("B  val_loss    first 1 at step 1")


def test_an_export_of_gdtui_is_drawn(tmp_path):
    for name in ("run.csv", "run.jsonl"):
        path = tmp_path / name
        assert gdtui("export", "1", "-o", path).returncode == 0
        code, text, _ = plot(path, "--log")
        assert (code, text.splitlines()[0].strip()) == (0, "loss, logarithmic")
        assert "loss  first 30 at epoch 1" in text


def curve_cells(y):
    columns = {"y": np.array(y, dtype=float)}
    lines = drawn(curves_picture(np.arange(len(y), dtype=float), columns, "x"))
    return {
        column
        for line in lines
        for column, each in enumerate(line)
        if ord(each) in BRAILLE or each == "•"
    }


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_a_gap_is_not_bridged(missing, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    whole = curve_cells([1, 2, 3, 4, 5, 6, 7, 8])
    broken = curve_cells([1, 2, 3, missing, missing, missing, 7, 8])
    assert broken < whole
    assert len(whole - broken) > 15


def test_of_many_gaps_the_points_are_drawn(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    values = np.where(np.arange(3000) % 2, np.nan, 1.0)
    assert len(curve_cells(values)) > 40


def test_gaps_and_what_has_no_logarithm_are_told(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("step,loss\n1,4\n2,nan\n3,0\n4,1\n")
    code, text, _ = plot(path, "--log")
    assert code == 0
    assert text.endswith("highest 4 at step 1, 1 gap, 1 not above 0, left out\n")


@pytest.mark.slow
def test_a_picture_is_written(table, tmp_path):
    path = tmp_path / "run.svg"
    assert plot(table, "-o", path) == (0, f"{path}: written\n", [])
    texts = "".join(ElementTree.fromstring(path.read_text()).itertext())
    assert "train_loss" in texts
    assert "run.csv" in texts
    assert plot(table, "-o", path)[0] == 2
    code, text, _ = plot(table, "-o", "-", "--theme", "gdtui-light", "--size", "60x20")
    assert code == 0
    assert "#fdfdfb" in text
    assert len(text.splitlines()) < len(path.read_text().splitlines())


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere.csv"], "nowhere.csv: there is no such file"),
        (["README.md"], "it ends in .csv or .jsonl"),
        (["TABLE", "--y", "loss"], "no column is called 'loss'; the columns are step, train_loss"),
        (["TABLE", "--x", "time"], "no column is called 'time'"),
        (["TABLE", "-o", "run.png"], "-o run.png: a picture is an .svg file"),
        (["TABLE", "--size", "60x20"], "--size is about a picture; name its file by -o"),
        (["TABLE", "-o", "nowhere/run.svg"], "there is no folder nowhere"),
        (["TABLE", "-o", "run.svg", "--theme", "pink"], "theme 'pink' is not known"),
    ],
)
def test_wrong_usage_is_one_line(table, arguments, complaint):
    given = [table if each == "TABLE" else each for each in arguments]
    code, text, (line,) = plot(*given)
    assert (code, text) == (2, "")
    assert complaint in line


@pytest.mark.parametrize(
    ("rows", "option", "complaint"),
    [("1,nan\n", [], "'loss' has no finite number"), ("1,-2\n", ["--log"], "no number above 0")],
)
def test_an_empty_plot_is_refused(tmp_path, rows, option, complaint):
    path = tmp_path / "run.csv"
    path.write_text("step,loss\n" + rows)
    code, text, (line,) = plot(path, *option)
    assert (code, text) == (2, "")
    assert complaint in line
