"""In a lesson keys belong to the lesson: a table of all commands, in every state of a lesson and
with the focus in every place; first as a table, then with the app and real keys."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import product

import pytest
from test_lessons import Learner, line_of, teach
from textual.events import Key
from textual.keys import _character_to_key

from gdtui import Script, Timeline
from gdtui.engine.play.report import FLAT_OUT, Activity, Report
from gdtui.lessons.kinds.table import KINDS
from gdtui.lessons.walk.page import State
from gdtui.ui.commands.app_state import Focus, LessonSituation, Situation
from gdtui.ui.commands.table import COMMANDS, meaning, refusal
from gdtui.ui.commands.text_keys import is_text, place_of

pytestmark = pytest.mark.slow

KEYS = sorted({key for command in COMMANDS for key in command.keys})
OPTIONS = {"sign": 3, "change": 3, "choice": 4}
TELLING = {"1", "3", "comma", "less_than_sign", "plus", "w", "s", "n", "space", "enter", "right"}
"""Keys that mean another thing in another place."""

ANSWERS = {
    "number": set("0123456789.,-+"),
    "line": set("0123456789"),
    "sign": set("abc123"),
    "change": set("abc123"),
    "choice": set("abcd1234"),
    "bug": set("0123456789+"),
}
"""Of the characters that are keys, those that can be part of an answer."""


def character(key: str) -> str:
    """What a key types; empty for one that types nothing."""
    names = {_character_to_key(each): each for each in map(chr, range(32, 127))}
    return names.get(key, "")


def middle() -> Report:
    """A run in the middle, with all ways open."""
    with Timeline(Script.stage("manual")) as timeline:
        moment = timeline.seek(3)
        return Report(
            Activity.PAUSED, 10.0, script=timeline.script, moment=moment, history=timeline.history
        )


REPORT = middle()


def situations():
    """Every state of a lesson with every kind of question, with a cursor and without, with the
    focus in every place."""
    for focus, cursor, state in product(Focus, (None, 2), (None, *State)):
        kinds = KINDS if state is State.ASKING else ("",)
        for kind in kinds:
            if focus is Focus.ANSWER and state is not State.ASKING:
                continue
            lesson = state and LessonSituation(
                str(state),
                1,
                True,
                kind=kind,
                options=OPTIONS.get(kind, 0),
                takes_script=kind == "bug",
            )
            yield Situation(REPORT, 6, True, cursor, lesson, focus)


def test_there_is_a_situation_for_each():
    found = list(situations())
    assert len(found) == 2 * (3 * (1 + len(State) - 1 + len(KINDS)) + len(KINDS))
    assert {command.group for command in COMMANDS} >= {"In a lesson", "Run"}
    assert not REPORT.pace > FLAT_OUT


@pytest.mark.parametrize("key", KEYS)
def test_no_key_means_two_things(key):
    for now in situations():
        given = [each.action for each in COMMANDS if key in each.keys and each.enabled(now)]
        assert len(given) <= 1, (given, now)


@pytest.mark.parametrize("key", KEYS)
def test_what_can_be_part_of_an_answer_goes_to_the_answer(key):
    typed = character(key)
    for now in situations():
        if now.lesson is None or now.lesson.state != State.ASKING or now.focus is Focus.FIELD:
            continue
        kind = now.lesson.kind
        if now.focus is Focus.ANSWER and kind == "bug":
            expected = bool(typed)
        else:
            reads_out = now.focus is Focus.PLOTS and typed and typed in ",."
            expected = typed in ANSWERS[kind] and not reads_out
        if expected:
            assert meaning(key, now) is None, (key, now)
        else:
            outside = meaning(key, replace(now, lesson=None, focus=Focus.RUN))
            inside = meaning(key, now)
            if outside and outside.group in ("Run", "Back in time"):
                assert inside == outside, (key, now)


@pytest.mark.parametrize("key", KEYS)
def test_what_is_typed_into_a_field_is_no_command(key):
    for now in situations():
        if now.focus is Focus.FIELD and (character(key) or key in ("enter", "escape")):
            assert meaning(key, now) is None


def test_enter_is_the_lesson_s_unless_a_plot_is_read_out():
    for now in situations():
        found = meaning("enter", now)
        action = found.action if found else None
        if now.focus is Focus.FIELD:
            assert action is None
        elif now.lesson is None:
            assert action == ("cursor_go" if now.reads_out else None)
        elif now.focus is Focus.PLOTS and now.reads_out:
            assert action == "cursor_go"
        else:
            assert action == (None if now.lesson.state == State.MOVING else "lesson_on"), now


@pytest.mark.parametrize("digit", "123456")
def test_no_digit_chooses_a_stage_in_a_lesson(digit):
    for now in situations():
        found = meaning(digit, now)
        if now.lesson is None and now.focus is not Focus.FIELD:
            assert found.action == f"stage({digit})"
            assert refusal(digit, now) == ""
        else:
            assert found is None
        if now.lesson is not None and now.focus is not Focus.FIELD and not now.is_asked:
            said = refusal(digit, now)
            assert said == "" if now.lesson.state == State.MOVING else "w leaves it" in said


# The app does what the table says -----------------------------------------------------


class Keyboard:
    """Presses keys, and notes which commands they give."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self.app = learner.app
        self.given: list[str] = []
        run = self.app.run_action
        actions = {command.action: command for command in COMMANDS}

        async def run_action(action, default_namespace=None, namespaces=None):
            name = str(action).removeprefix("app.")
            if name not in actions:
                return await run(action, default_namespace, namespaces)
            if actions[name].enabled(self.app.situation):
                self.given.append(name)
                return True
            return False

        async def answer(_):
            self.given.append("lesson_on")

        self.app.run_action = run_action
        self.app.guide.answer = answer

    async def press(self, key: str) -> list[str]:
        self.given.clear()
        self.app.post_message(Key(key, character(key) or None))
        for _ in range(60):
            await asyncio.sleep(0)
        await self.learner.driver.pilot.pause(0)
        return list(self.given)


