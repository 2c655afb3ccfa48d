"""The growing table of recorded numbers."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.record.history import Column, Field, History, Kind, was_there

LOSS = Field(Kind.LOSS, "loss")
W = Field(Kind.PARAMETER, "w")
PAIR = Field(Kind.PARAMETER, "pair", (2,))


def fill(history, rows):
    for row in rows:
        history.table.write(history.table.pack(*row))


def test_an_empty_history():
    history = History()
    assert len(history) == 0
    assert history.loss[:].shape == (0,)
    assert dict(history.parameters) == {}


@given(st.lists(st.tuples(*[st.floats(allow_nan=False)] * 4), max_size=50), st.data())
def test_columns_are_what_was_written(rows, data):
    history = History()
    history.lay_out([LOSS, W, PAIR])
    fill(history, rows)
    table = np.array(rows).reshape(-1, 4)
    assert len(history) == len(rows)
    assert history.loss.tolist() == table[:, 0].tolist()
    pair = history.parameters["pair"]
    assert pair[:].shape == (len(rows), 2)
    part = data.draw(st.slices(len(rows)))
    assert pair[part].tolist() == table[part, 2:].tolist()
    if rows:
        index = data.draw(st.integers(-len(rows), len(rows) - 1))
        assert history.parameters["w"][index] == table[index, 1]
    with pytest.raises(IndexError, match="is not among the"):
        pair[len(rows)]


def test_a_field_that_comes_later_is_nan_before():
    history = History()
    history.lay_out([LOSS])
    fill(history, [(1.0,), (2.0,)])
    history.lay_out([LOSS, PAIR])
    fill(history, [(3.0, 4.0, 5.0)])
    history.lay_out([LOSS])  # what is there stays
    assert history.loss.tolist() == [1.0, 2.0, 3.0]
    assert history.parameters["pair"][2].tolist() == [4.0, 5.0]
    assert np.isnan(history.parameters["pair"][:2]).all()


def test_a_row_is_written_whole_or_not_at_all():
    history = History()
    history.lay_out([LOSS, W])
    with pytest.raises(struct.error):
        fill(history, [(1.0,)])
    with pytest.raises(struct.error):
        fill(history, [(1.0, "x")])
    assert len(history) == 0


def test_a_reader_keeps_its_copy_while_the_table_grows():
    history = History()
    history.lay_out([LOSS])
    fill(history, [(1.0,)])
    loss = history.loss[:]
    fill(history, [(2.0,)] * 10_000)
    assert loss.tolist() == [1.0]
    assert len(history) == 10_001


def test_a_loss_is_a_column_as_a_parameter_is_and_numpy_takes_either_for_an_array():
    with Timeline(Script.load("manual").with_settings({"epochs": 3})) as timeline:
        timeline.run()
        history = timeline.history
        for column in (history.loss, history.parameters["w"]):
            assert type(column) is Column
            assert np.asarray(column).tolist() == column[:].tolist() == column.tolist()
            assert np.isfinite(column).all()
            with pytest.raises(ValueError, match="without a copy"):
                np.asarray(column, copy=False)
        assert history.columns(Kind.LOSS)["loss"].tolist() == history.loss.tolist()
        assert "3 epochs" in repr(history.loss)


def test_the_loss_of_a_history_without_one_was_there_in_no_epoch():
    history = History()
    history.lay_out([Field(Kind.PARAMETER, "w")])
    history.table.write(history.table.pack(1.0))
    assert len(history.loss) == 1
    assert not was_there(history.loss[:]).any()
