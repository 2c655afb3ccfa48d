"""Keys that come before what they are meant for, in bursts, and to screens that are gone."""

from __future__ import annotations

import asyncio

import pytest
from driving import drive
from rich.style import Style
from textual import work
from textual.events import Click

from gdtui.engine.record.stopping import StopRule
from gdtui.ui.app import GdtuiApp
from gdtui.ui.control.worker_link import WorkerLink
from gdtui.ui.late_messages import CommandList, Palette
from gdtui.ui.panes.answers import AnswerList
from gdtui.ui.screens.main import MainScreen


@pytest.fixture
def loads(monkeypatch):
    """The scripts that are sent to the worker, by name."""
    found = []
    load = WorkerLink.load

    def noted(self, script, *rest):
        found.append(script.name)
        load(self, script, *rest)

    monkeypatch.setattr(WorkerLink, "load", noted)
    return found


@pytest.mark.slow
def test_a_key_typed_before_the_script_is_loaded_acts_once_it_is():
    async def test(d):
        assert d.moment is None
        d.burst("G")
        await d.ended()
        assert d.moment.status == "finished"

    drive(test, loaded=False)


@pytest.mark.slow
def test_early_keys_act_in_order():
    async def test(d):
        d.burst("N", "n", "n", "n", "p", "p")
        await d.until(lambda: d.app.idle and d.moment)
        assert d.moment.position == (2, 1)

    drive(test, loaded=False)


@pytest.mark.slow
@pytest.mark.parametrize(("keys", "playing"), [(" ", True), ("  ", False), ("   ", True)])
def test_play_and_pause_count_though_nothing_has_come_of_them_yet(keys, playing):
    async def test(d):
        d.burst(*keys)
        await d.until(lambda: d.app.idle and d.moment)
        assert (d.app.report.activity == "playing") is playing

    drive(test, values={"epochs": 9_000_000, "print_every": 100_000}, loaded=False)


@pytest.mark.slow
def test_of_several_stages_chosen_in_a_row_the_last_one_is_loaded(loads):
    async def test(d):
        d.burst(*"1231231231231231231231231231231231231231"[:39], "1")
        await d.until(lambda: d.app.idle and d.moment)
        assert d.app.script.name == "manual"
        # The one that was loaded at first, and the last one.
        assert loads == ["manual", "manual"]

    drive(test, "manual")


@pytest.mark.slow
def test_what_is_asked_after_a_stage_is_asked_of_that_stage():
    async def test(d):
        d.burst("N", "2", "1", "N", "N", "n")
        await d.until(lambda: d.app.idle and d.moment and d.moment.epoch)
        assert d.app.script.name == "manual"
        assert d.moment.position == (3, 1)

    drive(test, "manual")


@pytest.mark.slow
def test_a_stage_chosen_before_the_first_picture_keeps_what_is_asked_of_it(loads):
    async def test(d):
        d.burst("1", "N", "N")
        await d.until(lambda: d.app.idle and d.moment and d.moment.epoch)
        assert d.moment.epoch == 2
        assert loads in (["manual"], ["manual", "manual"])

    drive(test, "manual", loaded=False)


@pytest.mark.slow
def test_the_pace_is_kept_whenever_it_is_chosen():
    async def test(d):
        d.burst("-", "-", "1", "-")
        await d.until(lambda: d.app.idle and d.moment)
        d.burst(" ")
        await d.until(lambda: d.app.report.activity == "playing")
        assert d.app.report.pace == 1.0

    drive(test, "manual", values={"epochs": 1000}, loaded=False)


def test_a_worker_that_is_held_up_does_not_take_what_was_asked_with_it():
    async def test(d):
        await d.until(lambda: d.app._link.is_started)
        d.app._link.load(d.app.script, 10.0, StopRule())
        d.app.ask(lambda worker: worker.next_epoch())
        d.app.ask(lambda worker: worker.next_epoch())
        # As after half a second in which nothing was heard, whatever the reason.
        d.app._link.replace(10.0)
        await d.until(lambda: d.app.idle and d.moment and d.moment.epoch == 2)

    drive(test, "manual", loaded=False)


@pytest.mark.slow
def test_a_stage_says_nothing_of_the_settings_of_the_one_before():
    async def test(d):
        field = d.field("epochs")
        field.focus()
        await d.pilot.pause()
        d.burst("2")  # the focused field is taken away with what stands in it
        await d.pilot.press("escape")
        d.app.choose_stage(1)
        d.app.choose_stage(0)
        d.app.choose_stage(1)
        await d.until(lambda: d.app.idle and d.moment)
        assert d.app.script.text == d.app._original.text

    drive(test, "manual")


