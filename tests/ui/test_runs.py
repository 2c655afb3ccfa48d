"""Runs from start to end in the real app: the notebook's figures, going back, faults."""

from __future__ import annotations

import math
import re

import pytest
from driving import drive, no_thread_left
from textual.geometry import Offset, Size

from gdtui import Script, Timeline
from gdtui.analysis.numerals import exact, numeral
from gdtui.stages import KEYS, OWN_NUMBER
from gdtui.ui.app import GdtuiApp

pytestmark = pytest.mark.slow

NARROW = (80, 24)


def test_the_notebooks_last_figures_are_on_the_screen(notebook_run):
    async def test(app):
        await app.press("D", "G")
        await app.ended()
        printed = notebook_run.printed()
        shown = app.text_of("#transcript")
        last = printed[-1] if notebook_run.after is not None else printed[-1].split(":")[0]
        assert last in shown
        row = notebook_run.rows[-1]
        epochs = notebook_run.settings["epochs"]
        assert f"epoch {epochs}/{epochs}" in app.text_of("#header")
        assert "finished" in app.text_of("#header")
        assert f"{app.app.report.history.loss[row['epoch'] - 1]:.8f}" == row["loss"]
        assert f"Loss {numeral(app.moment.loss)}" in app.text_of("#loss")
        await app.press("f")
        assert f"Loss {exact(app.moment.loss)}" in app.text_of("#loss")

    drive(test, stage=notebook_run.stage, values=notebook_run.settings)


@pytest.mark.parametrize("stage", KEYS)
def test_there_and_back_is_the_run_itself(stage):
    with Timeline(Script.stage(stage)) as straight:
        straight.start()
        steps = [straight.step() for _ in range(9)]

    async def test(app):
        for step in steps:
            await app.press("n")
            assert _same(app.moment, step)
        for step in reversed(steps[:-1]):
            await app.press("p")
            assert _same(app.moment, step)
        await app.press("G")
        await app.ended()
        await app.press("P", "P", "P", "P")
        epoch = app.moment.epoch
        assert app.moment.loss == app.app.report.history.loss[epoch - 1]
        assert f"epoch {epoch}/" in app.text_of("#header")
        assert app.main.query_one("#timeline").epoch == epoch
        assert "┊" in app.text_of("#loss")
        assert "┊" in app.text_of("#parameters")

    drive(test, stage=stage)


def _same(moment, other):
    return (moment.epoch, moment.step, moment.line, moment.phase) == (
        other.epoch,
        other.step,
        other.line,
        other.phase,
    ) and moment.parameters == other.parameters


def test_loss_and_weight_move_live():
    async def test(app):
        await app.press("plus", "plus", "space")
        await app.until(lambda: app.main.query_one("#loss").redraws > 3)
        drawn = app.main.query_one("#loss").redraws
        first = app.text_of("#header")
        await app.until(lambda: app.main.query_one("#loss").redraws > drawn + 2)
        assert app.text_of("#header") != first
        await app.press("space")

    drive(test, values={"epochs": 10_000_000, "print_every": 100_000})


def test_the_least_squares_solution_is_dashed_where_there_is_one():
    async def test(app):
        await app.press("G")
        await app.ended()
        await app.press("2")
        await app.loaded()
        await app.press("N", "N")
        assert "╌" in app.text_of("#parameters")

    drive(test)


def test_a_script_that_is_no_straight_line_has_none(tmp_path):
    path = tmp_path / "cubic.py"
    path.write_text(
        "w = 0.5\nfor epoch in range(9):\n    loss = (w**3 - 2) ** 2\n"
        "    dw = 6 * w**2 * (w**3 - 2)\n    w -= 0.01 * dw\n"
    )

    async def test(app):
        await app.press("G")
        await app.ended()
        assert "w 0." in app.text_of("#parameters") or "w 1." in app.text_of("#parameters")
        assert "╌" not in app.text_of("#parameters")

    drive(test, stage=str(path))


def test_a_diverging_run_says_so_and_can_be_gone_back_in():
    async def test(app):
        await app.press("G")
        await app.ended()
        assert app.moment.status == "diverged"
        epoch = app.moment.epoch
        assert f"diverged at epoch {epoch}" in app.text_of("#header")
        assert not math.isfinite(app.moment.loss)
        await app.press("l")
        assert "1e" in app.text_of("#loss")
        await app.press("P", "P")
        assert app.moment.status == "paused"
        assert math.isfinite(app.moment.loss)
        await app.type_into("learning_rate", "0.1")
        await app.press("enter", "escape", "G")
        await app.ended()
        assert app.moment.status == "finished"

    drive(test, stage="autograd", values={"learning_rate": 0.2, "epochs": 1000})


RAISES = """\
w = 0.0
for epoch in range(9):
    loss = (w - 2) ** 2
    dw = 2 * (w - 2)
    w -= 0.1 * dw
    if epoch == 3:
        raise RuntimeError("[/] no [bold] such luck")
"""