async def reach(learner: Learner, kind: str) -> None:
    """Go to a question of a kind, or for no kind to the first page that asks nothing."""
    guide = learner.app.guide
    for _ in range(60):
        asking = learner.walk.state == "asking"
        if str((learner.page.kind if asking else "") or "") == kind:
            await learner.driver.pilot.pause(0)
            return
        await (guide.do(lambda walk: walk.skip()) if asking else guide.go_on())
        while guide.is_busy or not learner.app.idle:
            await learner.driver.pilot.pause(0)
    raise AssertionError(f"no {kind} in {learner.walk.lesson.name}")


@pytest.mark.parametrize(
    ("lesson", "kind"),
    [("1", ""), ("1", "number"), ("8", "choice"), ("b2", "bug")],
)
def test_the_app_does_what_the_table_says(lesson, kind):
    async def test(learner):
        await reach(learner, kind)
        main, app = learner.driver.main, learner.app
        answer, field = main.query_one("LessonPage").places_to_answer
        # All places are to be in sight.
        main.show_page("All")
        main.query_one("#lesson").display = main.query_one("#left").display = True
        await learner.driver.pilot.pause()
        setting = learner.driver.field("learning_rate")
        present = setting.value
        keyboard = Keyboard(learner)
        places = {
            answer if answer.display else field: Focus.ANSWER,
            main.query_one("LessonText"): Focus.RUN,
            main.query_one("#code"): Focus.RUN,
            main.query_one("#loss"): Focus.PLOTS,
            setting: Focus.FIELD,
        }
        for (place, focus), key in product(list(places.items())[not kind :], KEYS):
            if focus is not Focus.ANSWER and key not in TELLING:
                continue
            field.value, answer.highlighted, setting.value = "", None, present
            if not place.has_focus:
                place.focus()
                await learner.driver.pilot.pause(0)
            now = app.situation
            assert now.focus is focus, (place, key)
            expected, typed = meaning(key, now), character(key)
            given = await keyboard.press(key)
            # What the place to answer does with escape is its own.
            if focus is not Focus.ANSWER or key != "escape":
                assert given == ([expected.action] if expected else []), (place, key)
            if typed and focus is Focus.FIELD:
                assert typed in setting.value, key
            elif typed and is_text(now, typed):
                shown = place_of(typed, answer.option_count) if answer.display else field.value
                assert shown == (answer.highlighted if answer.display else typed), (place, key)
        setting.value = present

    teach(test, lesson, (160, 50))


# What a learner does ------------------------------------------------------------------


def test_a_comma_then_enter_goes_on_with_the_lesson():
    async def test(learner):
        await learner.press("comma", "enter")
        assert learner.page.title == "The first prediction"

    async def after_an_answer(learner):
        await learner.press("enter")
        await learner.say("0")
        await learner.press("N", "comma", "less_than_sign", "enter")
        assert learner.page.title == "How wrong is that?"

    teach(test, "1", (120, 36))
    teach(after_an_answer, "1", (120, 36))


