"""The first moment of a run at which a condition holds, compared with stepping through it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.experiments.breakpoint import Breakpoint
from gdtui.experiments.condition import Condition, ConditionError
from gdtui.experiments.first_moment import Search, first_moment

SWINGS = """
w = 0.0
step = 1.0
for epoch in range(60):
    guess = w * 2
    loss = (guess - 10) ** 2
    if loss < 30:
        step = -1.0
    if w <= 1:
        step = 1.0
    w += step
    extra = epoch % 7
"""

PLANTED = """
w = 0.5
for epoch in range({epochs}):
    loss = (w - 2) ** 2
    grad = 2 * (w - 2)
    if epoch + 1 == {at}:
        {what}
    w -= 0.001 * grad
"""


def script(tmp_path, text=SWINGS):
    path = tmp_path / "mine.py"
    path.write_text(text)
    return Script.load(str(path))


def at(moment):
    return moment and (moment.epoch, moment.step, moment.epoch_over)


def by_stepping(script, condition):
    """The first moment at which a condition holds, by looking at each."""
    wanted = Condition(condition)
    with Timeline(script) as timeline:
        timeline.start()
        while not wanted.is_met(timeline.present):
            if timeline.outcome is not None:
                return None
            timeline.step()
        return timeline.moment


@pytest.mark.parametrize(
    "condition",
    ["w > 2", "w > 2 and extra > 3", "loss < 20", "epoch > 9", "extra == 6", "guess > 4", "w > 99"],
)
def test_it_is_the_moment_that_stepping_comes_to(tmp_path, condition):
    mine = script(tmp_path)
    stepped = by_stepping(mine, condition)
    for every_statement in (False, True):
        with Timeline(mine) as timeline:
            found = first_moment(timeline, Condition(condition), every_statement=every_statement)
            assert at(found) == at(stepped)
            if found is not None:
                assert found.line == stepped.line
                assert found.before is not None


def test_a_condition_need_not_be_monotone(tmp_path):
    with Timeline(script(tmp_path)) as timeline:
        timeline.run()
        w = timeline.history.parameters["w"][:]
        falls = next(n for n in range(1, 60) if w[n] < w[n - 1])
        found = first_moment(timeline, Condition(f"w == {w[falls]} and epoch > {falls}"))
        assert found.epoch == falls + 1


def test_what_holds_within_an_epoch_only_is_found_among_all_statements(tmp_path):
    mine = script(tmp_path)
    with Timeline(mine) as timeline:
        # The step is turned round and taken in the same epoch.
        condition = Condition("w >= 3 and step < 0")
        assert first_moment(timeline, condition) is None
        found = first_moment(timeline, condition, every_statement=True)
        assert at(found) == at(by_stepping(mine, condition.text))


def test_what_holds_before_the_loop_is_found_there(tmp_path):
    with Timeline(script(tmp_path)) as timeline:
        assert at(first_moment(timeline, Condition("w == 0"))) == (0, 0, True)


def test_it_does_not_depend_on_where_the_run_is(tmp_path):
    with Timeline(script(tmp_path)) as timeline:
        first = at(first_moment(timeline, Condition("loss < 20")))
        timeline.run()
        assert at(first_moment(timeline, Condition("loss < 20"))) == first
        timeline.seek(1)
        timeline.step()
        assert at(first_moment(timeline, Condition("loss < 20"))) == first
        assert first_moment(timeline, Condition("w > 99")) is None
        assert timeline.outcome is not None


@pytest.mark.parametrize(
    ("what", "condition", "step"),
    [
        ("w = float('nan')", "not finite(w)", 3),
        ("grad = float('inf')", "not finite(grad)", 3),
        ("w = 9.0", "w > 8", 3),
        ("grad = 0.0", "stopped(w)", 4),
    ],
)
@settings(deadline=None, max_examples=5)
@given(epoch=st.integers(1, 300))
def test_a_planted_origin_is_found(tmp_path_factory, what, condition, step, epoch):
    text = PLANTED.format(epochs=300, at=epoch, what=what)
    mine = script(tmp_path_factory.mktemp("planted"), text)
    with Timeline(mine) as timeline:
        found = first_moment(timeline, Condition(condition))
        assert found.epoch == epoch
        line = text.splitlines().index(f"        {what}") + 1
        assert found.line == line if step == 3 else found.epoch_over


def test_the_first_loss_that_is_not_finite():
    script = Script.stage("manual").with_settings({"learning_rate": 0.05, "epochs": 200})
    with Timeline(script) as timeline:
        timeline.run()
        last = timeline.epoch
        found = first_moment(timeline, Condition("not finite"))
        assert found.epoch == last
        assert script.lines[found.line - 1].strip().startswith("loss =")


def test_a_script_that_fails_is_looked_at_up_to_there(tmp_path):
    text = SWINGS.replace("    extra", "    late = epoch * 2\n    assert epoch < 5\n    extra")
    mine = script(tmp_path, text)
    with Timeline(mine) as timeline:
        found = first_moment(timeline, Condition("late == 10"))
        assert found.epoch == 6
        assert mine.lines[found.line - 1].strip() == "late = epoch * 2"
        assert first_moment(timeline, Condition("late == 12")) is None


def test_an_unknown_name_is_refused_after_one_epoch(tmp_path):
    with Timeline(script(tmp_path)) as timeline:
        with pytest.raises(ConditionError, match="no name 'ww'; is w meant"):
            first_moment(timeline, Condition("ww > 3"))
        assert timeline.epoch == 1


def test_gradients_are_those_that_the_update_used():
    # At the end of each epoch they are zeroed, so that only what is recorded tells of them.
    with Timeline(Script.stage("optimizer").with_settings({"epochs": 100})) as timeline:
        found = first_moment(timeline, Condition("w.grad > -1"))
        assert found.gradients["w"] > -1
        assert not found.epoch_over
        assert timeline.history.gradients["w"][found.epoch - 2] < -1


def test_an_interrupt_ends_the_search(tmp_path):
    text = SWINGS.replace("range(60)", "iter(int, 1)")
    with Timeline(script(tmp_path, text)) as timeline:
        for condition in ("w > 99", "extra > 99", "loss > 1e9"):
            timeline.next_epoch()
            search = Search(timeline, Condition(condition))
            timeline.interrupt()
            assert search.run() is None
            assert search.interrupted
            timeline.clear_interrupt()


def test_a_condition_leaves_the_run_as_it_is(tmp_path):
    text = SWINGS.replace("step = 1.0", "import random\nrandom.seed(3)\nstep = 1.0", 1)
    mine = script(tmp_path, text.replace("w += step", "w += step * random.random()"))
    with Timeline(mine) as straight, Timeline(mine) as searched:
        straight.run()
        first_moment(searched, Condition("w > 3 and extra == 2"))
        searched.run()
        assert (
            straight.history.parameters["w"].tolist() == searched.history.parameters["w"].tolist()
        )


# Breakpoints ----------------------------------------------------------------------------


def stops(timeline, condition, seconds=1e9):
    """The epochs in which a breakpoint pauses a run to its end."""
    breakpoint = Breakpoint(Condition(condition))
    found = []
    while timeline.outcome is None:
        if breakpoint.run_for(timeline, seconds, float("inf")):
            found.append((timeline.epoch, timeline.moment.line))
    return found


@pytest.mark.parametrize("seconds", [1e9, 0.0])
@pytest.mark.parametrize("condition", ["w > 2", "extra == 3"])
def test_a_breakpoint_pauses_where_a_condition_becomes_true(tmp_path, condition, seconds):
    mine = script(tmp_path)
    wanted = Condition(condition)
    with Timeline(mine) as timeline:
        timeline.start()
        held, expected = wanted.is_met(timeline.present), []
        for moment in timeline.epochs():
            met = wanted.is_met(timeline.present)
            expected += [moment.epoch] if met and not held else []
            held = met
    assert len(expected) > 2
    with Timeline(mine) as timeline:
        assert [epoch for epoch, _ in stops(timeline, condition, seconds)] == expected


def test_a_breakpoint_begins_where_the_run_is(tmp_path):
    with Timeline(script(tmp_path)) as timeline:
        timeline.seek(30)
        assert min(epoch for epoch, _ in stops(timeline, "w > 2")) > 30
        # After a step back it counts again.
        breakpoint = Breakpoint(Condition("epoch == 9"))
        for _ in range(2):
            timeline.seek(4)
            assert breakpoint.run_for(timeline, 1e9, float("inf"))
            assert timeline.epoch == 9
