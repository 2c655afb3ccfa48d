"""What holds for every lesson and every bug that comes with gdtui."""

from __future__ import annotations

import re

import pytest
from walking import drive, stated, walk_plainly

from gdtui.lessons.check.lesson_check import check_lesson
from gdtui.lessons.format.library import library
from gdtui.lessons.kinds.options import LETTERS
from gdtui.lessons.score import Outcome
from gdtui.lessons.walk.walk import State

ENTRIES = library()
WRONG = {"number": "-987654321", "line": "1", "bug": "1"}

every_lesson = pytest.mark.parametrize("entry", ENTRIES, ids=[entry.key for entry in ENTRIES])
# Bug 8 is about a warning.
pytestmark = pytest.mark.filterwarnings("ignore:Using a target size")


def test_there_are_eight_lessons_and_twelve_bugs():
    keys = [entry.key for entry in ENTRIES]
    assert keys == [*map(str, range(1, 9)), *(f"b{number}" for number in range(1, 13))]


@pytest.mark.slow
@every_lesson
def test_nothing_is_wrong_with_its_file(entry):
    assert check_lesson(entry.path) == []


@every_lesson
def test_it_says_how_long_it_takes_and_asks_something(entry):
    lesson = entry.read()
    assert (lesson.title, lesson.minutes) == (entry.title, entry.minutes)
    assert 2 <= lesson.minutes <= 10
    assert lesson.questions >= (2 if entry.is_bug else 6)
    titles = [step.title for step in lesson.steps]
    assert len(titles) == len(set(titles))


@pytest.mark.slow
@every_lesson
def test_every_expression_can_be_computed_where_it_stands(entry):
    assert stated(entry.read())


@pytest.mark.slow
@every_lesson
def test_wrong_answers_come_to_the_end_and_show_every_explanation(entry):
    """A missed question comes back once, and then lets the lesson end."""
    explained, wrong = set(), set()

    def act(walk):
        page = walk.page
        assert walk.state is not State.STUCK, page.trouble
        if walk.state is State.ASKING:
            walk.answer(WRONG.get(page.kind) or LETTERS[len(page.options) - 1])
            return
        if walk.state is State.ANSWERED:
            assert page.why
            assert page.said
            explained.add(page.title)
            if page.outcome is Outcome.WRONG:
                wrong.add(page.title)
        walk.go_on()

    lesson = entry.read()
    walk = drive(lesson, act)
    assert explained == {step.title for step in lesson.steps if step.question}
    surely = {
        step.title
        for step in lesson.steps
        if step.question and step.question.kind.name in ("number", "line", "bug")
    }
    assert surely <= wrong
    assert walk.score.right + len(wrong) == walk.score.total
    assert not walk.score.missed


@pytest.mark.slow
@every_lesson
def test_all_hints_can_be_seen_and_everything_skipped(entry):
    def act(walk):
        assert walk.state is not State.STUCK, walk.page.trouble
        if walk.state is State.ASKING and walk.page.hints_left:
            walk.hint()
            assert walk.page.hints[-1]
        elif walk.state is State.ASKING:
            walk.skip()
        else:
            walk.go_on()

    lesson = entry.read()
    score = drive(lesson, act).score
    asked = [step.question for step in lesson.steps if step.question]
    bugs = sum(question.kind.name == "bug" for question in asked)
    assert score.skipped == score.total == lesson.questions
    assert score.hints == bugs + sum(len(question.hints) for question in asked)
    assert not score.right


@pytest.mark.slow
@every_lesson
def test_an_answer_that_is_typed_as_it_is_shown_is_right(entry):
    shown = {}

    def see(walk):
        if walk.state is State.ASKING:
            walk.skip()
        else:
            if walk.state is State.ANSWERED and walk.page.kind == "number":
                shown[walk.page.title] = re.search(r"The answer is: (.*)\.$", walk.page.said)[1]
            walk.go_on()

    def type_it(walk):
        if walk.state is State.ASKING and walk.page.title in shown:
            walk.answer(shown[walk.page.title])
        elif walk.state is State.ASKING:
            walk.skip()
        else:
            walk.go_on()

    drive(entry.read(), see)
    walk = drive(entry.read(), type_it)
    assert (walk.score.right, walk.score.missed) == (len(shown), ())


@pytest.mark.slow
@every_lesson
def test_no_number_shows_the_rounding_of_float32(entry):
    """Such as -47.999997, 0.29999998, 2.0000001 or 5e-17, but for what a script has printed."""
    texts = []

    def see(walk):
        page = walk.page
        texts.extend([page.text, page.prompt, page.said, page.why, *page.hints, *page.options])
        if walk.state is State.ASKING and page.hints_left:
            walk.hint()
        elif walk.state is State.ASKING:
            walk.skip()
        else:
            walk.go_on()

    drive(entry.read(), see)
    said = re.sub(r"`[^`]*`|(?s:```.*?```)", "", " ".join(texts))
    assert re.search(r"\d", said)
    assert not re.findall(r"\b\d*[1-9]\d*\.\d*0{4}\d|\.\d*[0-8]9{4}\d|e-1\d|-0(?![.\d])", said)


@every_lesson
def test_a_notebook_is_introduced_where_it_is_first_spoken_of(entry):
    text = " ".join(re.sub(r"[*`]", "", entry.path.read_text()).split())
    first = text.find("notebook")
    assert first == -1 or text[first:].startswith("notebook, a document of code with the results")


@pytest.mark.slow
@every_lesson
def test_the_end_of_the_input_ends_it_politely(entry):
    _, written = walk_plainly(entry.read(), [])
    assert re.search(r"^Left at step \d+ of \d+\. So far: 0 of \d+ right\.$", written, re.MULTILINE)


@every_lesson
def test_its_texts_are_as_texts_should_be(entry):
    text = entry.path.read_text()
    said = re.sub(r"(?s)\A---.*?\n---\n|`[^`]*`|\{[^}]*\}|^- \[.*?\]", "", text)
    assert "!" not in said
    assert not re.search(r"\b(simply|easy|easily|obviously|of course)\b", said, re.IGNORECASE)


def test_the_bug_lab_gives_nothing_away():
    for entry in ENTRIES:
        if entry.is_bug:
            named = f"{entry.title} {entry.name}".lower()
            assert not re.search(
                r"zero|sign|sum|no_grad|rate|detach|recomput|reshape|broadcast", named
            )
            assert entry.read().edit
