"""A run stops with the epoch that meets the rule, however it gets there."""

from __future__ import annotations

import contextlib
import io
import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from gdtui import Script, SettingError, StopRule, Timeline, Worker
from gdtui.engine.play.player import Player
from gdtui.engine.play.report import FLAT_OUT
from gdtui.engine.record.stopping import LossWatch
from gdtui.engine.script.settings import MAX_EPOCHS

# Each sets the loss of its epochs from a list and says which epoch was its last.
HEADS = {
    "for": "for epoch in range(len(losses)):\n",
    "while": "epoch = -1\nwhile (epoch := epoch + 1) < len(losses):\n",
    "break": "epoch = -1\nwhile True:\n    if (epoch := epoch + 1) == len(losses):\n        break\n",
    "generator": (
        "def turns():\n    yield from range(len(losses))\nfor epoch in turns():\n"
    ),  # no checkpoint can hold it, so going back starts from the first line
    "inside try": "try:\n  for epoch in range(len(losses)):\n",
}
KINDS = [kind for kind in HEADS if kind != "break"]  # that one begins an epoch just to leave it


def text_for(kind, losses):
    head = HEADS[kind]
    indent = "      " if kind == "inside try" else "    "
    body = "".join(
        f"{indent}{line}\n"
        for line in (
            "seen = epoch + 1",
            "loss = losses[epoch]",
            "w -= 0.1 * loss",
            "print(seen, loss)",
        )
    )
    tail = "finally:\n    w += 1\n" if kind == "inside try" else ""
    return f"w, seen = 0.0, 0\nlosses = {losses!r}\n{head}{body}{tail}print('after', seen)\n"


def script(kind, losses):
    return Script(text_for(kind, losses))


