"""Trying other settings: one key to them, stepping the learning rate, undo and redo."""

from __future__ import annotations

import pytest
from driving import drive
from test_lessons import open_app, teach

from gdtui import Script

pytestmark = pytest.mark.slow


def value(app, name):
    return app.app.script.value(name)


def selected(app, name):
    return app.field(name).selected_text


async def settled(app):
    await app.until(lambda: app.app.idle and app.moment is not None)


@pytest.mark.parametrize("size", [(120, 36), (100, 30), (80, 24), (40, 12)])
def test_the_first_experiment(size):
    async def test(app):
        await app.press("N", "s")
        field = app.field("learning_rate")
        await app.until(lambda: field.has_focus)
        assert field.region
        assert selected(app, "learning_rate") == "0.01"
        await app.press("0", "full_stop", "0", "3", "enter")
        await settled(app)
        assert value(app, "learning_rate") == 0.03
        assert app.moment.position == (0, 0)
        assert field.has_focus
        assert selected(app, "learning_rate") == "0.03"
        # The next one is typed in its place.
        await app.press("1", "enter")
        await settled(app)
        assert value(app, "learning_rate") == 1.0
        await app.until(lambda: selected(app, "learning_rate") == "1.0")
        await app.press("escape")
        await app.until(lambda: app.main.query_one("#code").has_focus)
        assert app.main.query_one("#code").region
        await app.press("n")
        assert app.moment.step == 1

    drive(test, size=size)


def test_escape_goes_back_to_the_page_that_was_left():
    async def test(app):
        app.main.show_page("Plots")
        await app.press("s")
        await app.until(lambda: app.field("learning_rate").has_focus)
        await app.press("escape")
        await app.until(lambda: app.main.query_one("#loss").region)
        await app.press("n")
        assert app.moment.step == 1

    drive(test, size=(80, 24))


def test_a_page_that_was_turned_to_since_stays():
    async def test(app):
        await app.press("s")
        app.main.show_page("Views")
        app.main.focus_run()
        await app.pilot.pause()
        assert app.main.query_one("#view").region

    drive(test, size=(80, 24))


def test_without_a_learning_rate_the_first_setting_is_gone_to(tmp_path):
    path = tmp_path / "no-rate.py"
    path.write_text(
        "epochs = 3\nw = 1.0\nfor e in range(epochs):\n    loss = w * w\n    w -= 0.2 * w\n"
    )

    async def test(app):
        await app.press("s")
        await app.until(lambda: app.field("epochs").has_focus)
        await app.press("escape", "right_square_bracket")
        assert app.app.script.text == path.read_text()
        assert "learning rate" not in app.text_of("#keys")

    drive(test, stage=str(path))


def test_escape_from_a_field_leaves_though_another_is_wrong():
    async def test(app):
        await app.type_into("epochs", "0")
        app.main.query_one("#code").focus()
        await app.press("s")
        await app.until(lambda: app.field("learning_rate").has_focus)
        await app.press("escape")
        await app.until(lambda: app.main.query_one("#code").has_focus)
        assert app.field("epochs").value == "0"

    drive(test)


def test_a_wrong_value_is_not_selected_but_stays_to_be_mended():
    async def test(app):
        await app.press("s")
        await app.until(lambda: app.field("learning_rate").has_focus)
        await app.press("f", "a", "s", "t", "enter")
        assert app.field("learning_rate").value == "fast"
        assert selected(app, "learning_rate") == ""
        assert app.reason("learning_rate")

    drive(test)


@pytest.mark.parametrize("text", ["0,05", "0,5", "-1,5", ",5", "1,5e-3"])
def test_a_decimal_comma_is_explained(text):
    async def test(app):
        field = app.field("learning_rate")
        field.focus()
        field.value = text
        await app.pilot.pause()
        assert app.reason("learning_rate") == f"{text} has a comma; write {text.replace(',', '.')}"
        await app.press("enter")
        assert value(app, "learning_rate") == 0.01

    drive(test)


def test_a_decimal_comma_in_the_rule_to_stop_is_explained():
    async def test(app):
        run = app.moment.run
        field = app.field("stop_below")
        field.focus()
        field.value = "0,05"
        row = next(each for each in app.main.query("StopRow") if field in each.query("TextField"))
        await app.until(lambda: row.has_class("-wrong"))
        assert str(row.query_one(".reason").render()) == "0,05 has a comma; write 0.05"
        await app.press("enter")
        assert app.field("stop_below").value == "0,05"
        assert app.moment.run == run

    drive(test)


def test_a_list_keeps_its_commas():
    async def test(app):
        await app.type_into("inputs", "1,2,3,5")
        await app.press("enter")
        await app.until(lambda: value(app, "inputs") == (1, 2, 3, 5))

    drive(test)


