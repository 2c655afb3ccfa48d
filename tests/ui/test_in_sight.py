"""What a lesson speaks of is in sight: the lines it names, its answers, and the run that is on
its way."""

from __future__ import annotations

import re

import pytest
from driving import drive
from hypothesis import given
from hypothesis import strategies as st
from test_lesson_keys import reach
from test_lessons import teach

from gdtui.engine.play.report import Activity
from gdtui.lessons.walk.page import Page, State
from gdtui.ui.texts.named_lines import lines_in, named_on

pytestmark = pytest.mark.slow

LAST = 80


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("In line 42 it is added.", (42,)),
        ("Line 7, `w = 0`, and line 3.", (7, 3)),
        ("lines 40 to 44", (40, 41, 42, 43, 44)),
        ("lines 40-42", (40, 41, 42)),
        ("lines 3 and 9 differ, lines 3, 5 and 7 too", (3, 9, 5, 7)),
        ("lines 3 to 5, and 9", (3, 4, 5, 9)),
        ("line 3 or line 4", (3, 4)),
        ("a straight line 4 units long? No: line 90, line 0, line 99999999", (4,)),
        ("40 lines, 12 epochs, the line, outline 5, line 3.5?", (3,)),
        ("The next line is 35, `loss.backward()`.", (35,)),
        ("", ()),
    ],
)
def test_the_lines_that_a_text_names(text, lines):
    assert lines_in([text], LAST) == lines


@given(st.lists(st.integers(1, LAST), min_size=1, max_size=6, unique=True))
def test_every_line_is_found_in_the_order_of_the_text(numbers):
    assert lines_in([f"See line {number}." for number in numbers], LAST) == tuple(numbers)


@given(st.text(alphabet="line 0123456789,-to and", max_size=60))
def test_no_text_names_a_line_that_is_not_there(text):
    assert all(1 <= number <= 9 for number in lines_in([text], 9))


def test_only_what_is_to_be_read_names_lines():
    page = Page(
        "",
        "",
        State.ASKING,
        text="line 1",
        prompt="line 2",
        hints=("line 3",),
        said="line 4",
        why="line 5",
    )
    assert named_on(page, LAST) == (3, 2, 1)
    answered = Page("", "", State.ANSWERED, "line 1", prompt="line 2", said="line 4", why="line 5")
    assert named_on(answered, LAST) == (4, 5, 2)


def code_lines(driver) -> dict[int, str]:
    """The lines of the code that are in sight, with the mark before each."""
    rows = [line.strip("│▁▂▃▄▅▆▇█") for line in driver.text_of("#code").splitlines()]
    found = [re.match(r"(.)\s*(\d+) ", row) for row in rows]
    return {int(each[2]): each[1] for each in found if each}


@pytest.mark.parametrize("lesson", ["1", "3"])
@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_the_first_line_that_is_named_is_in_sight_and_marked(lesson, size):
    async def test(learner):
        main, guide = learner.driver.main, learner.app.guide
        seen = 0
        for _ in range(40):
            named = named_on(learner.page, len(learner.app.script.lines))
            await learner.driver.pilot.pause(0)
            if named and main.query_one("#code").region:
                await learner.driver.until(
                    lambda named=named: named[0] in code_lines(learner.driver)
                )
                lines = code_lines(learner.driver)
                assert lines[named[0]] in "•▶", (learner.page.title, lines)
                seen += 1
            if learner.walk.state == "over":
                break
            asking = learner.walk.state == "asking"
            await (guide.do(lambda walk: walk.skip()) if asking else guide.go_on())
            while guide.is_busy or not learner.app.idle:
                await learner.driver.pilot.pause(0)
        assert seen > 1

    teach(test, lesson, size)


def test_whoever_steps_on_sees_where_that_is_and_after_the_lesson_nothing_is_marked():
    async def test(learner):
        await reach(learner, "bug")
        code = learner.driver.main.query_one("#code")
        code.show_named((1,))
        await learner.press("escape", "n", "n", "n", "n")
        here = learner.driver.moment.line
        await learner.driver.until(lambda: code_lines(learner.driver).get(here) == "▶")
        await learner.press("w")
        assert "•" not in learner.driver.text_of("#code")

    teach(test, "b2", (80, 24))


@pytest.mark.parametrize("place", ["AnswerField", "LessonText", "#numbers"])
def test_the_code_is_scrolled_from_where_the_focus_is(place):
    async def test(learner):
        await learner.press("enter")
        code = learner.driver.main.query_one("#code")
        learner.driver.main.query_one(place).focus()
        before = code.scroll_offset.y
        await learner.press("shift+up", "ctrl+up")
        assert code.scroll_offset.y == before - 4
        await learner.press("shift+down", "shift+down", "ctrl+down")
        assert code.scroll_offset.y == before + 2
        assert "shift+↑↓ scroll the code" in learner.pane()

    teach(test, "1", (120, 36))


