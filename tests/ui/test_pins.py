"""Pinned runs: their curves, their table, and the way back to them."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui.ui.plots.pins import LABELS
from gdtui.ui.screens.pins import PinsScreen

pytestmark = pytest.mark.slow


def notes(app):
    return " ".join(each.message.plain for each in app.app._notifications)


async def table(app):
    await app.pilot.press("C")
    await app.until(lambda: isinstance(app.app.screen, PinsScreen))
    await app.pilot.pause()
    return app.app.screen


def rows(screen):
    return [str(each.prompt).split() for each in screen._list.options]


def test_a_pinned_run_stays_behind_with_its_letter_and_what_differs():
    async def test(app):
        await app.press("N", "N", "N", "c", "right_square_bracket", "N")
        loss = app.text_of("#loss")
        assert "A 0.01  now 0.02" in loss
        picture = app.main._loss._picture(app.main._loss.colour)
        assert [each.symbol for each in picture.points].count("A") == 1
        pinned = next(each for each in picture.curves if len(each.x) == 3)
        assert not pinned.dashed  # and not once more as the run before
        assert len(picture.curves) == 2
        assert "A" in app.text_of("#parameters")

    drive(test)


def test_a_pinned_run_grows_as_long_as_it_is_in_front():
    async def test(app):
        await app.press("N", "c", "N", "N", "right_square_bracket", "N", "c")
        screen = await table(app)
        assert rows(screen) == [
            ["A", "0.01", "3", "0.768", "smooth"],
            ["B", "0.02", "1", "30", "too", "early"],
        ]

    drive(test)


def test_a_second_press_unpins_and_other_epochs_of_the_same_take_its_place():
    async def test(app):
        await app.press("N", "c")
        assert app.app.situation.is_pinned
        await app.press("c")
        assert app.app.pins == ()
        await app.press("c", "r", "N", "N", "c")
        assert "A is this run now" in notes(app)
        assert [each.epochs for each in app.app.pins] == [2]

    drive(test)


def test_enter_in_the_table_runs_the_pinned_run_again_to_where_it_was():
    async def test(app):
        await app.press("N", "N", "n", "n", "c", "right_square_bracket", "N", "2")
        await app.loaded()
        await app.press("N", "c")
        screen = await table(app)
        assert rows(screen)[0][:2] == ["A", "manual,"]
        await app.pilot.press("enter")
        await app.until(lambda: app.moment is not None and app.moment.epoch == 2)
        assert app.app.script.name == "manual"
        assert app.app.script.values["learning_rate"] == 0.01
        await app.press("u")  # the way back
        await app.loaded()
        assert app.app.script.values["learning_rate"] == 0.02

    drive(test)


def test_the_run_of_an_edited_text_is_gone_back_to_with_its_text():
    async def test(app):
        await app.press("N", "c")
        script = app.app.script
        await app.app._take(
            type(script)(script.text.replace("w -= ", "w -= 2 * "), script.name, script.path)
        )
        await app.loaded()
        await app.press("N", "c", "r")
        await app.loaded()
        assert "w -= 2 * " not in app.app.script.text
        screen = await table(app)
        assert [row[1:3] for row in rows(screen)][:2] == [["another", "text"]] * 2
        await app.pilot.press("down", "enter")
        await app.until(lambda: app.moment is not None and app.moment.epoch == 1)
        assert "w -= 2 * " in app.app.script.text

    drive(test)


def test_delete_unpins_and_the_last_one_closes_the_table():
    async def test(app):
        await app.press("N", "c", "right_square_bracket", "N", "c")
        screen = await table(app)
        await app.pilot.press("delete")
        assert [each.label for each in app.app.pins] == ["B"]
        assert rows(screen)[0][0] == "B"
        await app.pilot.press("delete")
        await app.until(lambda: not isinstance(app.app.screen, PinsScreen))
        assert not app.app.pins

    drive(test)


def test_no_more_runs_are_pinned_than_there_are_letters():
    async def test(app):
        for _ in LABELS:
            await app.press("N", "c", "right_square_bracket")
        await app.press("N", "c")
        assert len(app.app.pins) == len(LABELS)
        assert "no more fit" in notes(app)

    drive(test)


def test_nothing_can_be_pinned_before_the_first_epoch_or_in_a_lesson():
    async def test(app):
        assert app.app.check_action("pin", ()) is None
        await app.press("N")
        assert app.app.check_action("pin", ())

    drive(test)