def test_an_exception_stands_at_its_line_and_the_app_goes_on(tmp_path):
    path = tmp_path / "raises.py"
    path.write_text(RAISES)

    async def test(app):
        await app.press("G")
        await app.ended()
        assert "failed at line 7" in app.text_of("#header")
        code = app.text_of("#code")
        assert "▶  7         raise RuntimeError" in code
        assert "▲ RuntimeError: [/] no [bold] such luck" in " ".join(code.split())
        await app.press("p")
        assert app.moment.status == "paused"
        assert "▲" not in app.text_of("#code")
        await app.press("1")
        await app.loaded()
        await app.press("G")
        await app.ended()
        assert app.moment.status == "finished"
        await app.press(str(OWN_NUMBER))
        await app.loaded()
        assert app.moment.epoch == 0

    drive(test, stage=str(path))


def test_a_script_that_fails_before_its_loop(tmp_path):
    path = tmp_path / "early.py"
    path.write_text("import nowhere_to_be_found\n" + RAISES)

    async def test(app):
        await app.until(lambda: app.moment.status == "failed")
        assert "▶  1 import nowhere_to_be_found" in app.text_of("#code")
        assert "ModuleNotFoundError" in app.text_of("#code")
        await app.press("n", "p", "space", "G")
        assert app.moment.status == "failed"

    drive(test, stage=str(path))


def test_a_script_that_hangs_can_be_left(tmp_path):
    path = tmp_path / "hangs.py"
    path.write_text(
        "w = 0.0\ndef hang():\n    while True:\n        pass\nfor epoch in range(9):\n"
        "    loss = w\n    w -= 0.1 * (w - 1)\n    if epoch == 2:\n        hang()\n"
    )

    async def test(app):
        await app.pilot.press("G")
        await app.until(lambda: "waiting for the script" in app.text_of("#header"))
        # Where it hangs, and not where it was when it last reported.
        assert re.search(r"script: line [34], epoch 3 *$", app.text_of("#header"))
        await app.pilot.press("1")
        await app.loaded()
        await app.press("G")
        await app.ended()
        assert app.moment.status == "finished"

    with no_thread_left():
        drive(test, stage=str(path))


def test_resizing_while_it_plays_loses_nothing():
    sizes = [(20, 5), (40, 12), (80, 24), (120, 36), (200, 60), (39, 11), (64, 18), (100, 28)]

    async def test(app):
        await app.press("plus", "plus", "space")
        for width, height in sizes:
            await app.pilot.resize_terminal(width, height)
            seen = app.app.report.moment.epoch
            await app.until(lambda seen=seen: app.moment.epoch > seen)
            lines = app.screen_text().splitlines()
            assert len(lines) == height
            assert all(len(line) == width for line in lines)
            if width < 40 or height < 12:
                assert "gdtui needs 40x12" in app.screen_text()
            else:
                assert "playing" in lines[0]
                assert any(pane.region for pane in app.main.query("#panes Vertical > *"))
        await app.press("space")
        await app.pilot.resize_terminal(120, 36)
        assert len(app.app.report.history) >= app.moment.epoch - 1

    drive(test, values={"epochs": 10_000_000, "print_every": 50_000})


def test_every_list_has_a_width_in_any_window():
    async def test(app):
        # Before the panes are arranged for a new size the screen is laid out in it as it is.
        for width in range(1, 40):
            app.main._refresh_layout(Size(width, 10))
        assert app.app.is_running

    drive(test)


def test_pages_of_a_small_screen():
    async def test(app):
        await app.press("N", "N")
        assert "Code" in app.text_of("#tabs")
        assert "▶" in app.text_of("#code")
        assert not app.main.query_one("#loss").region
        assert "= 4.8 " in app.text_of("#numbers")
        await app.pilot.click("#tabs", offset=Offset(20, 0))
        # A plot that comes into sight is drawn on the next tick.
        await app.until(lambda: "Loss 4.8 " in app.text_of("#loss"))
        assert not app.main.query_one("#code").region
        for pane in ("#parameters", "#timeline", "#fit", "#timeline"):
            await app.press("tab")
            assert app.main.query_one(pane).has_focus
        assert not app.main.query_one("#stages").region
        await app.press("tab")
        assert app.main.focused is app.field("inputs")
        assert "learning_rate" in app.text_of("#settings")
        assert "▸1 manual" in app.text_of("#stages")
        await app.press("shift+tab")
        assert app.main.query_one("#timeline").has_focus
        assert app.text_of("#fit")

    drive(test, size=NARROW)


@pytest.mark.parametrize("stage", ["manual", "autograd"])
def test_quitting_while_it_plays_leaves_no_thread(stage):
    async def test(app):
        await app.press("plus", "plus", "space")
        await app.until(lambda: app.moment.epoch > 1)
        await app.pilot.press("q")
        await app.until(lambda: not app.app.is_running)

    with no_thread_left():
        drive(test, stage=stage, values={"epochs": 1_000_000, "print_every": 1000})


