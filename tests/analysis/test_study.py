"""What is known of a run so far: its learning rate, how it makes its gradient, where it has been."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.analysis.study import Study
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]

NAMES = {"model": ("weight", "bias"), "module": ("linear.weight", "linear.bias")}


def own(text):
    """A script of one's own."""
    return Script(text, "own")


def studied(script, *epochs):
    """A study that has seen the start and the ends of some epochs."""
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        for epoch in epochs:
            study.catch_up(timeline.seek(epoch), timeline.history)
    return study


_HAND = """x = [1.0]
w = 8.0
{above}
for epoch in range(4):
    loss = w ** 2
    dw = 2 * w
    w -= {rate} * dw
"""
_TORCH = """import torch
{above}
x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.{made}
for epoch in range(4):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


# The learning rate -------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
@pytest.mark.parametrize("rate", [0.01, 0.003, 0.0, 2.5])
def test_the_learning_rate_of_a_stage(stage, rate):
    script = Script.stage(stage).with_settings({"learning_rate": rate})
    assert studied(script).learning_rate == rate
    assert studied(script, 2).learning_rate == rate


@pytest.mark.parametrize(
    ("above", "rate", "found"),
    [
        ("lr = 0.1", "lr", 0.1),
        ("learning_rate = 0.1", "learning_rate", 0.1),
        ("lr = 1", "lr", 1.0),
        ("lr = -0.1", "lr", -0.1),
        ("lr = 0.1", "0.1", None),  # named, but not used
        ("pass", "0.1", None),
        ("alpha = 0.1", "alpha", None),
        ("lr = '0.1'", "float(lr)", None),
    ],
)
def test_the_learning_rate_by_hand(above, rate, found):
    assert studied(own(_HAND.format(above=above, rate=rate)), 1).learning_rate == found


@pytest.mark.parametrize(
    ("above", "made", "found"),
    [
        ("pass", "SGD([w], lr=0.05)", 0.05),
        ("lr = 0.1", "SGD([w], lr=lr)", 0.1),
        ("lr = 0.1", "SGD([w], lr=lr / 2)", 0.05),
        ("lr = 0.1", "SGD([w], lr=torch.tensor(0.25))", 0.25),
        ("pass", "Adam([w])", 0.001),
    ],
)
def test_the_learning_rate_of_an_optimizer_is_the_one_it_holds(above, made, found):
    assert studied(own(_TORCH.format(above=above, made=made)), 1).learning_rate == found


def test_a_schedule_changes_the_learning_rate():
    text = (
        _TORCH.format(above="pass", made="SGD([w], lr=0.4)")
        + "    optimizer.param_groups[0]['lr'] /= 2\n"
    )
    assert [studied(own(text), *range(1, last + 1)).learning_rate for last in range(4)] == [
        0.4,
        0.2,
        0.1,
        0.05,
    ]


# Sum or mean -------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_how_a_stage_makes_its_gradient_is_seen_in_its_first_epoch(stage, reduction):
    script = Script.stage(stage)
    if stage == "manual":
        script = script.with_settings({"reduction": reduction})
    expected = reduction if stage == "manual" else "mean"
    study = Study(script)
    seen = []
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        while not (timeline.epoch == 3 and timeline.between_epochs):
            study.catch_up(timeline.step(), timeline.history)
            seen.append((study.reduction, str(study.moment.phase)))
    known = [name for name, _ in seen]
    first = known.index(expected)
    assert seen[first][1] == "gradient"
    assert known == [""] * first + [expected] * (len(known) - first)


@pytest.mark.parametrize("factor", ["0.5", "-1", "3.0"])
def test_another_multiple_is_neither(factor):
    script = own(
        f"""import numpy as np
x, y = np.array([1.0, 2.0]), np.array([2.0, 4.0])
w, lr = 0.5, 0.01
for epoch in range(4):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    dw = {factor} * (2 * x * (y_pred - y)).mean()
    w -= lr * dw
"""
    )
    assert studied(script, 1, 2, 3).reduction == ""
    two = own(script.text.replace(f"dw = {factor} *", "dw = 2 *"))
    assert studied(two, 1, 2, 3).reduction == "sum"


def test_what_was_seen_is_not_forgotten_near_the_minimum():
    script = Script.stage("manual").with_settings({"epochs": 20})
    study = Study(script)
    with Timeline(script) as timeline:
        for moment in (timeline.start(), *(timeline.next_epoch() for _ in range(20))):
            study.catch_up(moment, timeline.history)
    assert study.reduction == "sum"


# Where the run has been --------------------------------------------------------------


@pytest.mark.parametrize("stage", LINEAR)
def test_the_parameters_of_every_epoch(stage):
    script = Script.stage(stage).with_settings({"epochs": 6})
    study = Study(script)
    ends = []
    with Timeline(script) as timeline:
        for moment in (timeline.start(), *(timeline.next_epoch() for _ in range(6))):
            study.catch_up(moment, timeline.history)
            ends.append([moment.parameters[name] for name in NAMES.get(stage, ("w",))])
            assert study.epochs == len(ends) - 1
        for epoch, end in enumerate(ends):
            assert study.parameters_at(epoch).tolist() == end
        assert study.parameters_at(7) is None
        # After going back the later epochs are still known, but not over.
        study.catch_up(timeline.seek(2), timeline.history)
        assert study.epochs == 2
        study.catch_up(timeline.step(), timeline.history)
        assert study.epochs == 2
        assert study.parameters_at(5).tolist() == ends[5]


def test_without_a_problem_there_are_no_parameters():
    study = studied(own(_HAND.format(above="lr = 0.1", rate="lr")), 1, 2)
    assert study.problem is None
    assert study.parameters_at(1) is None
    assert study.start == {"w": 8.0}


def test_the_start_is_kept_whatever_is_seen_later():
    study = studied(Script.stage("model"), 5, 1, 3)
    weight, bias = study.start["weight"], study.start["bias"]
    assert weight == np.float32(-0.27769268)
    assert bias == np.float32(-0.2588077783584595)


def test_a_study_that_has_seen_nothing():
    study = Study(Script.stage("manual"))
    assert (study.moment, study.epochs, study.problem) == (None, 0, None)
    assert (study.descent, study.reduction) == (None, "")
    assert study.parameters_at(0) is None
    assert study.learning_rate == 0.01