def test_brackets_step_the_learning_rate_from_anywhere():
    async def test(app):
        seen = []
        for place in ("#code", "#loss", "#timeline", "#fit"):
            app.main.query_one(place).focus()
            await app.press("N", "right_square_bracket")
            await settled(app)
            seen.append(value(app, "learning_rate"))
            assert app.moment.position == (0, 0)
            assert app.main.query_one(place).has_focus
            assert app.field("learning_rate").value == repr(seen[-1])
        for _ in range(5):
            await app.press("left_square_bracket")
            await settled(app)
        assert seen == [0.02, 0.05, 0.1, 0.2]
        assert value(app, "learning_rate") == 0.005

    drive(test)


def test_a_step_puts_right_what_was_typed_wrongly():
    async def test(app):
        await app.type_into("learning_rate", "fast")
        app.main.query_one("#code").focus()
        await app.press("right_square_bracket")
        await settled(app)
        assert app.field("learning_rate").value == "0.02"
        assert app.reason("learning_rate") == ""

    drive(test)


def test_in_a_field_a_bracket_is_a_bracket():
    async def test(app):
        await app.type_into("inputs", "[4, 3, 2, 1]")
        await app.press("enter")
        await app.until(lambda: value(app, "inputs") == [4, 3, 2, 1])
        assert value(app, "learning_rate") == 0.01

    drive(test)


def test_every_change_is_undone_and_redone():
    async def test(app):
        seen = [app.app.script.text]
        await app.press("right_square_bracket")
        await settled(app)
        seen.append(app.app.script.text)
        await app.type_into("epochs", "7")
        await app.press("enter", "escape")
        await settled(app)
        seen.append(app.app.script.text)
        await app.type_into("stop_below", "3")
        await app.press("enter", "escape")
        await settled(app)
        await app.press("r")
        await settled(app)
        assert app.app.script.text == seen[0]
        assert app.field("stop_below").value == "None"
        await app.press("u")
        await settled(app)
        assert app.app.script.text == seen[2]
        assert app.field("stop_below").value == "3.0"
        await app.press("u")
        await settled(app)
        assert app.field("stop_below").value == "None"
        await app.press("u")
        await settled(app)
        assert app.app.script.text == seen[1]
        await app.press("u")
        await settled(app)
        assert app.app.script.text == seen[0]
        assert app.moment.position == (0, 0)
        await app.press("u")
        for text in (seen[1], seen[2], seen[2], seen[0]):
            await app.press("U")
            await settled(app)
            assert app.app.script.text == text
        await app.press("U")
        assert app.app.script.text == seen[0]

    drive(test)


def test_a_change_is_undone_in_another_stage():
    async def test(app):
        await app.press("right_square_bracket", "2")
        await settled(app)
        assert value(app, "learning_rate") == 0.02
        await app.press("u")
        await settled(app)
        assert app.app.script.text == Script.stage("autograd").text
        await app.press("1")
        await settled(app)
        assert app.app.script.text == Script.stage("manual").text

    drive(test)


def test_what_was_given_at_the_start_is_where_undo_ends():
    async def test(app):
        await app.press("u")
        assert value(app, "epochs") == 33
        await app.press("r")
        await settled(app)
        assert value(app, "epochs") == 10
        await app.press("u")
        await settled(app)
        assert value(app, "epochs") == 33

    drive(test, values={"epochs": 33})


def test_undo_says_what_it_has_done():
    async def test(learner):
        app = learner.driver
        await app.press("right_square_bracket", "u")
        await app.until(lambda: "learning_rate is 0.01 again" in app.screen_text())

    open_app(test, None, offer=False)


def test_in_a_lesson_u_puts_back_and_undoes_nothing_else():
    async def test(learner):
        await learner.press("right_square_bracket")
        await learner.settled()
        assert learner.app.script.value("learning_rate") == 0.02
        assert "With your learning_rate = 0.02" in learner.pane().replace("`", "")
        await learner.press("U")
        assert learner.app.script.value("learning_rate") == 0.02
        await learner.press("u")
        assert learner.app.script.value("learning_rate") == 0.01

    teach(test, "1", (120, 36))


def test_the_key_bar_says_what_a_field_takes():
    async def test(app):
        assert "back to the run" not in app.text_of("#keys")
        await app.press("s")
        await app.until(lambda: "enter try it  esc back to the run" in app.text_of("#keys"))
        await app.press("escape")
        await app.until(lambda: "back to the run" not in app.text_of("#keys"))
        assert "s settings" in app.text_of("#keys")

    drive(test)
