"""Every key does what the key bar says, in the real app."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui.stages import OWN_NUMBER
from gdtui.ui.commands.app_state import Situation
from gdtui.ui.commands.table import COMMANDS
from gdtui.ui.screens.help import HelpScreen

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("key", ["n", "right"])
def test_next_statement_and_its_phase(key):
    async def test(app):
        seen = []
        for _ in range(5):
            await app.press(key)
            seen.append((app.moment.step, str(app.moment.phase), app.moment.line))
        assert seen == [
            (1, "predict", 50),
            (2, "loss", 53),
            (3, "gradient", 56),
            (4, "update", 60),
            (5, "report", 62),
        ]
        assert app.main.query_one("#pipeline").phase == "report"
        assert "▶ 62     if epoch % print_every == 0:" in app.text_of("#code")

    drive(test)


@pytest.mark.parametrize("key", ["p", "left"])
def test_one_statement_back(key):
    async def test(app):
        await app.press("n", "n", "n", "n", key)
        assert (app.moment.step, app.moment.phase) == (3, "gradient")
        assert app.moment.parameters == {"w": 0.0}
        assert "▶ 56     dw = gradient(x, y, y_pred)" in app.text_of("#code")

    drive(test)


@pytest.mark.parametrize(("on", "back"), [("N", "P"), ("shift+right", "shift+left")])
def test_a_whole_epoch_on_and_back(on, back):
    async def test(app):
        await app.press("n", on, on, on)
        assert (app.moment.epoch, app.moment.epoch_over) == (3, True)
        assert "epoch 3/10" in app.text_of("#header")
        await app.press(back)
        assert (app.moment.epoch, app.moment.epoch_over) == (2, True)
        assert "loss 4.8 " in app.text_of("#header")

    drive(test)


def test_space_plays_and_pauses():
    async def test(app):
        await app.press("plus", "plus", "space")
        await app.until(lambda: app.app.report.activity == "playing" and app.moment.epoch > 3)
        assert "playing flat out" in app.text_of("#header")
        assert "space pause" in app.text_of("#keys")
        await app.press("space")
        await app.until(lambda: app.app.report.activity == "paused")
        assert 3 < app.moment.epoch < 10_000_000
        assert "paused" in app.text_of("#header")

    drive(test, values={"epochs": 10_000_000, "print_every": 1000})


def test_g_goes_to_the_start_and_capital_g_to_the_end():
    async def test(app):
        await app.press("G")
        await app.ended()
        assert (app.moment.epoch, app.moment.status) == (10, "finished")
        assert app.app.report.pace == 10
        await app.press("g")
        assert (app.moment.epoch, app.moment.step) == (0, 0)
        assert app.moment.parameters == {"w": 0.0}
        assert "▶ 48 for epoch in range(epochs):" in app.text_of("#code")

    drive(test)


def test_a_report_from_before_a_key_does_not_undo_it():
    """On a busy machine it may come in between two presses, which are two steps all the same."""

    async def test(app):
        stale = app.app.report
        assert stale.pace == 10
        await app.press("plus")
        app.app._link._latest = stale
        app.app.on_reports_waiting()
        assert app.app.report.pace == 30
        await app.press("plus")
        assert app.app.report.pace == float("inf")

    drive(test)


def test_the_pace_changes_live():
    async def test(app):
        paces = []
        for key in ["plus", "equals_sign", "plus", "minus", "minus", "minus", *["minus"] * 3]:
            await app.press(key)
            paces.append(app.app.report.pace)
        assert paces == [30, float("inf"), float("inf"), 30, 10, 5, 2, 1, 1]

    drive(test)


def test_l_draws_the_loss_on_a_logarithmic_scale():
    async def test(app):
        await app.press("G")
        await app.ended()
        assert "20┤" in app.text_of("#loss")
        await app.press("l")
        await app.pilot.pause()
        assert "1e-" in app.text_of("#loss")
        assert "log scale" in app.text_of("#loss")
        await app.press("l")
        await app.pilot.pause()
        assert "20┤" in app.text_of("#loss")

    drive(test)


def test_r_puts_back_the_settings_and_starts_again():
    async def test(app):
        await app.type_into("learning_rate", "0.02")
        await app.press("enter", "escape", "N")
        assert app.app.report.script.value("learning_rate") == 0.02
        await app.press("r")
        await app.until(lambda: app.moment and app.moment.epoch == 0)
        assert app.app.report.script.value("learning_rate") == 0.01
        assert app.field("learning_rate").value == "0.01"

    drive(test, values={"epochs": 7})


def test_numbers_choose_the_stage():
    async def test(app):
        for number, title in enumerate(
            ["Gradients by autograd", "Loss and optimizer", "A model from PyTorch"], 2
        ):
            await app.press(str(number))
            await app.loaded()
            assert title in app.text_of("#header")
            name = app.app.report.script.name
            assert f"▸{number} {name}" in app.text_of("#stages")
            assert app.text_of("#stages").count("▸") == 1
        await app.press("1")
        await app.loaded()
        assert "gradient by hand" in app.text_of("#pipeline")
        await app.press(str(OWN_NUMBER))
        assert "1 Everything by hand" in app.text_of("#header")

    drive(test)


def test_help_lists_every_command_and_closes():
    async def test(app):
        await app.press("question_mark")
        assert isinstance(app.app.screen, HelpScreen)
        for command in COMMANDS:
            # A long one goes on in the next row.
            assert command.help in " ".join(" ".join(map(str, _help_lines(app))).split())
        await app.press("n")
        assert app.moment.step == 0
        await app.press("escape")
        assert app.app.screen is app.main

    drive(test)


@pytest.mark.parametrize("key", ["q", "escape"])
@pytest.mark.parametrize("opener", ["question_mark", "w"])
@pytest.mark.parametrize("size", [(120, 36), (40, 12)])
def test_q_and_escape_close_what_stands_above_the_panes(opener, key, size):
    async def test(app):
        # Whether anything in it has the focus or not.
        for focused in (True, False):
            await app.press(opener)
            await app.until(lambda: app.app.screen.focused and app.app.screen is not app.main)
            if not focused:
                app.app.screen.set_focus(None)
            await app.press("down", key)
            await app.until(lambda: app.app.screen is app.main)
        await app.press("n")
        assert app.moment.step == 1

    drive(test, size=size)


def _help_lines(app):
    return str(app.app.screen.query_one("Static").render()).splitlines()


def test_the_palette_finds_a_command_and_runs_it():
    async def test(app):
        await app.press("ctrl+p")
        await app.pilot.press(*"whole", *["backspace"] * 5, *"end of the epoch")
        await app.until(lambda: "Run to the end of the epoch" in app.screen_text())
        await app.pilot.press("down", "enter")
        await app.until(lambda: app.moment.epoch == 1)

    drive(test)


def test_tab_goes_through_the_panes_and_fields_and_back():
    async def test(app):
        assert app.main.focused.id == "code"
        names = []
        for _ in range(16):
            names.append(app.main.focused.id or app.main.focused.name or "select")
            await app.press("tab")
        assert names[:6] == ["code", "numbers", "loss", "parameters", "fit", "timeline"]
        assert names[6:8] == ["inputs", "targets"]
        assert names[-2:] == ["stop_below", "stop_stalled"]
        await app.press("shift+tab")
        assert (app.main.focused.id or app.main.focused.name or "select") == names[-1]

    drive(test)


def test_keys_typed_into_a_field_go_to_the_field():
    async def test(app):
        field = app.field("w")
        field.focus()
        await app.pilot.pause()
        await app.pilot.press("end", "n", "q", "l", "1", "space", "left", "shift+left", "G")
        assert (app.moment.epoch, app.moment.step) == (0, 0)
        assert app.app.is_running
        # The arrows moved and selected in the field: G took the place of the 1.
        assert field.value == "0.0nqlG "
        await app.pilot.press("escape")
        assert field.value == "0.0"
        assert app.main.focused.id == "code"

    drive(test)


def test_t_switches_between_dark_and_light():
    async def test(app):
        dark = app.app.current_theme.dark
        await app.press("t")
        assert app.app.current_theme.dark is not dark

    drive(test)


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
def test_quitting(key):
    async def test(app):
        await app.pilot.press(key)
        await app.until(lambda: not app.app.is_running)

    drive(test)


def test_ctrl_c_ends_it_from_a_field_too():
    async def test(app):
        app.field("w").focus()
        await app.pilot.pause()
        await app.pilot.press("ctrl+c")
        await app.until(lambda: not app.app.is_running)

    drive(test)


def test_the_timeline_has_keys_of_its_own():
    async def test(app):
        await app.press("G")
        await app.ended()
        app.main.query_one("#timeline").focus()
        await app.pilot.pause()
        for key, epoch in [
            ("home", 0),
            ("pagedown", 1),
            ("pagedown", 2),
            ("end", 10),
            ("pageup", 9),
        ]:
            await app.press(key)
            await app.until(lambda epoch=epoch: app.moment.epoch == epoch)

    drive(test)


def _grey(app) -> set[str]:
    """The keys of the key bar that are drawn as dead."""
    situation: Situation = app.main.query_one("#keys").situation
    return {command.keys[0] for command in COMMANDS if not command.enabled(situation)}


def test_a_key_that_can_do_nothing_is_grey_and_does_nothing():
    async def test(app):
        back, on = {"p", "P", "g"}, {"space", "n", "N", "G"}
        assert _grey(app) >= back | {"r", str(OWN_NUMBER)}
        assert not _grey(app) & on
        await app.press("p", "P", "g")
        assert (app.moment.epoch, app.moment.step) == (0, 0)
        await app.press("n")
        assert not _grey(app) & (back | on)
        await app.press("G")
        await app.ended()
        assert _grey(app) >= on
        assert not _grey(app) & back
        await app.press("n", "N", "space")
        assert app.moment.status == "finished"

    drive(test)
