"""A learner's way through a lesson: what is shown, asked, counted, and asked once more."""

from __future__ import annotations

import pytest
from touring import Tour

from gdtui.lessons.errors import LessonError
from gdtui.lessons.score import Answered, Outcome, Score
from gdtui.lessons.walk.page import COMES_BACK, State
from gdtui.lessons.walk.walk import Walk

STEPS = """\
## The start

- keep: begin = w

w is {w}.

## The loss

- go: epoch
- look: only loss

It was {loss} after {epoch}.

### Ask: number

What comes after {loss}?

- answer: loss
- within: 0.01
- then: loss

### Hint

It falls, from {loss}.

### Hint

To {loss_in(1) * 0.16:.1f}.

### If: before.loss

That is the old one.

### Why

It fell by {before.loss - loss:.1f} to {loss:.1f}.

## The weight

- go: update
- look: code, numbers

Before it was {before.w}, at first {begin}.

### Ask: choice

Where is w?

- [w > 1] above 1
- [w <= 1] not above 1

### Why

It is {w}.

## The end

- go: end

Now w is {w:.3f}; it began at {begin}.
"""
RIGHT, WRONG, SKIPPED = Outcome.RIGHT, Outcome.WRONG, Outcome.SKIPPED


@pytest.fixture
def tour(lesson_of):
    tour = Tour(lesson_of(STEPS))
    yield tour
    tour.close()


@pytest.fixture
def tours(lesson_of):
    """Tours of other lessons, or from another place."""
    begun = []

    def begin(steps=STEPS, at=0, score=None, front="title: T"):
        begun.append(Tour(lesson_of(steps, front), at, score))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def test_nothing_is_shown_before_the_run_is_there(lesson_of):
    walk = Walk(lesson_of(STEPS))
    assert walk.state is State.MOVING
    assert (walk.page.title, walk.page.place, walk.page.text) == ("The start", "step 1 of 4", "")
    assert walk.task.destination.moves == ()
    assert walk.task.check is None


def test_a_step_is_read(tour):
    page = tour.page
    assert (page.state, page.text, page.look) == (State.READING, "w is 0.", ("code",))
    assert (page.prompt, page.outcome, page.note, page.trouble) == ("", None, "", "")


def test_a_question_waits_for_an_answer(tour):
    page = tour.do("on")
    assert (page.title, page.place, page.state) == ("The loss", "step 2 of 4", State.ASKING)
    assert (page.text, page.prompt) == ("It was 30 after 1.", "What comes after 30?")
    assert (page.look, page.only) == (("loss",), True)
    assert (page.hints, page.hints_left, page.why, page.said) == ((), 2, "", "")
    assert "0.01" in page.form
    assert tour.do("on") == page
    assert tour.walk.score == Score(2)


def test_a_right_answer(tour):
    page = tour.do("on", "=4.8")
    assert (page.state, page.outcome, page.said) == (State.ANSWERED, RIGHT, "Right: 4.8.")
    assert page.why == "It fell by 25.2 to 4.8."
    assert page.text == "It was 30 after 1."
    assert tour.walk.score == Score(2, {1: Answered(RIGHT)})
    assert tour.timeline.moment.phase == "loss"


def test_a_wrong_answer_with_its_remark(tour):
    page = tour.do("on", "=30")
    assert (page.outcome, page.said) == (WRONG, "You said 30; it is 4.8. That is the old one.")
    assert page.why == "It fell by 25.2 to 4.8."


def test_a_choice_and_what_was_before(tour):
    page = tour.do("on", "=4.8", "on")
    assert page.options == ("above 1", "not above 1")
    assert page.text == "Before it was 1.2, at first 0."
    assert tour.do("=a").said == "Right: above 1."


def test_what_is_no_answer_changes_nothing(tour):
    page = tour.do("on")
    with pytest.raises(LessonError, match="'much' is not a number"):
        tour.do("=much")
    assert (tour.page, tour.walk.state, tour.walk.score) == (page, State.ASKING, Score(2))


def test_all_right_ends_with_the_score(tour):
    page = tour.do("on", "=4.8", "on", "=a", "on")
    assert (page.title, page.text) == ("The end", "Now w is 2.000; it began at 0.")
    page = tour.do("on")
    assert (tour.walk.state, page.state) == (State.OVER, State.OVER)
    assert page.text == "**A lesson**: 2 of 2 right.\n\n- The loss: right\n- The weight: right"
    for action in ("on", "skip", "hint", "put back"):
        assert tour.do(action) == page


def test_a_missed_question_comes_back_once_at_the_end(tour):
    page = tour.do("on", "=1", "on", "=b", "on", "on")
    assert (page.title, page.place, page.state) == ("The loss", "once more, 1 of 2", State.ASKING)
    assert page.text == f"{COMES_BACK}It was 30 after 1."
    assert (page.hints, page.outcome, page.said) == ((), None, "")
    page = tour.do("=4.8", "on")
    assert (page.title, page.place) == ("The weight", "once more, 2 of 2")
    page = tour.do("=b", "on")
    assert page.state is State.OVER
    assert page.text == (
        "**A lesson**: 0 of 2 right, 1 more the second time.\n\n"
        "- The loss: wrong, then right\n- The weight: wrong, then wrong"
    )