def printed_by(text):
    """What a script prints under Python alone."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(text, "<script>", "exec"), {"__name__": "__main__"})
    return output.getvalue()


def stop_epoch(losses, rule):
    """The first epoch to meet a rule, by the words of the rule alone; None without one."""
    for epoch in range(1, len(losses) + 1):
        now = losses[epoch - 1]
        if math.isnan(now):
            continue
        if rule.below is not None and now < rule.below:
            return epoch
        if rule.stalled is not None:
            older = [each for each in losses[: max(0, epoch - rule.stalled)] if each == each]
            newer = [each for each in losses[max(0, epoch - rule.stalled) : epoch] if each == each]
            if older and min(newer) >= min(older):
                return epoch
    return None


FALLING = [5.0, 3.0, 2.0, 0.5, 0.25, 0.125]
RISING = [5.0, 3.0, 4.0, 3.0, 6.0, 2.0, 1.0]

rules = st.builds(
    StopRule,
    below=st.none() | st.sampled_from([0.5, 1.0, 2.5]) | st.floats(0, 6, exclude_min=True),
    stalled=st.none() | st.integers(1, 5),
)
some_losses = st.lists(
    st.sampled_from([0.5, 1.0, 1.5, 2.0, 3.0, 4.0]) | st.floats(-2, 5), min_size=1, max_size=9
)


# The rule -----------------------------------------------------------------------------


def test_no_rule_is_the_default():
    assert StopRule() == StopRule(below=None, stalled=None) == StopRule.parse("", "")
    assert not StopRule().is_on
    assert StopRule(below=0.1).is_on
    assert StopRule(stalled=1).is_on


@pytest.mark.parametrize("value", [0.01, 3.5, 10**15, 1e300, 5e-324])
def test_any_finite_number_above_0_may_be_the_loss_to_get_below(value):
    assert StopRule(below=value).below == value
    assert type(StopRule(below=value).below) is float


@pytest.mark.parametrize("value", [1, 5, MAX_EPOCHS])
def test_the_age_of_the_lowest_loss_is_a_number_of_epochs(value):
    assert StopRule(stalled=value).stalled == value


BELOW = "stop when the loss is below: {} is not allowed; it takes a number above 0, such as 0.01"
STALLED = (
    "stop when the loss has not fallen for: {} is not allowed; "
    "it takes a whole number of epochs from 1 to 10000000"
)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"below": math.nan}, BELOW.format("nan")),
        ({"below": math.inf}, BELOW.format("inf")),
        ({"below": -math.inf}, BELOW.format("-inf")),
        ({"below": 0}, BELOW.format("0")),
        ({"below": -0.0}, BELOW.format("-0.0")),
        ({"below": -1}, BELOW.format("-1")),
        ({"below": -5e-324}, BELOW.format("-5e-324")),
        ({"below": -(10**400)}, BELOW.format("-1" + "0" * 55 + "...")),
        ({"below": True}, BELOW.format("True")),
        ({"below": "0.01"}, BELOW.format("'0.01'")),
        ({"below": [0.01]}, BELOW.format("[0.01]")),
        ({"below": 10**400}, BELOW.format("1" + "0" * 56 + "...")),
        ({"below": 10**5000}, BELOW.format("a number with thousands of digits")),
        ({"stalled": 0}, STALLED.format("0")),
        ({"stalled": -1}, STALLED.format("-1")),
        ({"stalled": MAX_EPOCHS + 1}, STALLED.format("10000001")),
        ({"stalled": 5.0}, STALLED.format("5.0")),
        ({"stalled": True}, STALLED.format("True")),
        ({"stalled": "5"}, STALLED.format("'5'")),
        ({"below": "low", "stalled": 0}, BELOW.format("'low'")),
    ],
    ids=lambda each: None if isinstance(each, dict) else each.rpartition(":")[2][:20],
)
def test_a_wrong_value_is_refused_in_one_line(values, says):
    with pytest.raises(SettingError) as error:
        StopRule(**values)
    assert str(error.value) == says


@pytest.mark.parametrize(
    ("below", "stalled", "rule"),
    [
        ("", "", StopRule()),
        ("  ", "None", StopRule()),
        (" 0.01 ", "", StopRule(below=0.01)),
        ("1e-3", " 20", StopRule(below=0.001, stalled=20)),
        ("2", "None", StopRule(below=2.0)),
        ("None", "10_000", StopRule(stalled=10_000)),
    ],
)
def test_a_rule_is_read_as_it_is_typed(below, stalled, rule):
    assert StopRule.parse(below, stalled) == rule


@pytest.mark.parametrize(
    ("below", "stalled", "says"),
    [
        ("-1", "", BELOW.format("-1")),
        ("0", "5", BELOW.format("0")),
        ("abc", "", BELOW.format("'abc'")),
        ("0,01", "", BELOW.format("'0,01'")),
        ("1.2.3", "", BELOW.format("'1.2.3'")),
        ("nan", "", BELOW.format("'nan'")),
        ("1e999", "", BELOW.format("inf")),
        ("True", "", BELOW.format("True")),
        ("'0.01'", "", BELOW.format("'0.01'")),
        ("[" * 5000, "", BELOW.format("'" + "[" * 56 + "...")),
        ("", "soon", STALLED.format("'soon'")),
        ("", "0", STALLED.format("0")),
        ("", "2.5", STALLED.format("2.5")),
        ("0.01", "-3", STALLED.format("-3")),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_typed_wrongly_is_named(below, stalled, says):
    with pytest.raises(SettingError) as error:
        StopRule.parse(below, stalled)
    assert str(error.value) == says


def test_a_message_may_call_the_parts_otherwise():
    with pytest.raises(SettingError, match=r"^target: 'low' is not allowed; it takes a number"):
        StopRule.parse("low", names=("target", "patience"))
    with pytest.raises(SettingError, match=r"^patience: 0 is not allowed; it takes a whole"):
        StopRule.parse(stalled="0", names=("target", "patience"))


# The watch ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "losses", "says"),
    [
        (StopRule(below=0.01), [0.3, 0.009872], "the loss 0.00987 is below 0.01"),
        (StopRule(below=0.01), [0.00999999], "the loss 0.00999999 is below 0.01"),
        (StopRule(below=2), [0.0], "the loss 0 is below 2"),
        (StopRule(below=2), [-0.0], "the loss 0 is below 2"),
        (StopRule(below=5e-324), [-5e-324], "the loss -4.94e-324 is below 5e-324"),
        (StopRule(below=2000), [1234.56], "the loss 1234.56 is below 2000"),
        (StopRule(below=1e30), [1e29], "the loss 1e+29 is below 1e+30"),
        (StopRule(below=1.0), [math.nextafter(1, 0)], "the loss 0.9999999999999999 is below 1"),
        (StopRule(stalled=1), [2.0, 2.0], "the loss has not fallen for 1 epoch"),
        (StopRule(stalled=3), [2.0, 3.0, 2.0, 4.0], "the loss has not fallen for 3 epochs"),
        (
            StopRule(stalled=2),
            [2.0, math.nan, math.nan, 3.0],
            "the loss has not fallen for 3 epochs",
        ),
    ],
)
def test_the_reason_in_words(rule, losses, says):
    watch = LossWatch(rule)
    reasons = [watch.see(epoch, loss) for epoch, loss in enumerate(losses, 1)]
    assert reasons == [""] * (len(losses) - 1) + [says]


@given(rules, st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.0, math.nan]) | st.floats(-2, 5)))
def test_a_watch_finds_the_epoch_that_the_words_of_the_rule_say(rule, losses):
    watch = LossWatch(rule)
    seen = (epoch for epoch, loss in enumerate(losses, 1) if watch.see(epoch, loss))
    assert next(seen, None) == stop_epoch(losses, rule)


@given(st.floats(5e-324, allow_infinity=False), st.floats(allow_nan=False))
def test_the_digits_of_a_reason_are_below_too(below, loss):
    assume(loss < below)
    reason = LossWatch(StopRule(below=below)).see(1, loss)
    _, _, one, _, _, other = reason.split(" ")
    assert float(one) < float(other) == below


# Runs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("losses", "rule", "epoch", "reason"),
    [
        (FALLING, StopRule(below=2.0), 4, "the loss 0.5 is below 2"),
        (FALLING, StopRule(below=100), 1, "the loss 5 is below 100"),
        (RISING, StopRule(stalled=2), 4, "the loss has not fallen for 2 epochs"),
        (RISING, StopRule(below=3.5, stalled=1), 2, "the loss 3 is below 3.5"),
        (RISING, StopRule(below=2.5, stalled=1), 3, "the loss has not fallen for 1 epoch"),
    ],
)
def test_a_loop_ends_with_that_epoch_and_the_script_goes_on(kind, losses, rule, epoch, reason):
    with Timeline(script(kind, losses), stop=rule) as timeline:
        moment = timeline.run()
        assert (moment.status, moment.epoch, moment.epoch_over) == ("stopped", epoch, True)
        count = "1 epoch" if epoch == 1 else f"{epoch} epochs"
        assert moment.message == f"stopped after {count}: {reason}"
        assert timeline.outcome == "stopped"
        assert timeline.history.loss.tolist() == losses[:epoch]
        assert timeline.transcript.text == printed_by(text_for(kind, losses[:epoch]))
        assert timeline.transcript.text.endswith(f"\nafter {epoch}\n")


@pytest.mark.parametrize("kind", HEADS)
@pytest.mark.parametrize("rule", [StopRule(), StopRule(below=0.01), StopRule(stalled=5)])
def test_a_rule_that_is_not_met_changes_nothing(kind, rule):
    with Timeline(script(kind, FALLING), stop=rule) as timeline:
        moment = timeline.run()
        assert moment.status == "finished"
        assert moment.message.startswith("finished after ")
        assert timeline.transcript.text == printed_by(text_for(kind, FALLING))


@pytest.mark.parametrize("kind", KINDS)
def test_a_rule_met_with_the_last_epoch_of_all_stops_too(kind):
    with Timeline(script(kind, [3.0, 2.0, 1.0]), stop=StopRule(below=1.5)) as timeline:
        assert timeline.run().message == "stopped after 3 epochs: the loss 1 is below 1.5"


def test_a_rule_met_with_the_epoch_that_breaks_off_stops_too():
    text = (
        "w, rate = 9.0, 1.0\nfor epoch in range(9):\n    w -= rate\n    loss = w\n"
        "    if epoch == 1:\n        break\nelse:\n    print('else')\nprint('after')\n"
    )
    with Timeline(Script(text), stop=StopRule(below=7.5)) as timeline:
        moment = timeline.run()
        assert moment.message == "stopped after 2 epochs: the loss 7 is below 7.5"
        # It was the script that ended the loop.
        assert timeline.transcript.text == "after\n"
        assert timeline.back().epoch_over
        assert timeline.step().status == "stopped"


@pytest.mark.parametrize(
    "head", ["for epoch in range(9):\n", "while True:\n", "while (w := w + 0.0) > 0:\n"]
)
def test_an_else_runs_as_after_the_last_turn(head):
    text = f"w, rate = 9.0, 1.0\n{head}    w -= rate\n    loss = w\nelse:\n    print('else', w)\nprint('after')\n"
    with Timeline(Script(text), stop=StopRule(below=6.5)) as timeline:
        assert timeline.run().epoch == 3
        assert timeline.transcript.text == "else 6.0\nafter\n"


def test_the_test_of_a_while_loop_is_not_asked_again():
    text = (
        "w, rate, asked = 9.0, 1.0, 0\nwhile (asked := asked + 1):\n    w -= rate\n    loss = w\n"
    )
    with Timeline(Script(text), stop=StopRule(below=6.5)) as timeline:
        moment = timeline.run()
        assert moment.epoch == moment.variable("asked").value == 3


def test_an_iterator_with_turns_left_is_let_go_of_like_one_without():
    text = (
        "w, rate = 9.0, 1.0\n"
        "def turns():\n    try:\n        while True:\n            yield\n"
        "    finally:\n        print('closed')\n"
        "for _ in turns():\n    w -= rate\n    loss = w\nelse:\n    print('else')\n"
    )
    with Timeline(Script(text), stop=StopRule(below=6.5)) as timeline:
        assert timeline.run().epoch == 3
        assert timeline.transcript.text == "closed\nelse\n"


@pytest.mark.parametrize(
    ("after", "status", "message"),
    [
        ("1 / 0", "failed", "ZeroDivisionError: division by zero"),
        ("exit(3)", "failed", "the script ended itself with exit code 3"),
        ("exit()", "stopped", "stopped after 4 epochs: the loss 0.5 is below 1"),
    ],
)
def test_what_happens_behind_the_loop_counts(after, status, message):
    text = text_for("for", FALLING) + after + "\n"
    with Timeline(Script(text), stop=StopRule(below=1.0)) as timeline:
        for move in (timeline.run, timeline.back, timeline.run):
            moment = move()
        assert (moment.status, moment.message, moment.epoch) == (status, message, 4)


def test_a_failure_before_the_rule_is_met_is_a_failure():
    text = text_for("for", FALLING).replace("print(seen", "1 / (3 - seen); print(seen")
    with Timeline(Script(text), stop=StopRule(below=1.0)) as timeline:
        moment = timeline.run()
        assert (moment.status, moment.epoch) == ("failed", 3)


@pytest.mark.parametrize("loss", ["float('inf')", "-float('inf')", "float('nan')"])
def test_a_loss_that_is_not_finite_ends_the_run(loss):
    text = f"w, rate = 9.0, 1.0\nfor epoch in range(9):\n    w -= rate\n    loss = w if w > 6 else {loss}\n"
    with Timeline(Script(text), stop=StopRule(below=5e-324, stalled=1)) as timeline:
        # It has not grown before, so nothing has diverged.
        assert timeline.run().message == "not finite at epoch 3: the loss is not finite"


def test_without_a_loss_nothing_stops():
    text = "w = 8.0\nfor epoch in range(9):\n    w -= 0.5 * w\n"
    with Timeline(Script(text), stop=StopRule(below=100.0, stalled=1)) as timeline:
        assert timeline.run().message == "finished after 9 epochs"


def test_epochs_without_a_loss_do_not_stop_but_age_the_lowest():
    text = "w = 8.0\nfor loss in [3.0, None, None, 4.0, 1.0]:\n    loss = loss\n    w -= 0.5 * w\n"
    with Timeline(Script(text), stop=StopRule(stalled=2)) as timeline:
        moment = timeline.run()
        assert moment.message == "stopped after 4 epochs: the loss has not fallen for 3 epochs"


def test_a_loss_that_is_there_only_later_counts_from_then():
    text = "w, rate = 8.0, 1.0\nfor epoch in range(9):\n    w -= rate\n    if epoch > 1:\n        loss = 7.0\n"
    with Timeline(Script(text), stop=StopRule(stalled=2)) as timeline:
        assert timeline.run().epoch == 5


def test_of_batches_the_mean_counts_and_the_epoch_is_whole():
    text = (
        "w, batches = 8.0, 0\n"
        "for epoch in range(9):\n"
        "    for batch in (1.0, 5.0):\n"
        "        loss = batch - epoch\n"
        "        w -= 0.1 * loss\n"
        "        batches += 1\n"
    )
    with Timeline(Script(text), stop=StopRule(below=1.5)) as timeline:
        moment = timeline.run()
        assert moment.message == "stopped after 3 epochs: the loss 1 is below 1.5"
        assert moment.variable("batches").value == 6
        assert timeline.history.loss.tolist() == [3.0, 2.0, 1.0]


@pytest.mark.parametrize("epoch", [1, 12])
def test_a_loss_of_less_precision_counts_as_it_is_recorded(epoch):
    # 0.01 in single precision is a little less than 0.01.
    text = (
        "import numpy as np\nw, rate = 9.0, 1.0\n"
        f"for epoch in range(1, 20):\n    w -= rate\n    dw = w\n"
        f"    loss = np.float32(1.0 if epoch < {epoch} else 0.01)\n"
    )
    with Timeline(Script(text), stop=StopRule(below=0.01)) as timeline:
        moment = timeline.run()
        assert timeline.history.loss[-1] < 0.01
        assert moment.epoch == epoch
        assert moment.message.endswith(": the loss 0.0099999998 is below 0.01")


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["manual", "module"])
def test_a_stage_is_where_it_is_without_a_rule(stage):
    a_stage = Script.stage(stage).with_settings({"epochs": 60, "print_every": 7})
    with Timeline(a_stage) as plain:
        plain.run()
        expected = next(i for i, loss in enumerate(plain.history.loss, 1) if loss < 0.1)
        with Timeline(a_stage, stop=StopRule(below=0.1)) as timeline:
            moment = timeline.run()
            assert moment.epoch == expected < 60
            prediction = timeline.transcript.text.splitlines()[-1]
            assert prediction.startswith("Prediction after training: f(5) = 9.")
            before = timeline.back()
            assert before.parameters == plain.seek(expected).parameters
            assert before.gradients == plain.moment.gradients


@pytest.mark.slow
@example(losses=[1.0, 2.0], rule=StopRule(stalled=1), kind="for")
@given(losses=some_losses, rule=rules, kind=st.sampled_from(KINDS))
@settings(max_examples=150)
def test_any_losses_stop_at_the_epoch_that_the_words_of_the_rule_say(losses, rule, kind):
    expected = stop_epoch(losses, rule)
    last = expected or len(losses)
    with Timeline(script(kind, losses), stop=rule) as timeline:
        moment = timeline.run()
        assert (moment.status, moment.epoch) == ("stopped" if expected else "finished", last)
        assert timeline.history.loss.tolist() == losses[:last]
        assert timeline.transcript.text == printed_by(text_for(kind, losses[:last]))


# Time travel --------------------------------------------------------------------------

RULE = StopRule(below=1.0)  # FALLING meets it with its fourth epoch
END = ("stopped", 4, True)


def where(moment):
    return (moment.status, moment.epoch, moment.epoch_over)


def every_epoch(kind):
    """A timeline with a checkpoint after every epoch: by its clock an epoch takes a second."""
    timeline = Timeline(script(kind, FALLING), stop=RULE, clock=lambda: float(timeline.epoch))
    return timeline


@pytest.fixture(params=[*KINDS, "for with checkpoints", "while with checkpoints"])
def timeline(request):
    kind = request.param.removesuffix(" with checkpoints")
    plain = kind == request.param
    made = Timeline(script(kind, FALLING), stop=RULE) if plain else every_epoch(kind)
    with made:
        yield made
        # Whatever was done, nothing came twice, and nothing of a fifth epoch.
        made.run()
        assert made.transcript.text == printed_by(text_for("for", FALLING[:4]))
        assert made.history.loss.tolist() == FALLING[:4]


def test_back_from_the_end_is_the_end_of_the_last_epoch(timeline):
    assert where(timeline.run()) == END
    moment = timeline.back()
    assert where(moment) == ("paused", 4, True)
    assert moment.message == ""
    assert where(timeline.back()) == ("paused", 4, False)
    assert where(timeline.step()) == ("paused", 4, True)
    assert where(timeline.step()) == END
    assert where(timeline.step()) == END


@pytest.mark.parametrize("move", ["step", "next_epoch", "run"])
def test_any_move_on_from_the_end_of_the_last_epoch_leads_to_the_end(timeline, move):
    assert where(timeline.seek(4)) == ("paused", 4, True)
    assert where(getattr(timeline, move)()) == END
    assert where(timeline.seek(4)) == ("paused", 4, True)
    assert where(getattr(timeline, move)()) == END


@pytest.mark.parametrize("epoch", [0, 1, 3, 4])
def test_what_is_run_again_stops_again(timeline, epoch):
    message = timeline.run().message
    assert where(timeline.seek(epoch))[1:] == (epoch, True)
    assert where(timeline.run()) == END
    assert timeline.moment.message == message


@pytest.mark.slow
@pytest.mark.parametrize("epoch", [5, 6, 1000])
def test_past_the_last_epoch_is_the_end_of_the_run(timeline, epoch):
    assert where(timeline.seek(epoch)) == END  # not run yet
    assert where(timeline.seek(epoch)) == END
    for start in (4, 2, 0):
        timeline.seek(start)
        assert where(timeline.seek(epoch)) == END


def test_stepping_leads_there_too(timeline):
    for start in (0, 3):
        timeline.seek(start)
        moments = [timeline.step()]
        while moments[-1].status == "paused":
            moments.append(timeline.step())
        assert where(moments[-1]) == END
        assert where(moments[-2]) == ("paused", 4, True)


def test_running_in_slices_leads_there_too(timeline):
    for start in (0, 3):
        timeline.seek(start)
        slices = 1
        while timeline.run_for(0.0):
            slices += 1
        assert where(timeline.moment) == END
        # One ends after each epoch, and the last with the script.
        assert slices == 4 - start + 1


def test_a_run_that_ends_earlier_the_next_time_was_not_stopped(tmp_path):
    # What a script finds outside is not gone back with.
    path = tmp_path / "enough"
    look = f"    if os.path.exists({str(path)!r}):\n        break\n"
    text = "import os\n" + text_for("for", FALLING).replace(
        "    print(seen", f"{look}    print(seen"
    )
    with Timeline(Script(text), stop=RULE) as timeline:
        assert where(timeline.run()) == END
        timeline.seek(1)
        path.touch()
        assert timeline.run().message == "finished after 2 epochs"


@pytest.mark.parametrize("kind", ["for", "while"])
def test_a_checkpoint_of_the_last_epoch_does_not_run_on(kind):
    with every_epoch(kind) as timeline:
        timeline.run()
        assert 4 in timeline._rewinder.checkpoints
        assert len(timeline._rewinder.checkpoints) == 4 + 1  # also before the first
        for how in ({}, {"steps": 1}, {"epoch": 5}, {"epoch": 1000}):
            timeline._execution.resume(timeline._rewinder.checkpoints.nearest(4))
            assert timeline.outcome is None
            timeline._rewinder.advance(**how)
            assert where(timeline.moment) == END
            assert timeline.moment.variable("seen").value == 4
            # The test of the `while` was not asked, or it would have counted one on.
            assert timeline.moment.variable("epoch").value == 3
        assert len(timeline.history) == 4


moves = st.lists(
    st.sampled_from(["step", "step", "back", "back", "next_epoch", "previous_epoch", "run"])
    | st.integers(0, 9),
    max_size=8,
)


@pytest.mark.slow
@given(losses=some_losses, rule=rules, kind=st.sampled_from(KINDS), walk=moves)
@settings(max_examples=150)
def test_a_walk_never_gets_past_the_epoch(losses, rule, kind, walk):
    last = stop_epoch(losses, rule)
    assume(last)
    with Timeline(script(kind, losses), stop=rule) as timeline:
        for move in walk:
            moment = timeline.seek(move) if isinstance(move, int) else getattr(timeline, move)()
            assert moment.epoch <= last
            if moment.status == "stopped":
                assert (moment.epoch, moment.variable("seen").value) == (last, last)
            if moment.epoch and moment.epoch_over:
                assert moment.loss == losses[moment.epoch - 1]
        assert where(timeline.run()) == ("stopped", last, True)
        assert timeline.history.loss.tolist() == losses[:last]
        assert timeline.transcript.text == printed_by(text_for(kind, losses[:last]))


# The player and the worker ------------------------------------------------------------


@pytest.mark.parametrize("pace", [1.0, FLAT_OUT])
def test_a_player_plays_to_the_end_and_says_so(reports, clock, pace):
    player = Player(reports.append, clock)
    player.load(script("for", FALLING), RULE)
    player.set_pace(pace)
    player.play()
    while (wait := player.tick()) is not None:
        clock.now += wait
    assert not player.playing
    assert where(reports[-1].moment) == END
    assert reports[-1].transcript.text.endswith("after 4\n")
    # The rule belongs to the run, not to the player.
    player.load(script("for", FALLING))
    player.finish()
    player.tick()
    assert reports[-1].moment.message == "finished after 6 epochs"
    player.close()


def over(report):
    return report.moment.status not in ("ready", "paused")


def test_a_worker_keeps_the_rule_when_a_setting_changes(listener):
    with Worker(listener) as worker:
        worker.load(Script.stage("manual"), stop=StopRule(below=1.0))
        worker.finish()
        first = listener.wait_for(over)
        assert first.moment.message == "stopped after 3 epochs: the loss 0.768 is below 1"
        worker.change({"w": 1.0})
        worker.finish()
        second = listener.wait_for(lambda report: over(report) and report.run > first.run)
        assert second.moment.message == "stopped after 3 epochs: the loss 0.192 is below 1"
        worker.load(Script.stage("manual"))
        worker.change({"w": 1.0})
        worker.finish()
        third = listener.wait_for(lambda report: over(report) and report.run > second.run)
        assert third.moment.message == "finished after 10 epochs"
