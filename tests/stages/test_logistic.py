"""Stage 6: both ways to train it give the same numbers, and autograd agrees with the gradient by
hand."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline

STAGE = Script.stage("logistic")
numbers = st.floats(-4, 4)
samples = st.lists(st.tuples(numbers, st.sampled_from([0, 1])), min_size=1, max_size=6)


def run(**values):
    with Timeline(STAGE.with_settings(values)) as timeline:
        timeline.run()
        return timeline.history, timeline.transcript.text


def test_both_ways_take_the_same_path():
    by_hand, said = run()
    by_torch, said_too = run(use_torch=True)
    assert len(by_hand) == len(by_torch) == 200
    assert said == said_too
    for one, other in (
        (by_hand.loss, by_torch.loss),
        *((by_hand.parameters[each], by_torch.parameters[each]) for each in ("w", "b")),
        *((by_hand.gradients[each], by_torch.gradients[each]) for each in ("w", "b")),
    ):
        # An epoch rounds in the 16th digit, and 200 of them add up.
        np.testing.assert_allclose(one[:], other[:], rtol=1e-12, atol=1e-15)


@pytest.mark.slow
@given(samples, numbers, numbers)
@settings(max_examples=30, deadline=None)
def test_autograd_agrees_with_the_gradient_by_hand(pairs, weight, bias):
    inputs, targets = ([pair[at] for pair in pairs] for at in (0, 1))
    history, _ = run(inputs=inputs, targets=targets, w=weight, b=bias, epochs=1)
    w, b = (torch.tensor(each, dtype=torch.float64, requires_grad=True) for each in (weight, bias))
    x, y = (torch.tensor(each, dtype=torch.float64) for each in (inputs, targets))
    loss = torch.nn.functional.binary_cross_entropy_with_logits(w * x + b, y)
    loss.backward()
    assert history.loss[0] == pytest.approx(loss.item(), rel=1e-9, abs=1e-12)
    assert history.gradients["w"][0] == pytest.approx(w.grad.item(), rel=1e-9, abs=1e-12)
    assert history.gradients["b"][0] == pytest.approx(b.grad.item(), rel=1e-9, abs=1e-12)


def test_both_ways_stay_finite_where_a_probability_is_0():
    """As a large learning rate makes them. The loss of one of eight samples is then 100 at most.
    The paths part here: autograd multiplies by the slope of the sigmoid, which has become 0."""
    by_hand, _ = run(learning_rate=400.0, epochs=20)
    by_torch, _ = run(learning_rate=400.0, epochs=20, use_torch=True)
    for history in (by_hand, by_torch):
        assert np.isfinite(history.loss[:]).all()
        assert 30 < history.loss[:].max() <= 100
    np.testing.assert_allclose(by_hand.loss[:4], by_torch.loss[:4], rtol=1e-9)


def test_the_samples_are_not_separable():
    """A pass with fewer hours than a fail keeps the best parameters finite."""
    x, y = np.array(STAGE.value("inputs")), np.array(STAGE.value("targets"))
    assert x[y == 1].min() < x[y == 0].max()


@pytest.mark.slow
@pytest.mark.parametrize("use_torch", [False, True])
def test_it_stands_alone_and_loads_torch_only_where_it_is_asked_to(use_torch):
    text = STAGE.with_settings({"use_torch": use_torch}).text
    text += "\nimport sys\nprint('torch' in sys.modules)"
    process = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True
    )
    *printed, loaded = process.stdout.splitlines()
    assert loaded == str(use_torch)
    assert "\n".join(printed) == run()[1].strip()
    assert printed[0] == "Prediction before training: f(2.75) = 0.500"
    assert re.fullmatch(r"epoch 181: w = 1\.\d{3}, bias: -4\.\d{3}, loss = 0\.\d{8}", printed[-2])
