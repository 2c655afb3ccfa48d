"""Branches of a run in the app."""

from __future__ import annotations

import numpy as np
import pytest
from driving import drive

pytestmark = pytest.mark.slow


def losses(app):
    return app.app.report.history.loss[:]


def test_the_next_change_starts_a_branch_and_the_old_run_is_pinned():
    async def test(app):
        await app.press("G")
        await app.ended()
        old = losses(app)
        await app.press("g", "N", "N", "N", "j")
        assert "starts a branch after epoch 3" in app.screen_text()
        await app.press("right_square_bracket")
        await app.until(lambda: app.moment and app.moment.epoch == 3)
        assert "starts a branch" not in app.text_of("#news") or not app.main._news.text
        assert "if epoch == 3:  # a branch" in app.app.script.text
        (pin,) = app.app.pins
        assert pin.epochs == 10
        await app.press("N", "N")
        np.testing.assert_array_equal(losses(app)[:4], old[:4])
        assert losses(app)[4] != old[4]
        assert "from A after epoch 3: learning_rate 0.02" in app.app.main.present_run("").note
        await app.press("c")
        await app.pilot.press("C")
        await app.pilot.pause()
        assert "from A after epoch 3: learning_rate 0.02" in app.screen_text()
        await app.pilot.press("enter")  # to the parent
        await app.until(lambda: app.moment and app.moment.epoch == 10)
        np.testing.assert_array_equal(losses(app), old)

    drive(test)


def test_a_branch_is_given_up_by_the_same_key_and_by_another_run():
    async def test(app):
        await app.press("N", "j", "j", "right_square_bracket")
        assert "a branch" not in app.app.script.text
        await app.press("N", "j", "2")
        await app.loaded()
        assert not app.app.situation.branch_news
        assert app.app.check_action("branch", ()) is None

    drive(test)


def test_what_cannot_be_branched_changes_nothing():
    async def test(app):
        await app.press("N", "N", "j")
        before = app.app.script
        await app.app._take(
            type(before)(
                before.text.replace("range(epochs)", "range(epochs + 1)"), before.name, before.path
            )
        )
        await app.pilot.pause()
        assert app.app.script is before
        said = " ".join(each.message.plain for each in app.app._notifications)
        assert "cannot change the line of the loop" in said
        assert app.moment.epoch == 2

    drive(test)
