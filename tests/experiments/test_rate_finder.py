"""A learning rate found in one run in which it grows."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script
from gdtui.engine.run.rates import RateError
from gdtui.experiments.rate_finder import RateSearch, find_rate
from gdtui.experiments.theory import UNKNOWN, rates_by_theory

MANUAL = Script.stage("manual")
BATCHES = """
import numpy as np
lr = 0.1
w = 0.0
epochs = 2
x = np.array([1.0, 2.0, 3.0, 4.0])
for epoch in range(epochs):
    for batch in np.split(np.arange(4), 2):
        y_pred = w * x[batch]
        loss = ((y_pred - 2 * x[batch]) ** 2).mean()
        w -= lr * (2 * x[batch] * (y_pred - 2 * x[batch])).mean()
"""


def test_each_loss_is_that_after_the_update_with_its_rate():
    found = find_rate(MANUAL.with_settings({"reduction": "mean"}), 1e-3, 1e-1, 12)
    assert (found.by_batch, found.end, len(found.rates)) == (False, "highest", 12)
    assert found.rates == pytest.approx(np.geomspace(1e-3, 1e-1, 12))
    error = 2.0
    for rate, loss in zip(found.rates, found.losses, strict=True):
        error *= 1 - 15 * rate
        assert loss == pytest.approx(7.5 * error**2, rel=1e-4, abs=1e-9)


def test_it_ends_when_the_loss_has_grown_and_theory_stands_beside():
    found = find_rate(MANUAL, 1e-4, 10, 60)
    assert found.end == "too high"
    assert found.grows
    assert found.losses[-1] > 4 * 30
    assert found.theory.limit == pytest.approx(1 / 30)
    assert found.theory.best == pytest.approx(1 / 60)
    assert found.steepest < found.theory.limit < found.rates[-1]


def test_a_run_that_leaves_all_numbers_has_diverged():
    found = find_rate(MANUAL, 1e-3, 1e30, 12)
    assert found.end == "diverged"
    assert found.lowest == pytest.approx(1e-3)
    assert found.grows


def test_in_batches_it_grows_with_each_of_them():
    found = find_rate(Script(BATCHES), 1e-4, 1e-2, 20)
    assert (found.by_batch, found.end, len(found.rates)) == (True, "highest", 20)
    w, raw = 0.0, []
    x = np.array([1.0, 2.0, 3.0, 4.0])
    for number in range(21):
        part = x[:2] if number % 2 == 0 else x[2:]
        raw.append(np.mean((w * part - 2 * part) ** 2))
        w -= found.rates[min(number, 19)] * np.mean(2 * part * (w * part - 2 * part))
    weights = 0.8 ** np.arange(20)[::-1]
    assert found.losses[0] == pytest.approx(raw[1])
    assert found.losses[-1] == pytest.approx(weights @ raw[1:] / weights.sum())


HEAD = """
import torch
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
model = torch.nn.Linear(1, 1)
with torch.no_grad():
    model.weight.fill_(0.5)
    model.bias.fill_(0.0)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
"""
STEP = """for batch in x.split(1):
    loss = ((model(batch) - 2 * batch) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


@pytest.mark.slow
def test_the_last_batch_of_a_function_has_its_loss_from_the_mean():
    step = "".join(f"    {line}\n" for line in STEP.splitlines())
    here = Script(f"{HEAD}for epoch in range(2):\n{step}")
    there = Script(f"{HEAD}def train():\n{step}for epoch in range(2):\n    train()\n")
    expected = find_rate(here, 1e-3, 1e-1, 21)
    found = find_rate(there, 1e-3, 1e-1, 21)
    assert found.by_batch
    assert expected.by_batch
    assert found.losses == pytest.approx(expected.losses)


def test_a_script_without_a_setting_for_its_epochs_ends_when_it_ends():
    text = "w = 1.0\nlr = 0.1\nwhile w > 0.2:\n    loss = w ** 2\n    w -= lr * 2 * w\n"
    found = find_rate(Script(text), 0.1, 0.2, 50)
    assert found.end == "finished"
    assert 0 < len(found.rates) < 50
    assert found.planned == 50


def test_a_script_that_fails_says_so():
    found = find_rate(Script(BATCHES + "    assert epoch < 3, 'too late'\n"), 1e-3, 1e-2, 30)
    assert (found.end, found.message) == ("failed", "AssertionError: too late")
    early = find_rate(Script("assert 0\n" + BATCHES), 1e-3, 1e-2, 30)
    assert (early.end, len(early.rates), early.lowest, early.steepest) == ("failed", 0, None, None)


@pytest.mark.slow
def test_a_schedule_is_refused():
    with pytest.raises(RateError, match="changes its learning rate itself while it trains"):
        find_rate(Script.load("tests/scripts/one_cycle.py"), 1e-3, 1, 20)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["assets/batches.py", "tests/scripts/quickstart.py"])
def test_nets_are_searched_by_batches(name):
    found = find_rate(Script.load(name), 1e-5, 1, 30)
    assert found.by_batch
    assert np.isfinite(found.losses).all()
    assert found.theory == UNKNOWN


def search(losses, end="highest"):
    rates = np.geomspace(0.001, 1, len(losses))
    return RateSearch(MANUAL, rates, np.array(losses, dtype=float), False, 9, end, "", UNKNOWN)


def test_what_a_curve_says():
    found = search([8, 8, 4, 0.5, 0.4, 2, np.inf])
    assert found.lowest == pytest.approx(found.rates[4])
    assert found.steepest == pytest.approx(found.rates[2])
    assert found.grows
    falling = search([8, 4, 2, 1])
    assert falling.lowest == falling.rates[-1]
    assert not falling.grows
    assert search([1, 2, 3]).steepest is None
    assert search([8, 4, 0]).steepest is None
    assert search([np.nan]).lowest is None
    assert not search([np.nan]).grows


def test_theory_tells_rates_of_linear_models_alone():
    assert rates_by_theory(Script.stage("logistic")) == UNKNOWN
    assert rates_by_theory(MANUAL).limit == pytest.approx(1 / 30)
