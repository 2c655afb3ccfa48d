"""What losses alone tell: nothing before they have changed by more than they jump."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.diagnose.diagnosis import Verdict
from gdtui.analysis.diagnose.from_losses import FEWEST, WINDOW, diagnose_losses
from gdtui.analysis.study import Study


def judged(losses, first=None, **known):
    losses = list(map(float, losses))
    return diagnose_losses(
        losses, losses[0] if first is None else first, because="nothing else is known", **known
    )


@pytest.mark.parametrize("losses", [[2.287, 2.296], [30.0, 1e9], [3.0, 2.0, 1.0], [1.0] * 4])
def test_a_few_epochs_are_no_verdict(losses):
    """One epoch of 2.287 -> 2.296 is not diverging."""
    diagnosis = judged(losses)
    assert diagnosis.verdict is Verdict.TOO_EARLY
    assert f"Too early to tell after {len(losses)} epochs by losses alone" in diagnosis.text
    assert f"losses alone, which need {FEWEST} epochs" in diagnosis.text


@pytest.mark.slow
@pytest.mark.parametrize("size", [0.001, 0.05, 1.0])
@pytest.mark.parametrize("length", [5, 8, 12, 20, 32])
def test_noise_is_seldom_taken_for_more(length, size):
    """Of a loss that only jumps, at most one in twenty-five is given a verdict."""
    random = np.random.default_rng(length)
    verdicts = [judged(2.3 + size * random.standard_normal(length)).verdict for _ in range(1000)]
    quiet = {Verdict.TOO_EARLY} if length < WINDOW else {Verdict.STALLED}
    assert sum(each not in quiet for each in verdicts) <= 80
    assert sum(each is Verdict.DIVERGING for each in verdicts) <= 25


def test_what_is_said_of_noise():
    random = np.random.default_rng(3)
    noisy = 2.3 + 0.05 * random.standard_normal(WINDOW)
    early = judged(noisy[:12])
    assert early.verdict is Verdict.TOO_EARLY
    assert "has changed by less than it jumps from epoch to epoch" in early.text
    late = judged(noisy)
    assert late.verdict is Verdict.STALLED
    assert f"over {WINDOW - 1} epochs" in late.text


@pytest.mark.parametrize("seed", range(5))
def test_a_trend_in_the_noise_is_seen(seed):
    """Batches jump, and yet the loss falls, or rises."""
    epochs, noise = np.arange(WINDOW), np.random.default_rng(seed).standard_normal(WINDOW)
    falling = judged(2 * 0.95**epochs + 0.03 * noise)
    assert falling.verdict is Verdict.SMOOTH
    assert "unevenly" in falling.text
    rising = judged(2 * 1.1**epochs + 0.03 * noise)
    assert rising.verdict is Verdict.DIVERGING


@given(st.floats(0.05, 0.98), st.floats(0.1, 100), st.integers(FEWEST, WINDOW))
def test_a_loss_that_shrinks_evenly_is_seen_to(ratio, first, length):
    losses = first * ratio ** np.arange(length)
    diagnosis = judged(losses)
    if losses[-1] > 1e-12 * losses[0]:
        assert diagnosis.verdict is Verdict.SMOOTH
        assert "evenly" in diagnosis.text


def test_a_slight_rise_is_not_called_diverging():
    diagnosis = judged(np.linspace(2.287, 2.296, 8))
    assert diagnosis.verdict is Verdict.STALLED
    assert "has not fallen over 7 epochs" in diagnosis.text
    assert judged(np.linspace(2.287, 4.0, 8)).verdict is Verdict.DIVERGING


def test_swings_are_told_from_jumps():
    swinging = [1 + (-0.9) ** k for k in range(7)]
    assert judged(swinging).verdict is Verdict.OSCILLATING
    jumping = [1.0, 1.4, 0.9, 1.1, 0.7, 1.3]
    assert judged(jumping).verdict is not Verdict.OSCILLATING


@pytest.mark.parametrize("moving", [True, False])
def test_down_to_0_is_said_of_a_loss_whose_parameters_rest(moving):
    diagnosis = judged([1.0, 0.5, 0.0], name="error", moving=moving)
    assert ("Converged: the loss is down to 0" in diagnosis.text) == (not moving)
    assert ("error is 0 and the parameters move on" in diagnosis.text) == moving
    assert diagnosis.verdict is (Verdict.UNKNOWN if moving else Verdict.CONVERGED)


def test_a_loss_that_may_be_negative_has_no_end_at_0():
    assert judged([3.0, 1.0, -1.0, 2.0, -2.0, 0.0]).verdict is not Verdict.CONVERGED


NOT_THE_LOSS = """\
import torch
x = torch.tensor([1.0, 2.0, 3.0])
w = torch.tensor(0.0, requires_grad=True)
for epoch in range(6):
    {lines}
    dw = torch.func.grad(lambda v: ((v * x - 2 * x) ** 2).exp().mean().log())(w)
    with torch.no_grad():
        w -= 0.01 * dw
"""


def test_a_variable_that_is_not_the_loss_does_not_converge():
    script = Script(NOT_THE_LOSS.format(lines="loss = torch.tensor(0.0)"), "own")
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run(), timeline.history)
    assert list(timeline.history.loss) == [0.0] * 6
    assert study.diagnosis.verdict is not Verdict.CONVERGED
    assert "loss is 0 and the parameters move on" in study.diagnosis.text