def test_closing_the_app_from_outside_leaves_no_thread():
    async def test(app):
        await app.press("plus", "plus", "space")
        await app.until(lambda: app.moment.epoch > 1)

    with no_thread_left():
        drive(test, values={"epochs": 10_000_000, "print_every": 1000})


def test_the_transcript_stays_put_when_scrolled_back_and_follows_otherwise():
    async def test(app):
        # As it is outside of tests: what is animated may be cut short by the next line.
        app.app.animation_level = "full"
        await app.press("D", "plus", "plus", "space")
        pane = app.main.query_one("#transcript")
        await app.until(lambda: pane.virtual_size.height > 2000)
        pane.focus()
        await app.pilot.press("home")
        await app.until(lambda: "epoch 1: w = 1.200" in app.text_of("#transcript"))
        seen = app.moment.epoch
        await app.until(lambda: app.moment.epoch > seen + 2000)
        assert "epoch 1: w = 1.200" in app.text_of("#transcript")
        await app.press("space")
        await app.pilot.press("end")
        await app.press("N")
        await app.until(lambda: f"epoch {app.moment.epoch}: w" in app.text_of("#transcript"))
        await app.press("N")
        assert f"epoch {app.moment.epoch}: w" in app.text_of("#transcript")

    drive(test, values={"epochs": 10_000_000, "print_every": 1})


def test_what_goes_to_standard_error_is_marked_in_the_transcript(tmp_path):
    path = tmp_path / "warns.py"
    path.write_text(
        "import sys\nw = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n"
        "    print('printed', epoch)\n    print('complained', epoch, file=sys.stderr)\n"
    )

    def strips(app):
        pane = app.main.query_one("#transcript")
        return [list(pane.render_line(y)) for y in range(6)]

    def styles(app, text):
        found = [part.style for strip in strips(app) for part in strip if text in part.text]
        return [str(style.color) for style in found]

    async def test(app):
        await app.press("D", "G")
        await app.ended()
        shown = app.text_of("#transcript")
        for epoch in range(3):
            assert f"{epoch + 1:>6} printed {epoch}" in shown
            assert f"{'':>6}!complained {epoch}" in shown
        assert "!printed" not in shown
        # With a colour of its own, until it is later than the moment that is shown.
        colours = {*styles(app, "complained")}
        assert len(colours) == 1
        assert colours.isdisjoint(styles(app, "printed"))
        await app.press("p", "p", "p", "P")
        await app.until(lambda: app.moment.epoch == 2)
        assert len({*styles(app, "complained 2"), *styles(app, "printed 2")}) == 1

    drive(test, stage=str(path))


def test_the_mouse_works_on_stages_slider_and_key_bar():
    async def test(app):
        await app.press("G")
        await app.ended()
        slider = app.main.query_one("#timeline")
        await app.pilot.click("#timeline", offset=Offset(slider.size.width // 2, 0))
        await app.until(lambda: 3 <= app.moment.epoch <= 7)
        await app.pilot.mouse_down("#timeline", offset=Offset(slider.size.width // 2, 0))
        await app.pilot.hover("#timeline", offset=Offset(0, 0))
        await app.pilot.mouse_up("#timeline", offset=Offset(0, 0))
        await app.until(lambda: app.moment.epoch == 0)
        bar = app.text_of("#keys")
        await app.pilot.click("#keys", offset=Offset(bar.index("N/P epoch"), 0))
        await app.until(lambda: app.moment.epoch == 1)
        line = app.text_of("#stages")
        await app.pilot.click("#stages", offset=Offset(line.index("optimizer"), 0))
        await app.until(lambda: "3 Loss and optimizer" in app.text_of("#header"))
        await app.loaded()

    drive(test)


def test_the_function_that_is_called_is_marked():
    async def test(app):
        await app.press("n")
        app.main.query_one("#code").scroll_to(y=28, animate=False, immediate=True)
        await app.pilot.pause()
        assert "│ 27 def predict(x):" in app.text_of("#code")

    drive(test)


def test_which_scripts_have_to_load_pytorch(monkeypatch):
    monkeypatch.setattr("gdtui.ui.control.worker_app.is_ready", lambda module: False)
    needs = [GdtuiApp(stage)._loads_torch for stage in ("manual", "autograd", "module")]
    assert needs == [False, True, True]
    monkeypatch.setattr("gdtui.ui.control.worker_app.is_ready", lambda module: True)
    assert not GdtuiApp("autograd")._loads_torch


def test_loading_pytorch_is_said_and_keys_answer_meanwhile(tmp_path):
    # Whether torch is there already depends on the other tests, so the script's own import
    # of something slow stands for it.
    from gdtui.ui.texts.wording import state_text

    async def test(app):
        report = app.app.report
        loading = type(report)("loading", report.pace, script=report.script)
        assert state_text(loading, needs_torch=True) == "loading PyTorch"
        assert state_text(loading) == "loading"
        await app.pilot.press("2")
        await app.press("l")
        await app.loaded()

    drive(test)
