"""What checkpoints take is counted and bounded."""

from __future__ import annotations

import contextvars

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.state import memory
from gdtui.engine.state.checkpoint import Checkpoint, Checkpoints
from gdtui.engine.state.world import World

MEGA = 2**20


@pytest.fixture
def take():
    world = World()
    world.begin({})
    around = world.surroundings()

    def take(epoch, names, previous=None):
        return Checkpoint.take(epoch, names, None, around, contextvars.Context(), previous)

    return take


class Trainer:
    """An object of a script that holds its model."""


def _million():
    trainer = Trainer()
    trainer.model = torch.nn.Linear(1000, 1000, bias=False)
    trainer.model.weight.grad = torch.zeros(1000, 1000)
    return trainer


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (lambda: {"trainer": _million()}, 8_000_000),
        (lambda: {"held": [{"deep": (_million(),)}]}, 8_000_000),
        (lambda: {"a": np.zeros(MEGA), "b": {"c": np.ones(MEGA)}}, 16 * MEGA),
        (lambda: {"base": (base := np.zeros(MEGA)), "view": base[10:]}, 8 * MEGA),
        (lambda: {"base": (base := torch.zeros(MEGA)), "views": [base[:5], base[5:]]}, 4 * MEGA),
        (lambda: {"same": [(one := np.zeros(MEGA)), one, one]}, 8 * MEGA),
        (lambda: {"graph": torch.ones(MEGA, requires_grad=True) * 2}, 4 * MEGA),
        (lambda: {"numbers": [0.5] * MEGA}, 8 * MEGA),
    ],
)
def test_what_a_checkpoint_has_copied_is_counted_once(take, names, expected):
    counted = take(0, names()).nbytes - take(0, {}).nbytes
    assert expected <= counted < expected + 50_000


def test_moments_of_an_optimizer_are_counted(take):
    trainer = _million()
    trainer.optimizer = torch.optim.Adam(trainer.model.parameters())
    trainer.optimizer.step()
    counted = take(0, {"trainer": trainer}).nbytes - take(0, {}).nbytes
    assert 16_000_000 <= counted < 16_050_000


@pytest.mark.slow
def test_what_is_shared_is_counted_once(take):
    names = {"data": np.zeros(MEGA), "w": 1.0}
    store = Checkpoints(max_bytes=100 * MEGA)
    last = None
    for epoch in range(50):
        last = take(epoch, names, last)
        assert store.add(last)
    assert len(store) == 50
    assert 8 * MEGA < store.nbytes < 8 * MEGA + 50 * (last.own_bytes + 1)


_SCRIPT = """
import torch
class Trainer:
    pass
trainer = Trainer()
trainer.model = torch.nn.Linear(1000, 1000, bias=False)
trainer.optimizer = torch.optim.SGD(trainer.model.parameters(), lr=0.1)
x = torch.ones(2, 1000)
w = torch.ones(1, requires_grad=True)
for epoch in range(12):
    trainer.optimizer.zero_grad()
    loss = (trainer.model(x) * w).pow(2).mean()
    loss.backward()
    trainer.optimizer.step()
"""


def test_a_million_parameters_in_an_object_stay_within_the_bound(monkeypatch):
    bound = 30_000_000
    monkeypatch.setattr("gdtui.engine.state.checkpoint.allowed_bytes", lambda: bound)
    # By a clock in which an epoch takes a second, each of them gets a checkpoint.
    with Timeline(
        Script(_SCRIPT), clock=lambda: float(timeline.epoch if timeline else 0)
    ) as timeline:
        timeline.run()
        store = timeline._rewinder.checkpoints
        assert 2 <= len(store) <= 4
        assert 0 in store
        assert 12_000_000 < store.nbytes <= bound
        # What they take is what is there: each holds the parameters and their gradients.
        held = [
            tensor.untyped_storage().nbytes()
            for each in store._sorted
            for weight in each.namespace["trainer"].model.parameters()
            for tensor in (weight, weight.grad)
            if tensor is not None
        ]
        assert sum(held) <= store.nbytes < sum(held) + 1_000_000
        before = timeline.history.loss[:]
        timeline.seek(5)
        timeline.run()
        assert (timeline.history.loss == before).all()


