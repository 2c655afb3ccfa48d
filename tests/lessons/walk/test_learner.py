"""A learner who changes settings, scripts and the place of the run in the middle of a lesson."""

from __future__ import annotations

import pytest
from touring import Tour

from gdtui import Script, Timeline
from gdtui.lessons.score import Outcome
from gdtui.lessons.walk.page import State

STEPS = """\
## One

- go: epoch 2
- keep: second = loss

Of {epochs} epochs with {learning_rate}: loss {loss:.4g}.

### Ask: number

What is w after another epoch?

- answer: w
- within: 0.001
- then: epoch

### Why

It is {w:.4g}, and was {before.w:.4g}.

## Two

- go: epoch 5
- needs: epochs >= 5, or this takes 5 epochs

In epoch 5: {loss:.4g}.

## Three

- go: set learning_rate = 0.02
- go: epoch 2

Now with {learning_rate}: {loss:.4g}. It was {second:.4g} before, of {epochs} epochs.

## Four

- go: stage autograd
- go: epoch

Autograd: {w:.4g}.
"""


@pytest.fixture
def tours(lesson_of):
    begun = []

    def begin(steps=STEPS, front="title: T", **more):
        begun.append(Tour(lesson_of(steps, front), **more))
        return begun[-1]

    yield begin
    for each in begun:
        each.close()


def loss_in(epoch, **settings):
    """What the loss of stage 1 is with some settings."""
    return format(history(**settings).loss[epoch - 1], ".4g")


def w_after(epoch, form=".4g", **settings):
    """What the weight of stage 1 is with some settings."""
    return format(history(**settings).parameters["w"][epoch - 1], form)


def history(**settings):
    with Timeline(Script.stage("manual").with_settings(settings)) as timeline:
        timeline.run()
        return timeline.history


@pytest.fixture
def tour(tours):
    return tours()


def test_without_changes_the_numbers_are_the_lessons(tour):
    assert tour.page.text == f"Of 10 epochs with 0.01: loss {loss_in(2)}."
    assert (tour.page.note, tour.page.can_put_back) == ("", False)


def test_with_other_settings_the_numbers_are_the_learners_and_that_is_said(tour):
    page = tour.adopt(learning_rate=0.001, epochs=7)
    assert page.state is State.ASKING
    assert page.text == f"Of 7 epochs with 0.001: loss {loss_in(2, learning_rate=0.001)}."
    assert page.note == "With your `learning_rate = 0.001` and `epochs = 7`."
    assert page.can_put_back
    right = w_after(3, ".5g", learning_rate=0.001)
    assert tour.do("skip").said == f"Skipped. The answer is: {right}."
    assert tour.do("on").text == f"In epoch 5: {loss_in(5, learning_rate=0.001)}."
    assert tour.page.note == "With your `learning_rate = 0.001` and `epochs = 7`."


def test_the_lessons_own_script_stays_what_it_was(tour):
    own = tour.walk.own_script
    tour.adopt(learning_rate=0.001)
    assert tour.walk.own_script == own == Script.stage("manual")


def test_settings_can_be_put_back(tour):
    asked = tour.page
    tour.adopt(learning_rate=0.001)
    assert tour.do("put back") == asked


def test_the_same_settings_change_nothing(tour):
    asked = tour.page
    assert tour.adopt() == asked
    tour.adopt(epochs=3)
    assert tour.adopt() == asked


def test_a_later_setting_of_the_lesson_takes_its_own_back(tour):
    tour.adopt(learning_rate=0.001, epochs=7)
    tour.do("skip", "on", "on")
    second, now = loss_in(2, learning_rate=0.001), loss_in(2, learning_rate=0.02)
    assert tour.page.text == f"Now with 0.02: {now}. It was {second} before, of 7 epochs."
    assert tour.page.note == "With your `epochs = 7`."


def test_a_setting_of_the_learner_may_come_after_that(tour):
    tour.do("skip", "on", "on")
    page = tour.adopt(learning_rate=0.03)
    assert page.text.startswith(f"Now with 0.03: {loss_in(2, learning_rate=0.03)}. ")
    assert page.text.endswith(f" It was {loss_in(2)} before, of 10 epochs.")
    assert tour.do("back").note == ""


def test_values_are_kept_anew_with_other_settings(tour):
    tour.do("skip", "on")
    tour.adopt(w=1.0)
    assert f"It was {loss_in(2, w=1.0)} before" in tour.do("on").text


def test_an_answer_after_a_change_is_about_the_changed_run(tour):
    tour.adopt(w=2.0)
    assert tour.do("=2").outcome == Outcome.RIGHT


def test_what_is_needed_is_said(tours):
    tour = tours(front="title: T\nsettings:\n  epochs: 4", steps=STEPS.replace("epoch 5", "end"))
    page = tour.do("skip", "on")
    assert (page.state, page.trouble) == (State.STUCK, "This takes 5 epochs")
    assert (page.text, page.can_put_back) == ("", False)
    assert tour.do("on").title == "Three"
    assert tour.page.state is State.READING


def test_what_is_needed_is_said_before_anything_is_computed(tours):
    steps = STEPS.replace("- needs", "- keep: fifth = loss_in(5)\n- needs").replace(
        "epoch 5", "end"
    )
    tour = tours(steps)
    tour.do("skip", "on")
    assert tour.adopt(epochs=4).trouble == "This takes 5 epochs"


def test_a_run_that_ends_too_early_is_said_and_can_be_put_back(tour):
    page = tour.adopt(epochs=1)
    assert page.state is State.STUCK
    assert page.trouble == "the run does not reach the end of epoch 2: finished after 1 epoch"
    assert (page.text, page.prompt, page.can_put_back) == ("", "", True)
    assert tour.do("put back").text.startswith("Of 10 epochs")


