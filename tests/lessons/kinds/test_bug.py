"""Looking for a bug: its line is named, or the script mended, and that is tried by running it."""

from __future__ import annotations

import pytest
from touring import Tour

from gdtui import Script, ScriptError
from gdtui.engine.play import time_limit
from gdtui.lessons.errors import LessonError
from gdtui.lessons.kinds import mend_check
from gdtui.lessons.kinds.kind import Asked
from gdtui.lessons.score import Answered, Outcome
from gdtui.lessons.walk.page import COMES_BACK, State

AUTOGRAD = Script.stage("autograd")
WHERE = AUTOGRAD.name, AUTOGRAD.path


def line_with(code, script=AUTOGRAD):
    (number,) = (n for n, line in enumerate(script.lines, 1) if line.strip().startswith(code))
    return number


BUG = line_with("w -= ")


def read(question, text, snapshot, healthy):
    return question.kind.read(text.strip(), Asked(snapshot, lambda: healthy))


@pytest.fixture(scope="module")
def question_of(lesson_of):
    """A question for a bug with some instructions."""

    def make(instructions):
        text = f"## S\n\na\n\n### Ask: bug\n\nWhere?\n\n{instructions}\n\n### Why\n\nSo.\n"
        return lesson_of(text).steps[0].question

    return make


@pytest.fixture(scope="module")
def tried(question_of, snapshot_at):
    """The result on an answer to where the bug is. The updates go uphill in it."""

    def judge(text, instructions="", bug="w += learning_rate * w.grad", **settings):
        healthy = Script.stage("autograd").with_settings(settings)
        buggy = Script(healthy.text.replace("w -= learning_rate * w.grad", bug), *WHERE)
        check = read(question_of(instructions), text, snapshot_at(buggy, "loss"), healthy)
        return check.run()

    return judge


def test_the_line_of_a_bug_is_named(tried):
    result = tried(str(BUG))
    assert result.healed
    assert result.text.startswith(f"Right: line {BUG}. Without the bug the loss goes from 30 to ")


@pytest.mark.parametrize("number", [1, BUG - 1, BUG + 1, BUG + 5])
def test_another_line_is_as_it_was_meant_to_be(tried, number):
    result = tried(str(number))
    assert (result.healed, result.text) == (False, f"Line {number} is correct.")


def test_a_line_without_the_bug_is_wrong_even_where_the_bug_does_nothing(tried):
    assert not tried("1", w=2.0).healed
    assert tried(str(BUG), w=2.0).healed


@pytest.mark.parametrize(
    "typed",
    [
        "w -= learning_rate * w.grad",
        "w.sub_(learning_rate * w.grad)",
        "w += -learning_rate * w.grad",
    ],
)
def test_a_mend_is_right_if_it_runs_as_it_should(tried, typed):
    result = tried(f"{BUG}: {typed}")
    assert result.healed
    assert result.text.startswith("Right: with your mend the loss goes from 30 to ")
    assert result.text.endswith(" in 20 epochs, as without the bug.")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("w += 2 * learning_rate * w.grad", "the loss of epoch 2 is "),
        ("w -= 2 * learning_rate * w.grad", "without the bug it is "),
        ("w -= learning_rate * w.gard", f"it fails in line {BUG}: AttributeError"),
    ],
)
def test_a_mend_that_does_not_heal_is_told_by_what_it_does(tried, code, says):
    result = tried(f"{BUG}: {code}")
    assert not result.healed
    assert result.text.startswith("Tried: ")
    assert says in result.text
    assert "\n" not in result.text


def test_a_mend_that_is_no_python_is_refused(tried):
    with pytest.raises(ScriptError, match="this is not Python"):
        tried(f"{BUG}:")


HEALTHY = Script("w = 1.0\nfor epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n")


def test_a_mend_that_runs_too_long_is_told_so(question_of, snapshot_at):
    snapshot = snapshot_at(Script(HEALTHY.text.replace("3", "2")), "epoch")
    check = read(question_of(""), "2: for epoch in range(5):", snapshot, HEALTHY)
    assert check.run().text == "Tried: it ran 5 epochs, not 3."


def test_a_mend_that_runs_another_way_heals_where_the_lesson_says_so(tried):
    other = f"{BUG}: w -= 2 * learning_rate * w.grad"
    assert tried(other, "- healed: abs(w - 2) < 0.1").healed
    assert not tried(other, "- healed: abs(w - 2) > 0.1").healed
    assert not tried(other, "- healed: nope > 1").healed


@pytest.mark.parametrize("text", ["", "w", "0", "9999", "-3", "58 code"])
def test_what_names_no_bug_is_refused(tried, text):
    with pytest.raises(LessonError, match="is not a line; .* or mend it as in 58: code"):
        tried(text)


def test_a_script_without_a_loss_is_judged_by_its_parameters(question_of, snapshot_at):
    healthy = Script(HEALTHY.text.replace("    loss = w * w\n", ""))
    snapshot = snapshot_at(Script(healthy.text.replace("0.1", "0.9")), "epoch")
    assert not read(question_of(""), "1", snapshot, healthy).run().healed
    assert read(question_of(""), "3", snapshot, healthy).run().healed
    assert "nan" not in read(question_of(""), "3", snapshot, healthy).run().text


# In a walk ----------------------------------------------------------------------------

FRONT = """\
title: T
stage: autograd
edit:
  - find: w -= learning_rate * w.grad
    put: w += learning_rate * w.grad"""
