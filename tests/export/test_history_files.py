"""A run as the text of a file."""

from __future__ import annotations

import csv
import io
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.record.history import ABSENT, Field, History, Kind
from gdtui.export import history_files
from gdtui.export.history_files import csv_names, csv_pieces, jsonl_pieces

GAN_LOSSES = {"loss": "d_loss", "g_loss": "g_loss"}


def recorded(fields, rows):
    history = History()
    history.lay_out(fields)
    for row in rows:
        history.table.write(history.table.pack(*row))
    return history


def table(history):
    """The rows of the CSV as dicts."""
    return list(csv.DictReader(io.StringIO("".join(csv_pieces(history)))))


def objects(history, total=lambda epoch: None):
    return [json.loads(line) for line in "".join(jsonl_pieces(history, total)).splitlines()]


def found_at(each, name):
    """What a JSON object has at the path that names a column."""
    group, _, path = name.partition(".")
    if not path:
        return each[group]
    whole, *places = path.replace("]", "").split("[")
    if whole.endswith(".norm"):
        return each[group][whole.removesuffix(".norm")]["norm"]
    value = each[group][whole]
    for place in places:
        value = value[int(place)]
    return value


@pytest.mark.parametrize("stage", ["manual", pytest.param("module", marks=pytest.mark.slow)])
def test_the_numbers_of_both_are_those_of_the_history(stage):
    script = Script.stage(stage).with_settings({"epochs": 7})
    with Timeline(script) as timeline:
        timeline.run()
        rows, lines = table(timeline.history), objects(timeline.history, timeline.epochs_total)
        assert [float(row["loss"]) for row in rows] == timeline.history.loss.tolist()
    assert (
        [int(row["epoch"]) for row in rows] == [each["epoch"] for each in lines] == [*range(1, 8)]
    )
    assert {each["epochs_total"] for each in lines} == {7}
    for row, each in zip(rows, lines, strict=True):
        for name, value in row.items():
            assert float(value) == found_at(each, name), name


def test_an_array_has_a_column_for_each_element_and_a_large_one_its_norm():
    fields = [
        Field(Kind.PARAMETER, "fc.weight", (2, 2)),
        Field(Kind.LOSS, "loss"),
        Field(Kind.GRADIENT, "big", (), (10, 10)),
        Field(Kind.METRIC, "accuracy"),
    ]
    history = recorded(fields, [[1, 2, 3, 4, 0.5, 7, 0.25]])
    elements = [f"parameters.fc.weight[{i}][{j}]" for i in (0, 1) for j in (0, 1)]
    assert csv_names(history) == ["loss", *elements, "gradients.big.norm", "metrics.accuracy"]
    assert [float(value) for value in table(history)[0].values()] == [1, 0.5, 1, 2, 3, 4, 7, 0.25]


def test_several_losses_have_their_names():
    fields = [Field(Kind.LOSS, "loss"), Field(Kind.LOSS, "g_loss")]
    history = recorded(fields, [[1, 2]])
    history.loss_names.update(GAN_LOSSES)
    assert csv_names(history) == ["loss.d_loss", "loss.g_loss"]


@given(st.floats())
def test_every_number_comes_back_from_the_table(number):
    history = recorded([Field(Kind.LOSS, "loss")], [[number]])
    (row,) = table(history)
    assert np.array_equal(float(row["loss"]), number, equal_nan=True)
    (line,) = objects(history)
    assert line["loss"] == (number if math.isfinite(number) else None)


def test_what_was_not_there_is_empty_and_a_nan_is_not():
    history = recorded([Field(Kind.LOSS, "loss")], [[ABSENT], [math.nan], [-math.inf]])
    assert [row["loss"] for row in table(history)] == ["", "nan", "-inf"]


def test_a_run_of_several_blocks_is_whole(monkeypatch):
    monkeypatch.setattr(history_files, "_BLOCK", 3)
    history = recorded([Field(Kind.LOSS, "loss")], [[each] for each in range(8)])
    assert [row["epoch"] for row in table(history)] == [str(each) for each in range(1, 9)]
    assert [each["loss"] for each in objects(history)] == [*range(8)]
    assert len(list(csv_pieces(history))) == 1 + 3


def test_nothing_recorded_is_a_table_without_rows():
    assert "".join(csv_pieces(History())) == "epoch\n"
    assert list(jsonl_pieces(History(), lambda epoch: None)) == []