# More than there is room for ----------------------------------------------------------


@pytest.mark.parametrize(("size", "sign"), [((80, 24), "▼ more below"), ((40, 12), "▼ more below")])
def test_more_text_than_room_says_so_until_its_end_is_in_sight(size, sign):
    async def test(learner):
        text = learner.driver.main.query_one("LessonText")
        seen = 0
        for _ in range(12):
            await learner.driver.pilot.pause()
            while text.max_scroll_y > text.scroll_y:
                assert sign in learner.pane(), learner.page.title
                before = text.scroll_y
                await learner.press("pagedown")
                assert text.scroll_y > before or text.scroll_y == text.max_scroll_y
                seen += 1
            await learner.driver.until(lambda: sign not in learner.pane())
            await learner.press(*(["escape", "s"] if learner.walk.state == "asking" else ["enter"]))
        assert seen

    teach(test, "2", size)


def test_what_came_of_an_answer_is_in_sight():
    async def test(learner):
        scrolled = 0
        while learner.walk.state != "over":
            if learner.walk.state == "asking":
                await learner.press("escape", "s")
                await learner.driver.until(lambda: "Skipped." in learner.pane())
                text = learner.driver.main.query_one("LessonText")
                for _ in range(5):  # it is laid out before it is scrolled
                    await learner.driver.pilot.pause()
                scrolled += text.scroll_y > 0
            await learner.press("enter")
        assert scrolled

    teach(test, "b3", (64, 18))


def test_a_pane_with_more_lines_than_room_says_so():
    async def test(app):
        await app.press("d", "N")
        pane = app.main.query_one("#variables")
        await app.until(lambda: "▼ more below" in app.text_of("#variables"))
        pane.focus()
        await app.press("end")
        await app.until(lambda: "▼ more below" not in app.text_of("#variables"))
        await app.pilot.resize_terminal(120, 70)
        await app.press("home")
        assert len(pane.lines) <= pane.size.height
        assert "▼ more below" not in app.text_of("#variables")

    drive(test, size=(80, 24))


# On its way ---------------------------------------------------------------------------


def held(app):
    """Keep the worker from taking the run where a lesson wants it. Returns what lets it go on."""
    asked = []
    ask = app.ask
    app.ask = asked.append

    def let_go() -> None:
        app.ask = ask
        for command in asked:
            ask(command)

    return let_go


def test_a_step_that_is_on_its_way_has_its_own_heading():
    async def test(learner):
        assert learner.page.title == "The samples"
        let_go = held(learner.app)
        await learner.driver.pilot.press("enter")
        await learner.driver.until(lambda: "The run is on its way" in learner.pane())
        assert "The first prediction" in learner.pane()
        assert "step 2 of 13" in learner.pane()
        assert "The samples" not in learner.pane()
        assert "Here is a script" not in learner.pane()
        let_go()
        await learner.settled()
        await learner.driver.until(lambda: "what does the model predict" in learner.pane())
        assert "on its way" not in learner.pane()

    teach(test, "1", (120, 36))


def test_an_answer_that_is_on_its_way_says_so():
    async def test(learner):
        await learner.press("enter", "0")
        let_go = held(learner.app)
        await learner.driver.pilot.press("enter")
        await learner.driver.until(lambda: "to show what came of your answer" in learner.pane())
        let_go()
        await learner.driver.until(lambda: "Right: 0." in learner.pane())

    teach(test, "1", (120, 36))


def test_a_lesson_that_is_left_on_the_way_says_nothing_more():
    async def test(learner):
        let_go = held(learner.app)
        await learner.driver.pilot.press("enter")
        await learner.driver.pilot.press("w")
        assert learner.walk is None
        await learner.driver.pilot.pause(0.3)
        assert not learner.driver.main.query_one("#lesson").region
        let_go()

    teach(test, "1", (120, 36))


def test_nothing_of_a_run_that_was_left_stands_below_the_next_one_s_name():
    async def test(app):
        await app.press("N", "N", "n")
        panes = ("#loss", "#parameters", "#fit", "#numbers")
        for pane in panes:
            assert any(each.isdigit() for each in app.text_of(pane)), pane
        load = app.app._link.load
        app.app._link.load = lambda *_: None
        await app.pilot.press("4")
        await app.until(lambda: app.app.report.activity is Activity.LOADING)
        for pane in panes:
            await app.until(lambda pane=pane: not any(c.isdigit() for c in app.text_of(pane)))
        assert app.text_of("#diagnosis").strip() == ""
        app.app._link.load = load
        app.app._load()
        await app.loaded()
        await app.press("N", "n")
        await app.until(lambda: any(c.isdigit() for c in app.text_of("#loss")))

    drive(test)