def test_an_answer_that_the_run_does_not_get_to_can_be_given_again(tour):
    tour.adopt(epochs=2)
    page = tour.do("=1")
    assert page.state is State.STUCK
    assert "the run ends before the move 'epoch'" in page.trouble
    assert tour.walk.score.answers == {}
    assert tour.do("put back").state is State.ASKING
    assert tour.do("=0.1").outcome == Outcome.WRONG


def test_one_can_go_on_where_the_run_does_not_get_to(tour):
    tour.do("skip", "on")
    tour.adopt(epochs=3)
    assert tour.walk.state is State.STUCK
    assert tour.do("on").title == "Three"
    assert tour.page.state is State.READING


def test_another_stage_is_not_what_the_step_is_about(tour):
    page = tour.adopt(stage="autograd")
    assert page.state is State.STUCK
    assert page.trouble == "This step is about manual; what runs now is autograd."
    assert page.can_put_back
    assert tour.do("put back").state is State.ASKING


def test_the_next_step_goes_on_with_its_own_stage(tour):
    tour.adopt(stage="autograd")
    page = tour.do("on")
    assert (page.title, page.state, page.trouble) == ("Two", State.READING, "")


def test_another_stage_keeps_the_changes_of_before(tour):
    tour.adopt(learning_rate=0.001)
    tour.adopt(stage="autograd")
    assert tour.do("on").text == f"In epoch 5: {loss_in(5, learning_rate=0.001)}."


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("w -= learning_rate * float(dw)", "w += learning_rate * float(dw)"),
        ("learning_rate = 0.01", 'learning_rate = "fast"'),
        ("epochs = 10", "epochs = 0"),
        ("print_every = 1", "print_every = 1\nmine = 3"),
    ],
)
def test_another_text_is_not_what_the_step_is_about(tour, old, new):
    own = tour.walk.own_script
    assert old in own.text
    asked = tour.page
    tour.walk.adopt(Script(own.text.replace(old, new), own.name, own.path))
    assert tour.walk.state is State.STUCK
    assert "The script that runs now is not the manual of this step." in tour.page.trouble
    assert tour.do("put back") == asked


def test_an_answer_stays_given_when_settings_change(tour):
    tour.do("=0.1")
    page = tour.adopt(learning_rate=0.001)
    assert (page.state, page.outcome) == (State.ANSWERED, Outcome.WRONG)
    now, before = (w_after(epoch, learning_rate=0.001) for epoch in (3, 2))
    assert page.why == f"It is {now}, and was {before}."


def test_nothing_is_adopted_at_the_end(tour):
    over = tour.finish()
    assert tour.adopt(epochs=3) == over


def test_settings_that_do_not_go_with_the_lessons_can_be_put_back(tours):
    tour = tours(STEPS.replace("learning_rate = 0.02", "inputs = [2, 3, 4, 5]"))
    tour.do("skip", "on")
    tour.adopt(inputs=[1, 2, 3], targets=[2, 4, 6])
    page = tour.do("on")
    assert page.state is State.STUCK
    assert "4 inputs and 3 targets do not go together" in page.trouble
    assert tour.do("put back").state is State.READING


# Moving the run -----------------------------------------------------------------------

WATCHED = """\
## One

- keep: first = w

w is {w}.

## Two

- go: epoch 3
- go: gradient

{w:.5g} {dw:.5g} {loss:.5g} {epoch} {line} {verdict} {theory.curvature:.5g} {best.w:.5g} {start.w}

### Ask: number

And now?

- answer: w
- within: 1 %
- then: update

### Why

{w:.5g} from {before.w:.5g}, first {first}, before {loss_in(2):.5g}.

## Three

- go: epoch 1

{w:.5g} {before.w:.5g} {status} {diagnosis} {printed}

## Four

- go: end

{w:.5g} {before.w:.5g} {status} {message} {printed}
"""


def _all_but_one_back(timeline):
    timeline.run()
    timeline.seek(3)
    timeline.back()


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["manual", "autograd"])
@pytest.mark.parametrize(
    "disturb",
    [
        Timeline.run,
        Timeline.step,
        Timeline.next_epoch,
        Timeline.back,
        lambda timeline: timeline.seek(0),
        lambda timeline: timeline.seek(7),
        _all_but_one_back,
        lambda timeline: (timeline.step(), timeline.back()),
        lambda timeline: (timeline.run(), timeline.seek(0)),
    ],
    ids=["end", "step", "epoch", "back", "start", "seek", "end-back", "step-back", "end-start"],
)
def test_moving_the_run_in_between_changes_nothing(tours, stage, disturb):
    steps = WATCHED if stage == "manual" else WATCHED.replace("dw", "grad.w")
    pages = []
    for each in (lambda timeline: None, disturb):
        tour = tours(steps, f"title: T\nstage: {stage}", disturb=each)
        tour.do("on", "=0.5", "on", "back", "on", "on", "back", "on")
        tour.finish()
        pages.append(tour.pages)
    assert pages[0] == pages[1]


def test_what_was_printed_last_does_not_depend_on_what_has_run_before(tours):
    steps = "## One\n\na\n\n## Two\n\n- go: epoch 2\n- go: loss\n\nIt printed: {printed}\n"
    texts = []
    for disturb in (lambda timeline: None, Timeline.run):
        texts.append(tours(steps, disturb=disturb).do("on").text)
    assert texts[0].startswith("It printed: epoch 2: ")
    assert texts[1] == texts[0]