def test_of_a_state_that_is_larger_than_the_bound_the_first_is_kept(take):
    store = Checkpoints(max_bytes=MEGA)
    assert store.add(take(0, {"w": np.zeros(MEGA)}))
    for epoch in range(1, 4):
        assert not store.add(take(epoch, {"w": np.full(MEGA, epoch)}))
    assert [each.epoch for each in store._sorted] == [0]


def test_a_run_whose_state_is_larger_takes_no_more_checkpoints(monkeypatch):
    monkeypatch.setattr("gdtui.engine.state.checkpoint.allowed_bytes", lambda: 1000)
    taken = []
    take = Checkpoint.take.__func__

    def count(cls, epoch, *arguments):
        taken.append(epoch)
        return take(cls, epoch, *arguments)

    monkeypatch.setattr(Checkpoint, "take", classmethod(count))
    script = Script.stage("manual").with_settings({"epochs": 30})
    with Timeline(script, clock=lambda: float(timeline.epoch if timeline else 0)) as timeline:
        timeline.run()
        w = timeline.seek(17).parameters["w"]
        assert w == timeline.history.parameters["w"][16]
    assert taken[:2] == [0, 1]
    assert len(taken) <= 3  # to look once more after having gone back is fair


@given(
    st.lists(st.integers(1, 400), min_size=1, max_size=40, unique=True),
    st.integers(1, 60),
    st.integers(1, 12),
)
@settings(max_examples=40)
def test_the_bounds_hold_whatever_comes(epochs, thousands, count):
    def checkpoint(epoch, own):
        surroundings = None
        return Checkpoint(epoch, {}, {}, None, surroundings, contextvars.Context(), own, {})

    store = Checkpoints(max_bytes=thousands * 1000, max_count=count)
    store.add(checkpoint(0, 1500))
    for epoch in epochs:
        kept = store.add(checkpoint(epoch, 1000 + epoch))
        assert (epoch in store) == kept
        assert len(store) == 1 or (len(store) <= count and store.nbytes <= thousands * 1000)
        assert 0 in store


def test_the_least_useful_goes_first():
    def checkpoint(epoch, own=1000):
        return Checkpoint(epoch, {}, {}, None, None, contextvars.Context(), own, {})

    store = Checkpoints(max_count=6)
    for epoch in (0, 10, 11, 50, 60, 70, 80):
        store.add(checkpoint(epoch))
    # To lose 10 means to run ten more epochs to get to epoch 10, to lose 11 to run one more to
    # get to any of the next 39.
    assert [each.epoch for each in store._sorted] == [0, 11, 50, 60, 70, 80]
    store = Checkpoints(max_bytes=104_000)
    for epoch, own in ((0, 1000), (10, 1000), (20, 100_000), (30, 1000), (40, 1000), (50, 1000)):
        store.add(checkpoint(epoch, own))
    # One that takes a hundred times as much is worth less than one that was taken earlier.
    assert 20 not in store
    assert 10 in store


@pytest.mark.parametrize(
    ("machine", "container", "allowed"),
    [
        (16 * 2**30, None, 512 * MEGA),
        (8 * 2**30, None, 512 * MEGA),
        (2**30, None, 64 * MEGA),
        (2**30, 2**28, 16 * MEGA),
        (None, None, 128 * MEGA),
    ],
)
def test_the_bound_is_a_share_of_the_memory(monkeypatch, machine, container, allowed):
    monkeypatch.setattr(memory, "_machine", lambda: machine)
    monkeypatch.setattr(memory, "_container", lambda file: container)
    assert memory.allowed_bytes() == allowed


def test_the_limit_of_a_container_is_read(tmp_path):
    (tmp_path / "limit").write_text("1000\n")
    (tmp_path / "none").write_text("max\n")
    assert memory._container(str(tmp_path / "limit")) == 1000
    assert memory._container(str(tmp_path / "none")) is None
    assert memory._container(str(tmp_path / "missing")) is None
    assert (memory._machine() or 2**40) > 2**24