def test_a_decimal_comma_is_one():
    async def test(learner):
        await learner.press("enter", "s", "enter")
        while "epoch 2" not in learner.page.prompt.lower() and learner.walk.state != "over":
            if learner.page.kind == "number" and learner.walk.state == "asking":
                await learner.press("1", "comma", "2", "enter")
                assert learner.page.said.startswith(("Right: 1.2", "You said 1.2;"))
                return
            await learner.press("enter")

    teach(test, "1")


def test_a_comma_that_is_none_is_explained_in_a_line():
    async def test(learner):
        await learner.press("enter", "1", "comma", "5", "comma", "3", "enter")
        assert learner.walk.state == "asking"
        assert "'1,5,3' is not a number" in learner.pane()

    teach(test, "1", (120, 36))


def test_an_answer_is_typed_from_wherever_the_focus_is():
    async def test(learner):
        await learner.press("enter")
        learner.driver.main.query_one("#code").focus()
        await learner.press("minus", "1", "2", "full_stop", "5")
        assert learner.driver.main.query_one("AnswerField").value == "-12.5"
        learner.driver.main.query_one("#code").focus()
        await learner.press("enter")
        assert learner.walk.state == "answered"

    teach(test, "1", (120, 36))


def test_an_answer_is_typed_from_another_page():
    async def test(learner):
        await learner.press("enter")
        learner.driver.main.show_page("Plots")
        learner.driver.main.query_one("#loss").focus()
        await learner.press("0")
        field = learner.driver.main.query_one("AnswerField")
        assert (field.value, field.has_focus, bool(field.region)) == ("0", True, True)

    teach(test, "1", (80, 24))


def test_a_mend_may_begin_with_any_letter_and_leaves_nothing():
    async def test(learner):
        await reach(learner, "bug")
        await learner.type("w -= h s q n p")
        field = learner.driver.main.query_one("AnswerField")
        assert field.value == "w -= h s q n p"
        assert learner.walk.state == "asking"
        assert not learner.page.hints
        # Beside the field the letters are keys, and what was typed stays.
        await learner.press("escape", "h")
        assert learner.page.hints
        assert field.value == "w -= h s q n p"
        await learner.driver.until(lambda: field.has_focus)
        await learner.press("escape", "w")
        assert learner.walk is None

    teach(test, "b2", (120, 36))


@pytest.mark.parametrize("size", [(120, 36), (80, 24)])
def test_how_to_get_out_of_the_field_for_a_mend_is_in_sight(size):
    async def test(learner):
        await reach(learner, "bug")
        for keys in ("esc h hint", "esc s skip", "enter answer"):
            await learner.driver.until(
                lambda keys=keys: keys in " ".join(learner.driver.screen_text().split())
            )
        await learner.press("escape")

    teach(test, "b2", size)


def test_after_an_answer_a_digit_chooses_no_stage_and_says_how_to_leave():
    async def test(learner):
        await learner.press("enter")
        await learner.say("0")
        await learner.press("3")
        assert learner.app.script.name == "manual"
        assert learner.walk.state == "answered"
        assert "w leaves it" in learner.pane()
        await learner.press("enter")
        assert "w leaves it" not in learner.pane()
        assert learner.page.title == "How wrong is that?"

    teach(test, "1", (120, 36))


def test_the_read_out_has_its_enter_where_a_plot_has_the_focus():
    async def test(learner):
        await learner.press("G")
        await learner.driver.ended()
        await learner.press("comma", "comma")
        cursor = learner.driver.main.cursor
        assert cursor is not None
        learner.driver.main.show_page("All")
        loss = learner.driver.main.query_one("#loss")
        loss.focus()
        await learner.driver.until(lambda: loss.has_focus)
        await learner.press("enter")
        await learner.driver.until(lambda: learner.driver.moment.epoch == cursor)
        assert learner.page.title == "The samples"

    teach(test, "1", (120, 36))


def test_the_keys_of_the_run_work_beside_an_answer():
    async def test(learner):
        await learner.press("enter", "4", "n")
        assert learner.driver.moment.line == int(line_of(learner, "y_pred = "))
        await learner.press("p", "right")
        assert learner.driver.main.query_one("AnswerField").value == "4"

    teach(test, "1")
