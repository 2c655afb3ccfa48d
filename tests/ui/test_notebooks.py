"""Notebooks in the app: stepped from one loop into the next, and named by cell and line."""

from __future__ import annotations

import json

import pytest
from driving import drive

FIRST = "%matplotlib inline\nrate = 0.1\nw = 8.0"
LOOP = "for epoch in range(2):\n    loss = w * w\n    dw = 2 * w\n    w -= rate * dw"
AGAIN = "w = 4.0\nfor epoch in range(3):\n    loss = w * w\n    dw = 2 * w\n    w -= 0.2 * dw"


def notebook(*sources):
    cells = [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4})


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook(FIRST, LOOP, "w", AGAIN, "1 / w.real_part"))
    return path


def code_rows(app):
    """The rows of the code pane, inside its frame, without what stands around them."""
    rows = app.text_of("#code").splitlines()[1:-1]
    return [row.strip("│┃ ").rstrip() for row in rows]


@pytest.mark.slow
def test_both_loops_are_stepped_and_lines_go_by_their_cells(path):
    async def test(app):
        toasts = [each.message.plain for each in app.app._notifications]
        assert toasts == ["skipped what only IPython runs: %matplotlib inline (cell 1)"]
        rows = code_rows(app)
        heading = next(number for number, row in enumerate(rows) if "# cell 4" in row)
        assert not any(mark in rows[heading].partition("#")[0] for mark in "0123456789")
        assert rows[heading + 3].split() == ["2", "for", "epoch", "in", "range(3):"]
        await app.press("N", "N")
        assert app.moment.epoch == 2
        await app.press("n")
        assert app.moment.position == (3, 1)
        assert app.moment.place == "cell 4, line 3"
        assert app.moment.variable("loss").value == 16.0
        marked = [row for row in code_rows(app) if "▶" in row]
        assert [row.split("▶")[1].split() for row in marked] == [["3", "loss", "=", "w", "*", "w"]]
        assert any("# cell 4" in row for row in code_rows(app))
        await app.press("p", "n")
        assert app.moment.position == (3, 1)
        await app.press("G")
        await app.ended()
        assert app.moment.place == "cell 5, line 1"
        assert "failed at cell 5, line 1" in app.screen_text()

    drive(test, str(path), size=(120, 50))


@pytest.mark.slow
def test_a_setting_is_tried_and_a_saved_notebook_is_read_again(path):
    async def test(app):
        await app.type_into("rate", "0.25")
        await app.press("enter")
        await app.until(lambda: app.app.idle and app.moment is not None)
        assert app.app.script.lines[3] == "rate = 0.25"
        assert app.app.script.place(4) == "cell 1, line 2"
        path.write_text(notebook(FIRST, "v = 1", LOOP))
        await app.app.look_at_file()
        await app.until(lambda: app.app.idle and app.moment is not None)
        assert [cell.number for cell in app.app.script.cells] == [1, 2, 3]
        assert app.app.script.value("rate") == 0.25
        said = [each.message.plain for each in app.app._notifications]
        assert said[-1] == (
            "mine.ipynb is read again, skipped what only IPython runs: %matplotlib inline (cell 1)."
        )

    drive(test, str(path), watch=True)
