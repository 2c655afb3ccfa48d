"""Editing the settings: checked as they are typed, never lost, shown in the code."""

from __future__ import annotations

import pytest
from driving import drive
from textual.widgets import Select

from gdtui.engine.errors import SettingError
from gdtui.ui.app import GdtuiApp
from gdtui.ui.panes.settings import SettingField

pytestmark = pytest.mark.slow


def value(app, name):
    return app.app.report.script.value(name)


def test_a_bad_value_typed_mended_and_accepted():
    async def test(app):
        await app.press("N")
        await app.type_into("learning_rate", "fast")
        assert "it takes a finite number" in app.reason("learning_rate")
        await app.pilot.press("enter")
        assert app.field("learning_rate").value == "fast"
        assert app.field("learning_rate").has_focus
        assert (value(app, "learning_rate"), app.moment.epoch) == (0.01, 1)
        await app.type_into("learning_rate", "0.02")
        assert app.reason("learning_rate") == ""
        await app.press("enter")
        await app.until(lambda: value(app, "learning_rate") == 0.02 and app.moment)
        assert app.moment.epoch == 0
        line = app.app.report.script.settings[4].line
        assert f"~ {line} learning_rate = 0.02" in app.text_of("#code")
        assert app.field("learning_rate").has_focus

    drive(test)


@pytest.mark.parametrize("text", ["", "1e999", "nan", "[1, 2", "True", "'x'", "--", "9" * 400])
def test_what_is_wrong_never_reaches_the_script(text):
    async def test(app):
        field = app.field("learning_rate")
        field.focus()
        field.value = text
        await app.pilot.pause()
        assert app.reason("learning_rate")
        await app.press("enter", "tab", "shift+tab")
        assert field.value == text
        assert value(app, "learning_rate") == 0.01

    drive(test)


def test_leaving_a_field_puts_its_value_in():
    async def test(app):
        await app.type_into("epochs", "25")
        assert value(app, "epochs") == 10
        await app.press("tab")
        await app.until(lambda: value(app, "epochs") == 25)

    drive(test)


def test_arrows_step_the_learning_rate_on_its_scale():
    async def test(app):
        app.field("learning_rate").focus()
        await app.pilot.pause()
        seen = []
        for key in ["up", "up", "up", "down", "down", "down", "down"]:
            await app.press(key)
            seen.append(value(app, "learning_rate"))
        assert seen == [0.02, 0.05, 0.1, 0.05, 0.02, 0.01, 0.005]
        assert app.field("learning_rate").value == "0.005"

    drive(test)


def test_inputs_and_targets_go_in_together():
    async def test(app):
        await app.type_into("inputs", "[1, 2, 3]")
        assert "each input needs one target" in app.reason("inputs")
        await app.press("enter")
        assert value(app, "inputs") == [1, 2, 3, 4]
        await app.type_into("targets", "[3, 6, 9]")
        assert app.reason("inputs") == app.reason("targets") == ""
        await app.press("enter")
        await app.until(lambda: value(app, "targets") == [3, 6, 9])
        assert value(app, "inputs") == [1, 2, 3]

    drive(test)


def test_another_optimizer_brings_its_settings_and_undo_takes_them_back():
    async def test(app):
        def code():
            return app.main.query_one("#code")._text

        select = next(each for each in app.main.query(Select) if each.value == "SGD")
        select.value = "momentum"
        await app.until(lambda: "momentum=0.9)" in code())
        await app.loaded()
        field = app.field("momentum")
        field.value = "0.5"
        field.focus()
        await app.press("enter")
        await app.until(lambda: "momentum=0.5)" in code())
        await app.loaded()
        # What is tried stays when the next value is tried, and another stage takes it along.
        await app.press("escape", "4")
        await app.until(lambda: "model.parameters(), lr=learning_rate, momentum=0.5)" in code())
        await app.loaded()
        await app.press("u")
        await app.until(lambda: "momentum=0.9)" in code())
        await app.loaded()
        await app.press("u")
        await app.until(lambda: "lr=learning_rate)" in code())
        await app.loaded()
        assert not [each for each in app.main.query(SettingField) if each.name == "momentum"]

    drive(test, "optimizer", size=(120, 36))


def test_a_choice_is_a_select():
    async def test(app):
        select = app.main.query_one(Select)
        assert select.value == "sum"
        select.focus()
        await app.pilot.press("enter", "down", "enter")
        await app.until(lambda: value(app, "reduction") == "mean")
        await app.press("g")
        line = app.app.report.script.settings[-1].line
        assert f'~ {line} reduction = "mean"' in app.text_of("#code")

    drive(test)


def test_changed_settings_go_with_the_learner_and_others_do_not():
    async def test(app):
        await app.type_into("learning_rate", "0.05")
        await app.press("enter", "escape")
        await app.press("4")
        await app.loaded()
        assert value(app, "learning_rate") == 0.05
        assert value(app, "epochs") == 200
        await app.press("1")
        await app.loaded()
        assert value(app, "learning_rate") == 0.05
        assert value(app, "epochs") == 10

    drive(test)


def test_what_a_stage_lacks_is_kept_for_the_next():
    async def test(app):
        await app.type_into("w", "1.5")
        await app.press("enter", "escape", "4")
        await app.loaded()
        assert "│w " not in app.text_of("#settings").replace("weight ", "")
        await app.press("2")
        await app.loaded()
        assert value(app, "w") == 1.5

    drive(test)


def test_settings_given_at_the_start_are_changes():
    async def test(app):
        assert value(app, "epochs") == 33
        await app.press("2")
        await app.loaded()
        assert value(app, "epochs") == 33
        await app.press("r")
        await app.loaded()
        assert value(app, "epochs") == 20

    drive(test, values={"epochs": 33})


def test_wrong_settings_do_not_open_the_app():
    with pytest.raises(SettingError, match="learning_rate"):
        GdtuiApp("manual", {"learning_rate": "fast"})
    with pytest.raises(SettingError, match="unknown setting"):
        GdtuiApp("manual", {"speed": 1})


def test_a_script_without_settings_says_so(tmp_path):
    path = tmp_path / "bare.py"
    path.write_text(
        "import math\nw = math.pi\nfor e in (1, 2, 3):\n    loss = w * w\n    w -= 0.1 * 2 * w\n"
    )

    async def test(app):
        assert "This script has none." in app.text_of("#settings")
        await app.press("G")
        await app.ended()

    drive(test, stage=str(path))
