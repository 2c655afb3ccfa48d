"""Where a lesson has the run go: each move against a run, and those that cannot be made."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.script.loop import Phase
from gdtui.lessons.errors import LessonError, UnfitError
from gdtui.lessons.format.moves import Alter, Go, Load, Mended, Set, parse_move
from gdtui.lessons.walk.navigation import Destination, Navigator


@pytest.fixture(scope="module")
def gone():
    """The moment that some moves lead to."""

    def go(stage, *moves, **settings):
        with Timeline(Script.stage(stage).with_settings(settings)) as timeline:
            for move in moves:
                parse_move(move, 5).perform(timeline)
            return timeline.moment

    return go


@pytest.mark.parametrize("stage", ["manual", "autograd"])
@pytest.mark.parametrize(
    ("moves", "place"),
    [
        (["start"], (0, True)),
        (["statement"], (1, False)),
        (["1 statements"], (1, False)),
        (["epoch"], (1, True)),
        (["3 epochs"], (3, True)),
        (["epoch", "epoch"], (2, True)),
        (["statement", "epoch"], (1, True)),
        (["epoch 7"], (7, True)),
        (["epoch 7", "epoch 2"], (2, True)),
        (["epoch 7", "epoch 7"], (7, True)),
        (["epoch 3", "statement"], (4, False)),
        (["epoch 3", "start"], (0, True)),
        (["statement", "back"], (0, True)),
        (["epoch 2", "back"], (2, False)),
        (["end", "start"], (0, True)),
        (["  epoch   3 "], (3, True)),
    ],
)
def test_moves_by_statements_and_epochs(gone, stage, moves, place):
    moment = gone(stage, *moves)
    assert (moment.epoch, moment.epoch_over) == place


def test_several_statements_are_as_many_single_ones(gone):
    one = gone("manual", "statement", "statement", "statement")
    assert gone("manual", "3 statements").position == one.position == (1, 3)
    assert gone("manual", "3 statements", "back").position == (1, 2)


@pytest.mark.parametrize(
    ("stage", "phase", "code"),
    [
        ("manual", "predict", "y_pred = predict(x)"),
        ("manual", "loss", "loss = mean_squared_error(y_pred, y)"),
        ("manual", "gradient", "dw = gradient(x, y, y_pred)"),
        ("manual", "update", "w -= learning_rate * float(dw)"),
        ("autograd", "gradient", "loss.backward()"),
        ("autograd", "update", "w -= learning_rate * w.grad"),
        ("autograd", "zero", "w.grad.zero_()"),
    ],
)
def test_a_phase_is_gone_to_until_a_statement_of_it_has_run(gone, stage, phase, code):
    script = Script.stage(stage)
    for before in ([], ["epoch 4"]):
        moment = gone(stage, *before, phase)
        assert moment.epoch == (5 if before else 1)
        assert moment.phase == phase
        assert script.lines[moment.line - 1].strip() == code
    again = gone(stage, phase, phase)
    assert (again.epoch, again.line) == (2, moment.line)


def test_a_report_is_the_line_that_prints(gone):
    moment = gone("manual", "report")
    assert (moment.epoch, moment.phase) == (1, Phase.REPORT)


@pytest.mark.parametrize("stage", ["manual", "autograd"])
def test_the_end_is_behind_the_script(gone, stage):
    assert gone(stage, "end").status == "finished"
    assert gone(stage, "end", "end").status == "finished"
    assert gone(stage, "epoch 4", "end", "back").status == "paused"


@pytest.mark.parametrize(
    ("moves", "says"),
    [
        (["epoch 11"], "the run does not reach the end of epoch 11: finished after 10 epochs"),
        (["end", "statement"], "the run ends before the move 'statement': finished after 10"),
        (["end", "epoch"], "the run ends before the move 'epoch'"),
        (["end", "update"], "the run ends before the move 'update'"),
        (["11 epochs"], "the run ends before the move '11 epochs'"),
        (["12 epochs"], "the run ends before the move '12 epochs'"),
        (["epoch 10", "epoch"], "the run ends before the move 'epoch'"),
        (["epoch 10", "900 statements"], "the run ends before the move '900 statements'"),
    ],
)
def test_a_run_that_ends_too_early_is_said(gone, moves, says):
    with pytest.raises(UnfitError) as error:
        gone("manual", *moves)
    assert says in str(error.value)


@pytest.mark.parametrize("epochs", [10, 300])
def test_a_phase_that_the_loop_has_not_is_said(gone, epochs):
    with pytest.raises(UnfitError, match="no statement of the loop belongs to zero"):
        gone("manual", "zero", epochs=epochs, print_every=1000)


def test_a_run_that_diverges_does_not_get_there(gone):
    with pytest.raises(UnfitError, match="the run does not reach the end of epoch 500: "):
        gone("manual", "epoch 500", epochs=500, learning_rate=10.0)


def test_a_run_that_fails_stops_where_it_fails():
    text = "w = 1.0\nfor epoch in range(3):\n    loss = w\n    w -= 1 / (w - w)\n"
    with Timeline(Script(text)) as timeline:
        parse_move("update").perform(timeline)
        assert timeline.moment.failure is not None
        for move in ("epoch 2", "statement", "loss"):
            with pytest.raises(UnfitError, match="ZeroDivisionError"):
                parse_move(move).perform(timeline)


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("set learning_rate = 0.05", Set("learning_rate", 0.05, 3)),
        ("set w=-2", Set("w", -2, 3)),
        ("set inputs = [1, 2]", Set("inputs", [1, 2], 3)),
        ("set reduction = 'mean'", Set("reduction", "mean", 3)),
        ("stage autograd", Load("autograd", 3)),
        ("stage ../mine.py", Load("../mine.py", 3)),
        ("edit faster", Alter("faster", 3)),
        ("mended", Mended(3)),
        ("epoch\n 20", Go("epoch 20", 3)),
        ("999 statements", Go("999 statements", 3)),
        ("epoch 10000000", Go("epoch 10000000", 3)),
    ],
)
def test_a_move_is_read(text, move):
    assert parse_move(text, 3) == move


@pytest.mark.parametrize(
    "text",
    [
        *("", "up", "Epoch", "0 epochs", "epoch 0", "-1 epochs", "epoch 1.5", "1000 statements"),
        *("epoch 10000001", "99999999 epochs", "epochs 3", "2 losses", "3 loss", "3 back"),
        *("set", "set w", "set 1w = 2", "set w = = 1", "stage", "stage a b", "edit"),
        *("mended now", "end end"),
    ],
)
def test_what_is_no_move_is_refused_with_its_line(text):
    with pytest.raises(LessonError) as error:
        parse_move(text, 8)
    assert error.value.line == 8
    assert "is not a" in str(error.value)


@pytest.mark.slow
@given(st.one_of(st.text(max_size=20), st.text("epochst 0123456789=[]'\0", max_size=20)))
def test_any_text_is_a_move_or_refused(text):
    for each in (text, f"set w = {text}"):
        with contextlib.suppress(LessonError):
            assert isinstance(parse_move(each), Go | Set | Load | Mended | Alter)


# Many moves in a row ------------------------------------------------------------------


@pytest.fixture
def made(monkeypatch):
    """What a timeline is asked to do."""
    found = []
    real = {name: getattr(Timeline, name) for name in ("back", "next_epoch", "step", "seek")}
    for name in real:

        def do(self, *args, name=name):
            found.append((name, *args))
            return real[name](self, *args)

        monkeypatch.setattr(Timeline, name, do)
    return found


def navigated(moves, mark=0, script=None):
    script = script or Script.stage("manual").with_settings({"epochs": 600})
    with Timeline(script) as timeline:
        destination = Destination(script, tuple(map(parse_move, moves)), mark)
        snapshot = Navigator().navigate(timeline, destination)
        return snapshot, snapshot.before


def test_steps_back_in_a_row_are_one(made):
    snapshot, _ = navigated(["epoch 600", *["back"] * 3000])
    assert [each for each in made if each[0] == "back"] == [("back", 3000)]
    assert snapshot.moment.position == (100, 6)


def test_steps_back_end_where_a_lesson_looks_and_at_another_move(made):
    moves = ["epoch 9", *["back"] * 5, "statement", *["back"] * 2, "back"]
    snapshot, before = navigated(moves, mark=3)
    backs = [each[1] for each in made if each[0] == "back"]
    assert backs == [2, 3, 3]
    assert before.moment.position == (9, 4)
    assert snapshot.moment.position == (8, 5)


def test_steps_back_one_by_one_lead_to_the_same_place():
    at_once, _ = navigated(["epoch 9", *["back"] * 17])
    with Timeline(Script.stage("manual").with_settings({"epochs": 600})) as timeline:
        timeline.seek(9)
        for _ in range(17):
            moment = timeline.back()
    assert at_once.moment.position == moment.position
    assert at_once.moment.parameters == moment.parameters


def test_many_epochs_are_one_move_or_two(made):
    snapshot, _ = navigated(["500 epochs"])
    assert snapshot.moment.position == (500, 6)
    assert len([each for each in made if each != ("seek", 0)]) <= 2
    snapshot, _ = navigated(["statement", "500 epochs"])
    assert snapshot.moment.position == (500, 6)


@pytest.mark.parametrize("moves", [["601 epochs"], ["epoch 600", "epoch"], ["end", "epoch"]])
def test_epochs_that_there_are_not_are_refused(moves):
    with pytest.raises(UnfitError, match="the run ends before the move"):
        navigated(moves)


def test_a_failure_in_the_last_epoch_is_shown_and_one_before_it_refused():
    text = "w, dw = 1.0, 0.0\nfor epoch in range(9):\n    dw = w / (4 - epoch)\n    w -= 0.1 * dw\n"
    snapshot, _ = navigated(["5 epochs"], script=Script(text))
    assert (snapshot.moment.status, snapshot.moment.epoch) == ("failed", 5)
    with pytest.raises(UnfitError, match="the run ends before the move '6 epochs'"):
        navigated(["6 epochs"], script=Script(text))
