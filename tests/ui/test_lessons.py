"""Lessons in the app, by keyboard alone."""

from __future__ import annotations

import asyncio
import json

import numpy as np
import pytest
from driving import Driver, drive
from textual.widgets import TextArea

from gdtui.lessons.format.lesson import PANES
from gdtui.lessons.format.library import find_lesson
from gdtui.lessons.walk.progress import Progress
from gdtui.ui.app import GdtuiApp
from gdtui.ui.screens.editor import EditorScreen
from gdtui.ui.screens.layouts import PLACES
from gdtui.ui.screens.lesson_choice import LessonsScreen

pytestmark = pytest.mark.slow

X = np.array([1.0, 2.0, 3.0, 4.0])
Y = 2 * X


class Learner:
    """Someone at the keyboard, in a lesson."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.app = driver.app

    @property
    def walk(self):
        return self.app.guide.walk

    @property
    def page(self):
        return self.walk.page

    def pane(self) -> str:
        return " ".join(self.driver.text_of("#lesson").replace("│", " ").split())

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.driver.pilot.press(key)
            await self.settled()

    async def settled(self) -> None:
        await self.driver.until(lambda: not self.app.guide.is_busy and self.app.idle)

    async def type(self, text: str) -> None:
        names = {"-": "minus", ".": "full_stop", "+": "plus", ":": "colon", " ": "space"}
        names |= {"(": "left_parenthesis", ")": "right_parenthesis", "_": "underscore"}
        names |= {"=": "equals_sign", "*": "asterisk"}
        await self.press(*(names.get(each, each) for each in text))

    async def say(self, text: str) -> None:
        """Answer, and read what comes of it."""
        assert self.walk.state == "asking", self.page.title
        await self.type(text)
        await self.press("enter")
        assert self.walk.state == "answered", self.pane()

    async def read_on(self) -> None:
        """Go on until something is asked, or the lesson is over."""
        await self.press("enter")
        while self.walk.state == "reading":
            await self.press("enter")


def teach(test, lesson, size=(100, 30), progress=None, again=False) -> None:
    """Open the app with a lesson and run an async test with a learner."""

    async def run() -> None:
        app = GdtuiApp(lesson=find_lesson(lesson), progress=lambda: progress, again=again)
        async with app.run_test(size=size) as pilot:
            learner = Learner(Driver(app, pilot))
            await learner.driver.loaded()
            await learner.driver.until(lambda: app.guide.walk is not None)
            await learner.settled()
            await test(learner)

    asyncio.run(run())


def line_of(learner: Learner, code: str) -> str:
    lines = learner.app.script.lines
    return str(next(n for n, line in enumerate(lines, 1) if line.strip().startswith(code)))


def test_a_bug_is_mended_in_the_editor():
    async def test(learner):
        driver = learner.driver
        await learner.read_on()
        while learner.page.kind != "bug":
            await learner.app.guide.do(lambda walk: walk.skip())
            await learner.settled()
            await learner.read_on()
        buggy = learner.app.script.text
        assert "e mend it in the editor" in learner.pane()

        async def open_editor():
            await driver.pilot.press("escape", "e")
            await driver.until(lambda: isinstance(learner.app.screen, EditorScreen))
            await driver.pilot.pause()
            return learner.app.screen.query_one(TextArea)

        area = await open_editor()
        assert area.text == buggy
        await driver.pilot.press("ctrl+s")
        await driver.until(lambda: not isinstance(learner.app.screen, EditorScreen))
        await learner.settled()
        assert learner.walk.state == "asking"
        assert "the script is as it was" in learner.pane()

        area = await open_editor()
        # Two lines change places, with all that stands between them.
        lines = area.text.replace("optimizer.step()", "?").replace(
            "optimizer.zero_grad()", "optimizer.step()"
        )
        area.load_text(lines.replace("?", "optimizer.zero_grad()"))
        await driver.pilot.press("ctrl+s")
        await driver.until(lambda: not isinstance(learner.app.screen, EditorScreen))
        await driver.until(lambda: learner.walk.state == "answered")
        await learner.settled()
        assert learner.page.outcome == "right", learner.page.said
        assert learner.app.script.text == lines.replace("?", "optimizer.zero_grad()")
        # It is no change of the learner's own: the lesson goes on by itself.
        await learner.press("enter")
        assert learner.walk.state == "reading"

    teach(test, "b9")


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_lesson_1_from_start_to_end_by_keyboard(size):
    w, rate = 0.0, 0.01
    shares = 2 * X * (w * X - Y)
    second = rate * -shares.sum()
    after_two = second - rate * (2 * X * (second * X - Y)).sum()

    async def test(learner):
        await learner.read_on()
        for answer in (
            "0",
            f"{np.mean((w * X - Y) ** 2):g}",
            "a",
            f"{shares[-1]:g}",
            f"{shares.sum():g}",
            "a",
            f"{second:g}",
            "b",
            f"{after_two:g}",
            line_of(learner, "w -= "),
            "10",
        ):
            await learner.say(answer)
            assert learner.page.outcome == "right", learner.page.said
            await learner.read_on()
        assert learner.walk.state == "over"
        assert "11 of 11 right" in learner.pane()
        await learner.press("enter")
        assert learner.walk.lesson.name == "2-why-it-converges"

    teach(test, "1", size)


def test_lesson_3_from_start_to_end_by_keyboard():
    first = np.mean(2 * X * -Y)
    w = -0.01 * first
    second = np.mean(2 * X * (w * X - Y))

    async def test(learner):
        await learner.read_on()
        for answer in (
            "4",
            "a",
            f"{first:g}",
            "a",
            f"{w:g}",
            line_of(learner, "w.grad.zero_()"),
            f"{first + second:.4g}",
            "c",
            "b",
        ):
            await learner.say(answer)
            assert learner.page.outcome == "right", learner.page.said
            await learner.read_on()
        assert learner.walk.state == "over"
        assert "9 of 9 right" in learner.pane()

    teach(test, "3")


def test_what_is_looked_at_is_in_sight_and_lit():
    async def test(learner):
        await learner.press("enter")
        main = learner.driver.main
        assert main.panes == ("lesson", "code", "details")
        assert main.query_one("#code").has_class("-lit")
        assert main.query_one("#details").has_class("-lit")
        assert not main.query_one("#diagnosis").display
        await learner.press("w")
        assert "lesson" not in main.panes
        assert not main.query(".-lit")
        assert main.query_one("#diagnosis").display

    teach(test, "1")


@pytest.mark.parametrize(
    ("lesson", "title", "answer", "used"),
    [
        ("1", "All shares together", "-120", "sum"),
        ("4", "The first epoch with autograd", "-30", "mean"),
    ],
)
@pytest.mark.parametrize("size", [(120, 36), (100, 30), (80, 24)])
def test_the_sum_and_the_mean_are_in_sight_where_the_text_speaks_of_them(
    lesson, title, answer, used, size
):
    async def test(learner):
        while learner.page.title != title:
            await learner.press("enter" if learner.walk.state != "asking" else "s")
        await learner.say(answer)
        rows = [
            line.strip("│ ").split() for line in learner.driver.text_of("#details").splitlines()
        ]
        totals = {row[0]: row[-1] for row in rows if row and row[0] in ("sum", "mean")}
        assert totals == {"sum": "-120", "mean": "-30"}
        assert totals[used] == answer

    teach(test, lesson, size)


def test_every_pane_that_a_lesson_can_name_has_its_place():
    assert set(PANES) == {*PLACES, "diagnosis"}


def test_a_curve_is_shown_without_the_code_and_the_diagnosis():
    async def test(learner):
        await learner.press("enter", "enter")
        assert learner.page.title == "Curve 1"
        assert learner.driver.main.panes == ("lesson", "loss")
        screen = learner.driver.screen_text()
        assert "learning_rate" not in screen
        assert "0.0002" not in screen

    teach(test, "8", (120, 36))


@pytest.mark.parametrize("size", [(160, 50), (120, 36), (100, 30), (80, 24), (64, 18), (40, 12)])
def test_the_question_where_to_answer_and_the_keys_are_in_sight(size):
    async def test(learner):
        await learner.press("enter")
        screen = " ".join(learner.driver.screen_text().split())
        assert "what does the model predict for x = 3?" in learner.pane()
        field = learner.driver.main.query_one("AnswerField")
        assert field.has_focus
        assert field.region.height == 1
        for key in ("enter answer", "h hint", "s skip"):
            assert key in screen

    teach(test, "1", size)


def test_letters_are_keys_of_the_app_while_a_number_is_asked_for():
    async def test(learner):
        await learner.press("enter", "7", "h")
        assert learner.page.hints
        field = learner.driver.main.query_one("AnswerField")
        assert field.value == "7"
        await learner.press("n")
        assert learner.driver.moment.line == int(line_of(learner, "y_pred = "))
        assert field.value == "7"
        await learner.press("backspace")
        assert field.value == ""
        await learner.press("backspace")
        assert learner.page.title == "The samples"

    teach(test, "1")


def test_what_is_no_answer_is_said_and_nothing_is_lost():
    async def test(learner):
        await learner.press("enter")
        await learner.type("1-2")
        await learner.press("enter")
        assert learner.walk.state == "asking"
        assert "'1-2' is not a number" in learner.pane()
        assert learner.driver.main.query_one("AnswerField").value == "1-2"

    teach(test, "1", (120, 36))


def test_a_learner_who_wanders_off_finds_the_lesson_where_it_was():
    async def test(learner):
        await learner.press("enter")
        await learner.say("0")
        place = learner.driver.moment.position
        await learner.press("N", "N", "g", "n", "enter")
        assert learner.driver.moment.position == place
        await learner.say("30")
        assert learner.page.outcome == "right"

    teach(test, "1")


def test_other_settings_in_mid_lesson_give_other_numbers_until_they_are_put_back():
    async def test(learner):
        for _ in range(9):
            await learner.press("enter" if learner.walk.state != "asking" else "s")
        while learner.page.title != "The update":
            await learner.press("enter" if learner.walk.state != "asking" else "s")
        learner.driver.main.show_page("Settings")
        await learner.driver.type_into("learning_rate", "0.02")
        await learner.press("enter")
        learner.driver.main.show_page("Lesson")
        learner.driver.main.focus_lesson()
        await learner.settled()
        assert "learning_rate = 0.02" in learner.pane()
        await learner.say("2.4")
        assert learner.page.outcome == "right"
        await learner.press("u")
        assert learner.app.script.value("learning_rate") == 0.01
        assert "With your" not in learner.pane()

    teach(test, "1")


def test_another_stage_in_mid_lesson_is_said_and_put_back():
    async def test(learner):
        # Digits choose no stage in a lesson; a click does.
        learner.driver.main.show_page("All")
        await learner.driver.pilot.pause()
        line = learner.driver.text_of("#stages")
        await learner.driver.pilot.click("#stages", offset=(line.index("optimizer"), 0))
        await learner.driver.until(lambda: learner.walk.state == "stuck")
        learner.driver.main.show_page("Lesson")
        await learner.settled()
        assert "about manual; what runs now is optimizer" in learner.pane()
        await learner.press("u")
        assert learner.walk.state == "reading"
        assert learner.app.script.name == "manual"

    teach(test, "1", (120, 36))


def test_a_rule_that_stops_the_run_is_said_and_put_back():
    async def test(learner):
        while learner.page.title != "What it costs":
            await learner.press("enter" if learner.walk.state != "asking" else "s")
        learner.driver.main.show_page("Settings")
        field = next(f for f in learner.driver.main.query("StopField") if f.name == "stop_below")
        field.focus()
        await learner.press("end", *["backspace"] * len(field.value))
        await learner.type("10")
        await learner.press("enter")
        await learner.settled()
        learner.driver.main.show_page("Lesson")
        learner.driver.main.focus_lesson()
        await learner.settled()
        assert "stop" in learner.driver.moment.message
        await learner.press("u")
        assert learner.driver.moment.status == "finished"

    teach(test, "4")


def test_a_bug_is_mended_by_typing_the_line():
    async def test(learner):
        while learner.page.kind != "bug":
            await learner.press("enter" if learner.walk.state != "asking" else "s")
        assert "~" not in learner.driver.text_of("#code")
        number = line_of(learner, "w += ")
        await learner.say(f"{number}: w -= learning_rate * w.grad")
        assert learner.page.outcome == "right"
        assert "w -= learning_rate * w.grad" in learner.app.script.text
        assert "w +=" not in learner.app.script.text

    teach(test, "b2", (120, 36))


def test_a_wrong_line_is_said_and_the_mend_shown():
    async def test(learner):
        while learner.page.kind != "bug":
            await learner.press("enter" if learner.walk.state != "asking" else "s")
        await learner.say("20")
        assert learner.page.outcome == "wrong"
        assert "Line 20 is correct" in learner.pane()
        assert "w -= learning_rate" in learner.pane()

    teach(test, "b2", (120, 36))


def test_a_lesson_goes_on_where_it_was_left(tmp_path):
    progress = Progress(tmp_path / "progress.json")

    async def first(learner):
        await learner.press("enter")
        await learner.say("0")
        await learner.press("enter", "w")
        assert learner.walk is None

    async def second(learner):
        assert learner.page.title == "How wrong is that?"
        assert learner.walk.score.right == 1
        await learner.say("30")
        assert learner.page.outcome == "right"

    async def third(learner):
        assert learner.page.title == "The samples"

    teach(first, "1", progress=progress)
    teach(second, "1", progress=progress)
    teach(third, "1", progress=progress, again=True)


# The list of lessons ------------------------------------------------------------------


def open_app(test, progress, *, offer=True, size=(120, 36)) -> None:
    async def run() -> None:
        app = GdtuiApp(progress=lambda: progress, offer=offer)
        async with app.run_test(size=size, notifications=True) as pilot:
            driver = Driver(app, pilot)
            await driver.loaded()
            await driver.pilot.pause()
            await test(Learner(driver))

    asyncio.run(run())


def test_a_first_start_offers_lesson_1_and_no_later_one_does(tmp_path):
    progress = Progress(tmp_path / "progress.json")

    async def first(learner):
        assert isinstance(learner.app.screen, LessonsScreen)
        assert "Never seen gdtui?" in learner.driver.screen_text()
        await learner.driver.pilot.press("enter")
        await learner.driver.until(lambda: learner.walk is not None)
        await learner.settled()
        assert learner.walk.lesson.name == "1-by-hand"
        await learner.press("w")

    async def second(learner):
        assert not isinstance(learner.app.screen, LessonsScreen)

    open_app(first, progress)
    open_app(second, progress)


def test_whoever_declines_is_not_asked_again(tmp_path):
    progress = Progress(tmp_path / "progress.json")

    async def first(learner):
        await learner.driver.pilot.press("escape")
        await learner.driver.pilot.pause()
        assert learner.walk is None

    async def second(learner):
        assert not isinstance(learner.app.screen, LessonsScreen)

    open_app(first, progress)
    open_app(second, progress)


def test_nothing_is_offered_where_a_stage_was_named(tmp_path):
    async def test(learner):
        assert not isinstance(learner.app.screen, LessonsScreen)

    open_app(test, Progress(tmp_path / "progress.json"), offer=False)


def test_a_damaged_file_is_said_and_set_aside(tmp_path):
    path = tmp_path / "progress.json"
    path.write_text('{"version": 1, "les')
    progress = Progress(path)

    async def test(learner):
        assert not isinstance(learner.app.screen, LessonsScreen)
        await learner.driver.pilot.press("w")
        await learner.driver.pilot.pause()
        await learner.driver.pilot.press("enter")
        await learner.driver.until(lambda: learner.walk is not None)
        await learner.settled()
        await learner.driver.until(lambda: learner.app.screen.query("Toast"))
        assert "a new one" in learner.driver.screen_text()

    open_app(test, progress)
    assert (tmp_path / "progress-damaged-1.json").read_text() == '{"version": 1, "les'
    assert json.loads(path.read_text())["lessons"]["1-by-hand"]


def test_the_list_shows_how_far_one_is_and_r_begins_again(tmp_path):
    progress = Progress(tmp_path / "progress.json")

    async def test(learner):
        await learner.driver.pilot.press("escape", "w")
        await learner.driver.pilot.press("enter")
        await learner.driver.until(lambda: learner.walk is not None)
        await learner.settled()
        await learner.press("enter", "w")
        await learner.driver.pilot.press("w")
        await learner.driver.pilot.pause()
        assert "at step 2 of 13" in learner.driver.screen_text()
        await learner.driver.pilot.press("r")
        await learner.driver.until(lambda: learner.walk is not None)
        await learner.settled()
        assert learner.page.title == "The samples"

    open_app(test, progress)


def test_a_lesson_sets_no_timer_on_a_screen_that_is_gone(monkeypatch):
    async def test(learner):
        asked = []
        main = learner.driver.main
        monkeypatch.setattr(main, "set_timer", lambda *given: asked.append(given))
        monkeypatch.setattr(main, "_running", False)
        await learner.app.guide.go_on()
        monkeypatch.undo()
        assert not asked

    teach(test, "1")


def test_without_a_lesson_its_keys_do_nothing():
    async def test(app):
        await app.press("enter", "h", "s", "u", "backspace")
        assert app.app.guide.walk is None
        assert app.moment.position == (0, 0)

    drive(test)


def test_keys_that_show_a_pane_do_nothing_where_there_is_room_for_none():
    async def test(app):
        for key in ("v", "d", "V", "D", "z"):
            await app.pilot.press(key)
        assert app.app.is_running
        await app.pilot.resize_terminal(100, 30)
        await app.pilot.pause()
        assert "Code" in app.screen_text()

    drive(test, size=(30, 8))


def test_a_lesson_that_is_come_back_to_has_the_focus_and_the_whole_run(tmp_path):
    progress = Progress(tmp_path / "progress.json")

    async def test(learner):
        while learner.page.title != "The limit":
            await learner.press("enter" if learner.walk.state != "asking" else "s")
        before = learner.driver.main._plots._run_plots.study.start
        assert before == {"w": 0.0}
        await learner.press("w")
        await learner.driver.pilot.press("w")
        await learner.driver.pilot.pause()
        await learner.driver.pilot.press("enter")
        await learner.driver.until(lambda: learner.walk is not None)
        await learner.settled()
        assert learner.page.title == "The limit"
        assert learner.driver.main.query_one("AnswerField").has_focus
        assert learner.driver.main._plots._run_plots.study.start == before
        await learner.press("2")
        assert learner.driver.main.query_one("AnswerField").value == "2"

    teach(test, "2", progress=progress)


def test_a_digit_chooses_an_answer_and_no_stage():
    async def test(learner):
        await learner.press("enter", "2", "enter")
        assert learner.page.outcome == "right"
        assert learner.app.script.name == "manual"

    teach(test, "2")


def test_a_word_about_the_way_that_comes_late_does_not_stay_in_the_place_of_the_page(monkeypatch):
    moving = [True]

    async def test(learner):
        guide, lesson = learner.app.guide, learner.driver.main._lesson
        gate, show = asyncio.Event(), lesson.show

        async def slow(heading, page, *way):
            if way:
                await gate.wait()
            await show(heading, page, *way)

        monkeypatch.setattr(lesson, "show", slow)
        monkeypatch.setattr(type(guide), "is_moving", property(lambda _: moving[0]))
        late = asyncio.create_task(guide._say_on_way(guide._number))
        for _ in range(20):
            await asyncio.sleep(0)
        moving[0] = False
        page = asyncio.create_task(guide._pursue())
        for _ in range(200):
            await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(late, page)
        await learner.driver.pilot.pause()
        assert "on its way" not in learner.pane()
        assert learner.page.title in learner.pane()

    teach(test, "1")