def test_a_skipped_question_is_answered_and_does_not_come_back(tour):
    page = tour.do("on", "skip")
    assert (page.state, page.outcome) == (State.ANSWERED, SKIPPED)
    assert (page.said, page.why) == ("Skipped. The answer is: 4.8.", "It fell by 25.2 to 4.8.")
    page = tour.do("on", "skip", "on", "on")
    assert page.state is State.OVER
    assert tour.walk.score.text == "0 of 2 right, 2 skipped"


def test_a_question_that_comes_back_may_be_skipped(tour):
    page = tour.do("on", "=1", "on", "=a", "on", "on", "skip", "on")
    assert page.state is State.OVER
    assert tour.walk.score.answers[1] == Answered(WRONG, SKIPPED)


def test_hints_are_shown_one_by_one_and_counted(tour):
    page = tour.do("on", "hint")
    assert (page.hints, page.hints_left, page.state) == (("It falls, from 30.",), 1, State.ASKING)
    page = tour.do("hint", "hint", "hint")
    assert (page.hints, page.hints_left) == (("It falls, from 30.", "To 4.8."), 0)
    assert tour.walk.score.hints == 0
    page = tour.do("=4.8", "hint")
    assert page.hints_left == 0
    assert tour.walk.score == Score(2, {1: Answered(RIGHT, hints=2)})
    assert tour.walk.score.text == "1 of 2 right, 2 hints"


def test_hints_of_both_times_are_counted(tour):
    tour.do("on", "hint", "=1", "on", "=a", "on", "on", "hint", "hint", "=4.8", "on")
    assert tour.walk.score.answers[1] == Answered(WRONG, RIGHT, hints=3)


def test_going_back_shows_an_answered_question_as_it_was(tour):
    answered = tour.do("on", "hint", "=1")
    tour.do("on")
    assert tour.do("back") == answered
    tour.do("back")
    assert tour.page.text == "w is 0."
    assert tour.do("back").title == "The start"
    assert tour.do("on") == answered
    assert tour.walk.score.answers == {1: Answered(WRONG, hints=1)}


def test_going_back_asks_again_what_was_not_answered(tour):
    asked = tour.do("on")
    assert tour.do("back", "on") == asked


def test_going_back_from_the_end(tour):
    tour.do("on", "=4.8", "on", "=a", "on", "on")
    assert tour.do("back").title == "The end"
    assert tour.do("on").state is State.OVER


def test_where_to_take_it_up_again(tour):
    places = [tour.walk.at]
    for action in ("on", "=1", "on", "=a", "on", "on"):
        tour.do(action)
        places.append(tour.walk.at)
    assert places == [0, 1, 2, 2, 3, 3, 4]


def test_a_walk_is_taken_up_with_its_score_and_what_was_kept(tours, tour):
    score = Score(2, {1: Answered(WRONG), 2: Answered(RIGHT)})
    again = tours(at=3, score=score)
    assert again.page.text == "Now w is 2.000; it began at 0."
    assert again.page.place == "step 4 of 4"
    page = again.do("on")
    assert (page.title, page.place) == ("The loss", "once more, 1 of 1")
    assert page.text == f"{COMES_BACK}It was 30 after 1."
    assert again.do("=4.8", "on").text.startswith("**T**: 1 of 2 right, 1 more the second time.")


def test_a_walk_is_taken_up_where_only_missed_questions_are_left(tours):
    again = tours(at=4, score=Score(2, {1: Answered(WRONG), 2: Answered(RIGHT)}))
    assert (again.page.title, again.page.place) == ("The loss", "once more, 1 of 1")
    assert again.do("=1", "on").state is State.OVER


def test_what_was_before_is_the_same_when_it_is_taken_up(tours):
    again = tours(at=2, score=Score(2, {1: Answered(RIGHT)}))
    assert again.page.text == "Before it was 1.2, at first 0."


def test_a_missed_question_that_cannot_be_asked_again_ends_all_the_same(tours):
    steps = STEPS.replace("- go: epoch\n", "- go: epoch\n- needs: epochs > 1, or one is too few\n")
    tour = tours(steps)
    tour.do("on", "=1")
    tour.adopt(epochs=1)
    tour.finish()
    assert tour.walk.state is State.OVER


@pytest.mark.parametrize("front", ["title: T\nstage: six", "title: T\nsettings:\n  wight: 1"])
def test_a_lesson_about_nothing_does_not_begin(lesson_of, front):
    with pytest.raises(LessonError):
        Walk(lesson_of(STEPS, front))
