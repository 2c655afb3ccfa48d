"""A net of 200,000 parameters with Adam: it steps, goes back and plays within the memory bound."""

import numpy as np
import pytest
import torch

from gdtui import Script, Summary, Timeline
from gdtui.engine.record.summary import summarize
from gdtui.engine.run import rewinding as module

EPOCHS = 14
SCRIPT = f"""\
import torch
from torch import nn

torch.manual_seed(0)
epochs = {EPOCHS}
x, y = torch.randn(8, 100), torch.randn(8, 10)
model = nn.Sequential(
    nn.Linear(100, 400), nn.ReLU(), nn.Linear(400, 390), nn.ReLU(), nn.Linear(390, 10)
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(epochs):
    optimizer.zero_grad()
    prediction = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    loss.backward()
    optimizer.step()
"""
COPY = 4 * 4 * 200_400
"""Bytes of the parameters, their gradients and what Adam keeps, in float32; and some more."""


@pytest.fixture(scope="module")
def straight():
    """The parameters and gradients after each statement of a run under plain Python."""
    kept = {}
    statements = SCRIPT.partition("for epoch in range(epochs):\n")
    body = [line.strip() for line in statements[2].splitlines()]
    names = {}
    exec(statements[0], names)
    for epoch in range(1, EPOCHS + 1):
        for step, statement in enumerate(body, 1):
            exec(statement, names)
            kept[epoch, step] = {
                name: (
                    summarize(each) if each.numel() > 10_000 else each.detach().clone(),
                    each.grad is not None,
                )
                for name, each in names["model"].named_parameters()
            }
    return kept


def check(moment, straight):
    for name, (value, has_gradient) in straight[moment.position].items():
        held = moment.parameters[name]
        if isinstance(value, Summary):
            assert held == value
            assert held.norm == value.norm
            assert (moment.gradients[name] is not None) is has_gradient
        else:
            assert np.array_equal(held, value.double().numpy())


@pytest.fixture
def small(monkeypatch):
    """Room for the first checkpoint and three more."""
    monkeypatch.setattr(
        "gdtui.engine.state.checkpoint.allowed_bytes", lambda: COPY // 4 + 3 * COPY + 2**20
    )
    monkeypatch.setattr(module, "SPACING", -1.0)
    monkeypatch.setattr(module, "_SHARE", 0)


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_it_steps_and_goes_back_to_the_last_bit(straight):
    with Timeline(Script(SCRIPT, "net")) as timeline:
        timeline.seek(6)
        for _ in range(12):
            check(timeline.step(), straight)
        check(timeline.seek(EPOCHS), straight)
        for _ in range(5 * EPOCHS - 1):
            check(timeline.back(), straight)
            assert (
                timeline._rewinder.checkpoints.nbytes <= timeline._rewinder.checkpoints._max_bytes
            )
        check(timeline.seek(9), straight)
        assert timeline.back(9 * 5).epoch == 0


@pytest.mark.slow
@pytest.mark.usefixtures("small")
def test_to_go_back_epoch_by_epoch_runs_few_of_them_again(monkeypatch):
    many = 30
    monkeypatch.setattr(module, "SPACING", 4.0)
    script = Script(SCRIPT, "net").with_settings({"epochs": many})
    # By its clock an epoch takes a second.
    with Timeline(script, clock=lambda: float(timeline.epoch)) as timeline:
        timeline.run()
        run_again = []
        end_epoch = timeline._recorder.end_epoch
        monkeypatch.setattr(
            timeline._recorder,
            "end_epoch",
            lambda epoch: run_again.append(epoch) or end_epoch(epoch),
        )
        timeline.seek(many)
        for _ in range(many - 1):
            timeline.previous_epoch()
        assert timeline.epoch == 1
    # With nothing but the first to go back to they would be more than 400.
    assert len(run_again) < 5 * many


def test_an_array_is_read_once_at_each_pause(monkeypatch):
    from gdtui.engine.record import summary

    read = []
    of_tensor = summary._of_tensor
    monkeypatch.setattr(summary, "_of_tensor", lambda each: read.append(each) or of_tensor(each))
    with Timeline(Script(SCRIPT, "net")) as timeline:
        timeline.seek(2)
        for _ in range(5):
            read.clear()
            timeline.step()
            assert timeline.moment.position == timeline.moment.position
            # Two weights: their values and, where there are some, gradients and Adam's averages.
            assert 6 <= len(read) <= 8


def test_the_random_numbers_of_the_script_are_its_own():
    text = SCRIPT.replace("model(x)", "model(x + torch.randn(8, 100))")
    names = {}
    exec(text, names)
    torch.manual_seed(1)
    with Timeline(Script(text, "net")) as timeline:
        for _ in range(5 * EPOCHS):
            moment = timeline.step()
        assert moment.parameters["0.weight"] == summarize(names["model"][0].weight)
