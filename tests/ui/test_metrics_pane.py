"""Metrics in the plots and in the read-out."""

import numpy as np
import pytest
from driving import drive

from gdtui.engine.record.history import ABSENT, Column, Field, History, Kind
from gdtui.stages import OWN_NUMBER
from gdtui.ui.plots.run_curves import latest

pytestmark = pytest.mark.slow

SCRIPT = """\
import numpy as np
x, y = np.arange(4.0), 2 * np.arange(4.0)
w = 0.0
for epoch in range(8):
    p = w * x
    loss = ((p - y) ** 2).mean()
    dw = (2 * x * (p - y)).mean()
    w -= 0.05 * dw
    val_loss = (w - 2.5) ** 2
    EXTRA
"""


def test_a_validation_loss_stands_beside_the_loss_and_an_accuracy_in_a_plot_of_its_own(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT.replace("EXTRA", "accuracy = 1 - abs(w - 2) / 2"))

    async def test(app):
        await app.press("G")
        await app.ended()
        columns = app.app.report.history.metrics
        loss = app.text_of("#loss")
        assert f"val_loss {columns['val_loss'][-1]:.5g}"[:13] in loss
        # It is there without being asked for: the script has it, and it cannot be drawn with J.
        metrics = app.text_of("#metrics")
        assert f"accuracy {columns['accuracy'][-1]:.5g}" in metrics
        assert app.main.query_one("#metrics").region
        await app.press("comma", "comma", "comma")
        said = app.text_of("#diagnosis")
        cursor = app.main.cursor
        assert f"val_loss {float(columns['val_loss'][cursor - 1])!r}"[:20] in said
        assert "accuracy" in said
        await app.press("v")
        assert not app.main.query_one("#metrics").region
        await app.press("V")
        assert app.main.query_one("#metrics").region

    drive(test, stage=str(path))


def test_the_mouse_finds_an_epoch_in_the_metrics(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT.replace("EXTRA", "accuracy = 1 - abs(w - 2) / 2"))

    async def test(app):
        await app.press("G")
        await app.ended()
        width = app.main.query_one("#metrics").size.width
        found = set()
        for column in range(width // 3, width - 2, width // 6):
            await app.pilot.hover("#metrics", offset=(column, 4))
            found.add(app.main.cursor)
        assert None not in found
        assert len(found) > 2

    drive(test, stage=str(path))


def test_a_script_without_metrics_has_no_such_view(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT.replace("EXTRA", "pass"))

    async def test(app):
        await app.press("G")
        await app.ended()
        assert "val_loss" in app.text_of("#loss")
        assert "Metrics" not in app.text_of("#view")
        for _ in range(2):
            await app.press("v")
            assert not app.main.query_one("#metrics").region

    drive(test, stage=str(path))


def test_the_view_goes_with_the_script(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT.replace("EXTRA", "accuracy = 1 - abs(w - 2) / 2"))

    async def test(app):
        assert "Metrics" in app.text_of("#view")
        await app.press("1")
        await app.until(lambda: app.app.report.script.name == "manual" and app.moment)
        assert "Metrics" not in app.text_of("#view")
        assert app.main.query_one("#fit").region
        await app.press(str(OWN_NUMBER))
        await app.until(lambda: app.app.report.script.name != "manual" and app.moment)
        assert app.main.query_one("#metrics").region

    drive(test, stage=str(path))


def test_a_metric_that_is_called_like_the_loss_has_a_value_of_its_own(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        SCRIPT.replace("EXTRA", "evaluate()")
        .replace("w = 0.0", "w = 0.0\ndef evaluate():\n    loss = (w - 2.5) ** 2\n    print(loss)")
        .replace("val_loss = ", "other = ")
    )

    async def test(app):
        await app.press("G")
        await app.ended()
        history = app.app.report.history
        title = app.text_of("#loss").splitlines()[0]
        assert f"{history.loss[-1]:.5g}"[:6] in title
        assert f"loss {history.metrics['loss'][-1]:.5g}"[:10] in title.partition("Loss")[2]

    drive(test, stage=str(path))


class Counted(Column):
    """A column that counts the rows that are read of it."""

    read = 0

    def __getitem__(self, index):
        self.read += len(range(len(self))[index])
        return super().__getitem__(index)


@pytest.mark.parametrize(("last", "rows"), [(100_000, 1024), (99_000, 2048), (None, 100_000)])
def test_the_last_value_is_found_without_reading_a_long_run(last, rows):
    history = History()
    history.lay_out([Field(Kind.METRIC, "accuracy")])
    values = np.full((100_000, 1), ABSENT)
    if last is not None:
        values[last - 1] = 0.5
    history.table.extend(values)
    column = Counted(history.table, history.fields[0], start=0)
    assert latest(column, 100_000) == (None if last is None else 0.5)
    assert column.read <= rows
    assert latest(column, 0) is None