BURSTS = {
    "lessons, begun twice": ("w", "enter", "enter", "enter"),
    "lessons, closed twice": ("w", "escape", "escape"),
    "lessons, closed at once": ("w", "q"),
    "lessons, begun and closed": ("w", "enter", "escape", "w", "q"),
    "lessons, closed and a stage": ("w", "q", "2", "w", "q", "1"),
    "help, closed in every way": ("?", "escape", "?", "question_mark", "enter", "escape"),
    "palette, opened twice": ("ctrl+p", "ctrl+p", "escape", "escape"),
    "palette, opened while it closes": ("ctrl+p", "escape", "ctrl+p", "escape", "ctrl+p", "escape"),
    "palette, closed twice": ("ctrl+p", "escape", "escape"),
    "stages": ("1", "2", "w", "1", "enter"),
}


@pytest.mark.slow
@pytest.mark.parametrize("keys", BURSTS.values(), ids=list(BURSTS))
def test_a_screen_that_is_left_does_nothing_more(keys):
    async def test(d):
        d.burst(*keys)
        await d.until(lambda: d.app.idle)
        assert d.app.is_running
        assert d.app.screen_stack[0] is d.main

    drive(test)


@pytest.mark.slow
@pytest.mark.parametrize("presses", [1, 2, 3])
def test_a_command_of_the_palette_is_run_once(presses):
    async def test(d):
        await d.pilot.press("ctrl+p")
        await d.pilot.press(*"end of the epoch")
        palette = d.app.screen
        await d.until(
            lambda: palette._list_visible and palette.query_one("CommandList").option_count
        )
        d.burst("down", *["enter"] * presses)
        await d.until(lambda: d.app.screen is d.main and d.app.idle)
        assert d.app.is_running
        assert d.moment.epoch == 1

    drive(test)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["pagedown", "pageup", "down", "up", "home", "end", "enter"])
def test_a_palette_without_room_for_its_list_takes_every_key(key):
    async def test(d):
        await d.pilot.press("ctrl+p")
        await d.pilot.resize_terminal(80, 4)
        palette = d.app.screen
        await d.until(lambda: palette.query_one("CommandList").option_count)
        await d.pilot.press(key, key)
        assert d.app.is_running

    drive(test)


@pytest.mark.slow
def test_what_a_palette_was_looking_for_is_dropped_when_it_closes(monkeypatch):
    async def gather(self, searched):
        self.dismiss()
        self.query_one("#no-such-list")

    monkeypatch.setattr(Palette, "_gather_commands", work(gather))

    async def test(d):
        await d.pilot.press("ctrl+p")
        await d.until(lambda: d.app.screen is d.main)
        assert d.app.is_running

    drive(test)


@pytest.mark.slow
@pytest.mark.parametrize(
    "keys", [*BURSTS.values(), ("space",), ("G",), ("2",), ("tab", "tab", "5")]
)
def test_the_app_can_be_left_in_the_middle_of_anything(keys):
    async def test(d):
        d.burst(*keys, "ctrl+c")
        while d.app.is_running:
            await d.pilot.pause(0.0)
        assert d.app.return_code == 0

    drive(test)


@pytest.mark.slow
@pytest.mark.parametrize("when", [0, 1, 3, 10])
def test_the_app_can_be_left_as_it_opens(when):
    async def test(d):
        for _ in range(when):
            await d.pilot.pause(0.0)
        d.burst("w", "enter", "1", "ctrl+c")
        while d.app.is_running:
            await d.pilot.pause(0.0)
        assert d.app.return_code == 0

    drive(test, loaded=False)


@pytest.mark.slow
def test_a_search_that_goes_on_after_the_palette_is_closed_sets_no_timer():
    async def test(app):
        await app.press("ctrl+p")
        palette = app.app.screen
        await app.press("escape")
        before = palette._busy_timer, palette._no_matches_timer
        palette._start_busy_countdown()
        palette._start_no_matches_countdown("nothing")
        assert (palette._busy_timer, palette._no_matches_timer) == before

    drive(test)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [CommandList, AnswerList])
def test_a_click_on_an_option_that_is_gone_does_nothing(kind):
    async def test(app):
        options = kind()
        options.add_options(["one", "two"])
        await app.main.mount(options)
        options.clear_options()
        drawn = Style(meta={"option": 1})
        options.post_message(Click(options, 1, 1, 0, 0, 1, False, False, False, style=drawn))
        await app.pilot.pause()
        assert app.app.is_running

    drive(test)


@pytest.mark.slow
def test_an_app_that_is_left_while_its_first_screen_opens_leaves_quietly(monkeypatch):
    """It can subscribe to nothing any more."""
    show = MainScreen.show_script

    async def left(self, *given, **options):
        await show(self, *given, **options)
        self.app.exit()
        self.app._running = False

    monkeypatch.setattr(MainScreen, "show_script", left)

    async def run():
        app = GdtuiApp()
        async with app.run_test():
            pass
        assert app._exception is None

    asyncio.run(run())
