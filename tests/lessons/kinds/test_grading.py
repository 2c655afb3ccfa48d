"""What a learner answers: how it is read, and when it is right."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script
from gdtui.lessons.errors import LessonError
from gdtui.lessons.kinds.kind import Asked
from gdtui.lessons.kinds.number import Tolerance
from gdtui.lessons.score import Outcome

RIGHT, WRONG = Outcome.RIGHT, Outcome.WRONG
MANUAL = Script.stage("manual")


def asked_at(snapshot):
    return Asked(snapshot, lambda: snapshot.script)


def read(question, text, snapshot):
    return question.kind.read(text.strip(), asked_at(snapshot))


def right_answer(question, snapshot):
    return question.kind.right_answer(asked_at(snapshot), snapshot)


@pytest.fixture(scope="module")
def question_of(lesson_of):
    """A question from its kind, its instructions, and its parts but the last."""

    def make(kind, instructions, parts=""):
        text = f"## S\n\na\n\n### Ask: {kind}\n\nWhat?\n\n{instructions}\n\n{parts}\n\n### Why\n\nSo.\n"
        return lesson_of(text).steps[0].question

    return make


@pytest.fixture(scope="module")
def snapshot(snapshot_at):
    """The second epoch of stage 1, before its update."""
    return snapshot_at("manual", "epoch", "gradient", mark=1)


@pytest.fixture(scope="module")
def ask(question_of, snapshot):
    """How an answer is graded, with the run where it was asked and where it has gone on to."""

    def graded(kind, instructions, text, parts="", before=snapshot, now=snapshot):
        question = question_of(kind, instructions, parts)
        asked = asked_at(before)
        return question.kind.grade(read(question, text, before), asked, now)

    return graded


# Numbers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        ("+12", 12.0),
        ("-0.5", -0.5),
        (" .5 ", 0.5),
        ("5.", 5.0),
        ("1,5", 1.5),
        ("-1,5", -1.5),
        ("3/4", 0.75),
        ("-3 / 4", -0.75),
        ("3/-4", -0.75),
        ("1,5/2", 0.75),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        ("\N{MINUS SIGN}2", -2.0),
        ("1e\N{MINUS SIGN}3", 0.001),
        ("\N{MINUS SIGN} 2", -2.0),
        ("1 000", 1000.0),
        ("007", 7.0),
    ],
)
def test_a_number_is_read_in_every_spelling(question_of, snapshot, text, value):
    assert read(question_of("number", "- answer: w\n- within: 1"), text, snapshot) == value


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "two", "w", "1..2", "1.2.3", "1,2,3", "1,234.5", "--1", "1/0", "1/", "/2"),
        *("1/2/3", "nan", "inf", "-infinity", "1e999", "1_000", "0x10", "1e", "e3", "2%", "1j"),
        *("3 apples", "a"),
    ],
)
def test_what_is_no_number_is_refused_with_what_is(question_of, snapshot, text):
    question = question_of("number", "- answer: w\n- within: 1")
    with pytest.raises(LessonError) as error:
        read(question, text, snapshot)
    assert str(error.value) == (
        f"{text.strip()!r} is not a number; write one like 12, -0.5, 3/4 or 1e-3"
    )


@given(st.text(max_size=12))
def test_any_text_is_a_finite_number_or_refused(question_of, snapshot, text):
    question = question_of("number", "- answer: w\n- within: 1")
    with contextlib.suppress(LessonError):
        assert math.isfinite(read(question, text, snapshot))


@pytest.mark.parametrize(
    ("size", "relative", "said", "right", "covered"),
    [
        (0.01, False, 1.01, 1.0, True),
        (0.01, False, 0.99, 1.0, True),
        (0.01, False, 1.0101, 1.0, False),
        (0.01, False, 0.9899, 1.0, False),
        (0.1, False, 0.3, 0.2, True),
        (0.0, False, 3.0, 3.0, True),
        (0.0, False, 3.001, 3.0, False),
        (0.01, True, 101.0, 100.0, True),
        (0.01, True, -99.0, -100.0, True),
        (0.01, True, 101.01, 100.0, False),
        (0.01, True, 0.0, 0.0, True),
        (0.01, True, 0.001, 0.0, False),
        (0.01, False, 5.0, math.nan, False),
        (0.01, False, 5.0, math.inf, False),
        (0.01, True, 5.0, math.nan, False),
        (0.01, True, 5.0, math.inf, False),
        (0.01, True, 5.0, -math.inf, False),
    ],
)
def test_a_tolerance_covers_its_edge_and_no_more(size, relative, said, right, covered):
    assert Tolerance("", size, relative).covers(said, right) is covered


@pytest.mark.parametrize(
    ("within", "said", "outcome"),
    [
        ("0.1", "3.1", RIGHT),
        ("0.1", "2.9", RIGHT),
        ("0.1", "3.11", WRONG),
        ("10 %", "3.3", RIGHT),
        ("10%", "2.6", WRONG),
        ("0", "3", RIGHT),
        ("0", "3.01", WRONG),
    ],
)
def test_a_number_is_right_within_its_tolerance(ask, within, said, outcome):
    assert ask("number", f"- answer: 1 + 2\n- within: {within}", said).outcome == outcome


def test_what_is_said_of_a_number(ask):
    instructions = "- answer: 1 / 3\n- within: 0.1"
    assert ask("number", instructions, "0.333333").text == "Right: 0.33333."
    assert ask("number", instructions, "0.3").text == "Right: 0.33333, to be exact."
    assert ask("number", instructions, "2").text == "You said 2; it is 0.33333."


def test_a_remark_is_for_the_number_that_it_is_about(ask):
    parts = "### If: 2 * w\n\nTwice {w:.2f}.\n\n### If: -w\n\nThe sign.\n\n### If: w\n\nNever."
    instructions = "- answer: w\n- within: 0.01"
    assert ask("number", instructions, "2.4", parts).text == "You said 2.4; it is 1.2. Twice 1.20."
    assert ask("number", instructions, "-1.2", parts).text == "You said -1.2; it is 1.2. The sign."
    assert ask("number", instructions, "7", parts).text == "You said 7; it is 1.2."
    assert ask("number", instructions, "1.2", parts).text == "Right: 1.2."


def test_a_number_is_computed_where_the_run_has_gone_on_to(ask, snapshot, snapshot_at):
    later = snapshot_at("manual", "epoch", "gradient", "update", mark=2)
    grade = ask("number", "- answer: w - before.w\n- within: 0.01", "0.48", now=later)
    assert grade.outcome == RIGHT


# Choices ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "right"), [("1", "positive"), ("-1e-6", "negative"), ("0", "zero"), ("1e-13", "zero")]
)
def test_a_sign(ask, question_of, snapshot, of, right):
    for text in ("positive", "negative", "zero"):
        assert ask("sign", f"- of: {of}", text).outcome == (RIGHT if text == right else WRONG)
    assert right_answer(question_of("sign", f"- of: {of}"), snapshot) == right


@pytest.mark.parametrize(
    ("of", "right"),
    [("loss", "falls"), ("w", "rises"), ("epochs", "stays the same"), ("1 / loss", "rises")],
)
def test_a_change(ask, snapshot_at, of, right):
    before = snapshot_at("manual", "epoch")
    later = snapshot_at("manual", "epoch", "epoch", mark=1)
    for text in ("rises", "falls", "stays the same"):
        grade = ask("change", f"- of: {of}", text, before=before, now=later)
        assert grade.outcome == (RIGHT if text == right else WRONG)


def test_what_becomes_infinite_rises(ask, snapshot):
    answers = {"before": snapshot, "now": snapshot}
    assert ask("change", "- of: 1e300 * 1e300", "rises", **answers).outcome == RIGHT


CHOICES = "- [x] w grows\n- [ ] w shrinks\n- [dw > 0] the slope\n- [w < 2] w"


@pytest.mark.parametrize(
    ("text", "place"),
    [("a", 0), ("B", 1), (" c ", 2), ("shrinks", 1), ("W SHRINKS", 1), ("slope", 2), ("w", 3)],
)
def test_a_choice_is_named_by_its_letter_or_its_words(question_of, snapshot, text, place):
    assert read(question_of("choice", CHOICES), text, snapshot) == place


@pytest.mark.parametrize("text", ["", "e", "h", "1", "s", "neither", "w grows or shrinks"])
def test_what_names_no_choice_is_refused_with_the_letters(question_of, snapshot, text):
    with pytest.raises(LessonError) as error:
        read(question_of("choice", CHOICES), text, snapshot)
    assert str(error.value) == (
        f"{text!r} is none of the answers; give one of the letters a, b, c, d"
    )


def test_several_choices_may_be_right(ask, question_of, snapshot):
    outcomes = [ask("choice", CHOICES, letter).outcome for letter in "abcd"]
    assert outcomes == [RIGHT, WRONG, WRONG, RIGHT]
    assert ask("choice", CHOICES, "a").text == "Right: w grows."
    assert ask("choice", CHOICES, "b").text == "You said: w shrinks. The answer is: w grows or w."
    assert right_answer(question_of("choice", CHOICES), snapshot) == "w grows or w"


def test_choices_are_filled_in(question_of, snapshot):
    question = question_of("choice", "- [x] w is {w:.2f}\n- [ ] w is {2 * w:.2f}")
    assert question.kind.options(snapshot) == ["w is 1.20", "w is 2.40"]


def test_a_choice_without_a_right_answer_is_an_error_with_its_line(ask, question_of):
    with pytest.raises(LessonError, match="none of the answers is right for this run") as error:
        ask("choice", "- [w > 9] a\n- [w < 0] b", "a")
    assert error.value.line == question_of("choice", CHOICES).line


# Lines --------------------------------------------------------------------------------


def line_with(code, script=MANUAL):
    (number,) = (n for n, line in enumerate(script.lines, 1) if line.strip().startswith(code))
    return number


def test_a_line_is_named_by_its_number(ask, question_of, snapshot):
    update, loss = line_with("w -="), line_with("loss =")
    right = f"line {update}, `w -= learning_rate * float(dw)`"
    for code in ("update", "`w -=`"):
        grade = ask("line", f"- answer: {code}", f" {update} ")
        assert (grade.outcome, grade.text) == (RIGHT, f"Right: {right}.")
        wrong = ask("line", f"- answer: {code}", str(loss))
        assert wrong.outcome == WRONG
        assert wrong.text.startswith(f"You said line {loss}, `loss = ")
        assert wrong.text.endswith(f". It is {right}.")
        assert right_answer(question_of("line", f"- answer: {code}"), snapshot) == right


def test_an_empty_line_is_a_wrong_line(ask):
    empty = MANUAL.lines.index("") + 1
    assert (
        f"You said line {empty}, which is empty."
        in ask("line", "- answer: update", str(empty)).text
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "1.5",
        "one",
        "٣",
        "1 2",
        str(len(MANUAL.lines) + 1),
        "9" * 5000,
        "00000000199",
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_line_is_refused_with_how_many_there_are(question_of, snapshot, text):
    with pytest.raises(LessonError) as error:
        read(question_of("line", "- answer: update"), text, snapshot)
    assert "is not a line; give its number, from 1 to " in str(error.value)
    assert "\n" not in str(error.value)


def test_a_line_that_is_nowhere_is_an_error(ask):
    with pytest.raises(LessonError, match="zero"):
        ask("line", "- answer: zero", "1")
