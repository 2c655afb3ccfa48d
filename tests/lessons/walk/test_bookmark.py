"""Taking up a lesson where it was left."""

from __future__ import annotations

import pytest
from touring import Tour

from gdtui.lessons.score import Answered, Outcome, Score
from gdtui.lessons.walk.bookmark import begin_walk, note_walk
from gdtui.lessons.walk.progress import Progress
from gdtui.lessons.walk.walk import Walk

STEPS = """\
## One

a

## Two

a

### Ask: number

How much?

- answer: w
- within: 0

### Why

So.

## Three

a

### Ask: sign

Which?

- of: w

### Why

So.

## Four

a
"""
WRONG = Outcome.WRONG


@pytest.fixture
def progress(tmp_path):
    return Progress(tmp_path / "progress.json")


@pytest.fixture
def tour(lesson_of):
    tour = Tour(lesson_of(STEPS))
    yield tour
    tour.close()


def test_progress_is_taken_up(lesson_of, progress):
    lesson = lesson_of(STEPS)
    assert begin_walk(lesson, progress).at == 0
    note_walk(progress, Walk(lesson, 2, Score(2, {1: Answered(WRONG, hints=1)})))
    walk = begin_walk(lesson, progress)
    assert (walk.at, walk.score) == (2, Score(2, {1: Answered(WRONG, hints=1)}))
    assert begin_walk(lesson, progress, again=True).score == Score(2)


QUESTION = STEPS[STEPS.index("### Ask: number") : STEPS.index("## Three")]


@pytest.mark.parametrize(
    "changed",
    [
        STEPS + "\n## Five\n\na\n",
        STEPS.replace("## One\n\na\n\n", ""),
        STEPS.replace(QUESTION, ""),
        STEPS.replace(QUESTION, "").replace("## Two", f"{QUESTION}## Two"),
        STEPS.replace(QUESTION, "") + f"\n{QUESTION}",
    ],
    ids=["longer", "shorter", "fewer questions", "earlier question", "later question"],
)
def test_a_lesson_that_has_changed_begins_anew(lesson_of, progress, changed):
    note_walk(progress, Walk(lesson_of(STEPS), 2, Score(2, {1: Answered(WRONG)})))
    lesson = lesson_of(changed)
    walk = begin_walk(lesson, progress)
    assert (walk.at, walk.score) == (0, Score(lesson.questions))


def test_each_place_on_the_way_is_taken_up_as_it_was_left(lesson_of, progress, tour):
    for action in ("on", "=1", "on", "=zero", "on", "on"):
        page = tour.do(action)
        note_walk(progress, tour.walk)
        again = begin_walk(lesson_of(STEPS), progress)
        assert again.score == tour.walk.score
        assert again.page.title == (
            page.title if page.outcome is None else {"Two": "Three", "Three": "Four"}[page.title]
        )


def test_the_end_is_kept_and_begins_anew(lesson_of, progress, tour):
    tour.do("on", "=0", "on", "=positive", "on", "on", "=zero", "on")
    note_walk(progress, tour.walk)
    (record,) = progress.records.values()
    assert record.text == "done, 1 of 2 right"
    walk = begin_walk(lesson_of(STEPS), progress)
    assert (walk.at, walk.score) == (0, Score(2))