STEPS = """\
## Where is it?

- go: epoch 2

w is {w:.3f}.

### Ask: bug

Where?

- then: end

### Hint

Look at w.

### Why

w is {w:.2f} now, and the best is {best.w:.0f}.

## The end

- go: mended
- go: epoch 2

w is {w:.3f}.
"""
EDIT = f"```\n{BUG:>4} -         w += learning_rate * w.grad\n     +         w -= learning_rate * w.grad\n```"
RIGHT, WRONG = Outcome.RIGHT, Outcome.WRONG


@pytest.fixture
def tour(lesson_of):
    tour = Tour(lesson_of(STEPS, FRONT))
    yield tour
    tour.close()


def test_the_last_hint_of_a_bug_shows_its_mend(tour):
    assert tour.page.hints_left == 2
    assert tour.do("hint", "hint").hints == ("Look at w.", f"This mends it:\n\n{EDIT}")


def test_a_named_bug_is_right_and_the_run_goes_on_with_it(tour):
    page = tour.do(f"={BUG}")
    assert (page.state, page.outcome) == (State.ANSWERED, RIGHT)
    assert page.text == "w is -0.645."
    assert tour.timeline.script == tour.walk.own_script
    assert "w += learning_rate" in tour.timeline.script.text
    assert tour.timeline.moment.status == "finished"


def test_a_mended_script_is_what_runs_on(tour):
    page = tour.do(f"={BUG}: w -= learning_rate * w.grad")
    assert page.outcome == RIGHT
    assert tour.timeline.script.text == AUTOGRAD.text
    assert tour.walk.own_script.text == AUTOGRAD.text
    assert page.why == "w is 1.92 now, and the best is 2."
    page = tour.do("on")
    assert page.text == "w is 0.555."
    assert tour.do("back").why == "w is 1.92 now, and the best is 2."


def test_another_line_is_wrong_shows_the_mend_and_is_asked_again(tour):
    page = tour.do("=1")
    assert page.outcome == WRONG
    assert page.said == f"Line 1 is correct.\n\nThis mends it:\n\n{EDIT}"
    page = tour.do("on", "on")
    assert (page.place, page.state) == ("once more, 1 of 1", State.ASKING)
    assert page.text == f"{COMES_BACK}w is -0.645."
    tour.do(f"={BUG}", "on")
    assert tour.walk.score.answers == {0: Answered(WRONG, RIGHT)}
    assert tour.walk.state is State.OVER


def test_a_skipped_bug_shows_its_mend(tour):
    assert tour.do("skip").said == f"Skipped. This mends it:\n\n{EDIT}"


def test_what_is_no_mend_changes_nothing(tour):
    asked = tour.page
    for text in ("nowhere", f"{BUG}: w -= (", "9999: w"):
        with pytest.raises(LessonError):
            tour.do(f"={text}")
        assert tour.page == asked
    assert tour.walk.score.answers == {}


def test_the_settings_of_the_learner_are_no_bug(tour):
    tour.adopt(learning_rate=0.02, epochs=5)
    page = tour.do(f"={BUG}: w -= learning_rate * w.grad")
    assert page.outcome == RIGHT
    assert "in 5 epochs, as without the bug." in page.said
    assert page.note == "With your `learning_rate = 0.02` and `epochs = 5`."


def test_a_setting_may_be_the_bug(lesson_of):
    front = "title: T\nedit:\n  - find: 'learning_rate = 0.01  # how far one update moves against the gradient'\n    put: learning_rate = 0.05"
    tour = Tour(lesson_of(STEPS, front))
    rate = line_with("learning_rate = ", tour.walk.own_script)
    assert tour.do(f"={rate}: learning_rate = 0.01").outcome == RIGHT
    tour.close()


# A whole script ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mended_by(question_of, snapshot_at):
    """The check of a script with a text that is not that of the buggy one."""
    text = AUTOGRAD.text.replace("w -= learning_rate", "w += learning_rate")
    snapshot = snapshot_at(Script(text, *WHERE), "loss")

    def check(new):
        question = question_of("")
        return question.kind.read_script(Script(new, *WHERE), Asked(snapshot, lambda: AUTOGRAD))

    check.text = text
    return check


def test_a_mend_of_several_lines_is_tried(mended_by):
    lines = "        step = learning_rate * w.grad\n        w -= step\n"
    assert mended_by.text.count("        w += learning_rate * w.grad\n") == 1
    mended = mended_by.text.replace("        w += learning_rate * w.grad\n", lines)
    result = mended_by(mended).run()
    assert result.healed
    assert result.script.text == mended
    again = mended_by(mended.replace("w -= step", "w += step")).run()
    assert not again.healed
    assert again.text.startswith("Tried: ")


def test_a_script_that_is_as_it_was_is_no_answer(mended_by):
    with pytest.raises(LessonError, match="the script is as it was"):
        mended_by(mended_by.text)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("w = 0.0  # the", "the part before the training loop does not end"),
        ("loss.backward()", "epoch 1 does not end"),
    ],
)
def test_a_mend_without_an_end_is_left_after_a_while(mended_by, monkeypatch, place, said):
    monkeypatch.setattr(time_limit, "_GRACE", 0.02)
    monkeypatch.setattr(mend_check, "_LONGEST", 0.0)
    (line,) = (each for each in mended_by.text.splitlines() if each.strip().startswith(place))
    deep = line[: len(line) - len(line.lstrip())]
    endless = f"{deep}while True: pass\n{line}\n"
    result = mended_by(mended_by.text.replace(f"{line}\n", endless)).run()
    assert not result.healed
    assert result.text.startswith(f"Tried: {said}: 0 seconds are over")
