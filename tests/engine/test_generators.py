"""Every random number generator that a script may draw from is as it was after going back."""

from __future__ import annotations

import contextvars
import random
import types

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.engine.state.checkpoint import Checkpoint
from gdtui.engine.state.world import World


class FakeDevices:
    """What torch gives to reach the generators of CUDA devices, without a device."""

    def __init__(self):
        self.initialized = False
        self.states = [torch.zeros(16, dtype=torch.uint8) for _ in range(2)]
        self.default_generators = ()
        self.asked = 0

    def _is_in_bad_fork(self):
        return True  # torch.manual_seed is to leave it alone

    def is_initialized(self):
        return self.initialized

    def get_rng_state_all(self):
        assert self.initialized, "this would start the devices up"
        self.asked += 1
        return [state.clone() for state in self.states]

    def set_rng_state_all(self, states):
        assert self.initialized
        self.states = [state.clone() for state in states]

    def manual_seed_all(self, seed):
        self.states = [torch.full((16,), seed % 251, dtype=torch.uint8) for _ in self.states]

    def draw(self):
        """A number of each device."""
        for state in self.states:
            state += 1
        return [int(state[0]) for state in self.states]


@pytest.fixture(params=["cuda", "xpu"])
def devices(request, monkeypatch):
    fake = FakeDevices()
    monkeypatch.setattr(torch, request.param, fake)
    fake.kind = request.param
    return fake


def test_generators_of_devices_are_kept_and_given_back(devices):
    devices.initialized = True
    devices.manual_seed_all(100)
    text = (
        f"import torch\ndevices = torch.{devices.kind}\ndevices.manual_seed_all(7)\nw = 1.0\n"
        "del devices\n"
        "for epoch in range(8):\n"
        "    w -= 0.1 * w\n"
        f"    print(torch.{devices.kind}.draw())\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        printed = timeline.transcript.text
        assert printed.splitlines()[0] == "[8, 8]"
        for epoch in (5, 2, 6, 1):
            timeline.seek(epoch)
            assert devices.draw() == [101, 101]  # the host's own
            devices.manual_seed_all(100)
        timeline.run()
        with timeline._execution._host.running():
            assert devices.draw() == [16, 16]
    with Timeline(Script(text)) as timeline:
        for _ in range(4):
            timeline.step()
            devices.draw()
        timeline.back()
        timeline.run()
        assert timeline.transcript.text == printed


def test_a_checkpoint_holds_the_states_of_devices(devices):
    devices.initialized = True
    world = World()
    world.begin({})
    with world:
        devices.manual_seed_all(3)
        around = world.surroundings()
        devices.draw()
    checkpoint = Checkpoint.take(1, {}, None, around, contextvars.Context())
    world.restore(checkpoint.surroundings)
    with world:
        assert devices.draw() == [4, 4]


def test_a_device_that_is_not_in_use_is_not_woken(devices):
    text = "import torch\nw = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n"
    with Timeline(Script(text)) as timeline:
        while timeline.step().status == "paused":
            timeline.back()
            timeline.step()
    assert devices.asked == 0


def test_a_device_that_came_into_use_later_begins_at_its_seed_again(devices):
    text = (
        "import torch\ntorch.manual_seed(9)\nw = 1.0\n"
        "for epoch in range(6):\n"
        "    w -= 0.1 * w\n"
        f"    if epoch == 2 and not torch.{devices.kind}.initialized:\n"
        f"        torch.{devices.kind}.initialized = True\n"
        f"        torch.{devices.kind}.manual_seed_all(9)\n"
        "    if epoch >= 2:\n"
        f"        print(torch.{devices.kind}.draw())\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        printed = timeline.transcript.text
        assert printed.splitlines()[0] == "[10, 10]"
        timeline.seek(1)
        timeline.seek(3)
        with timeline._execution._host.running():
            assert devices.draw() == [11, 11]


def test_the_generator_of_mps_is_kept(monkeypatch):
    fake = FakeDevices()
    fake.initialized = True
    mps = types.SimpleNamespace(
        get_rng_state=lambda: fake.states[0].clone(),
        set_rng_state=lambda state: fake.set_rng_state_all([state]),
    )
    monkeypatch.setattr(torch, "mps", mps)
    monkeypatch.setattr(torch.backends.mps, "is_built", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    world = World()
    world.begin({})
    with world:
        fake.draw()
        kept = world.surroundings()
        fake.draw()
    assert fake.draw()[0] == 1
    world.restore(kept)
    with world:
        assert fake.draw()[0] == 2


_HOLDERS = {
    "torch.Generator": (
        "g = torch.Generator().manual_seed(3)",
        "torch.rand(1, generator=g).item()",
    ),
    "in a loader": (
        "g = torch.Generator().manual_seed(3)\n"
        "loader = torch.utils.data.DataLoader(list(range(9)), shuffle=True, generator=g)",
        "[int(each) for each in loader]",
    ),
    "in a loader alone": (
        "loader = torch.utils.data.DataLoader(\n"
        "    list(range(9)), shuffle=True, generator=torch.Generator().manual_seed(3))",
        "[int(each) for each in loader]",
    ),
    "in a sampler": (
        "sampler = torch.utils.data.RandomSampler(\n"
        "    range(9), replacement=True, generator=torch.Generator().manual_seed(3))\n"
        "holder = {'loader': torch.utils.data.DataLoader(list(range(9)), sampler=sampler)}",
        "[int(each) for each in holder['loader']]",
    ),
    "in an object, twice": (
        "class Noise:\n    pass\n"
        "noise = Noise()\nnoise.g = torch.Generator().manual_seed(3)\nsame = [noise.g]",
        "(torch.rand(1, generator=noise.g).item(), torch.rand(1, generator=same[0]).item())",
    ),
    "np.random.Generator": ("rng = np.random.default_rng(3)", "rng.normal()"),
    "two on one bit generator": (
        "bits = np.random.PCG64(3)\none, other = np.random.Generator(bits), np.random.Generator(bits)",
        "(one.normal(), other.normal())",
    ),
    "np.random.RandomState": ("rng = np.random.RandomState(3)", "rng.randn()"),
    "spawned": ("rng = np.random.default_rng(3)", "rng.spawn(1)[0].normal()"),
    "random.Random": ("rng = random.Random(3)", "(rng.random(), rng.gauss(0, 1))"),
    "a method of one": ("draw = random.Random(3).random", "draw()"),
    "a method of NumPy's": ("draw = np.random.default_rng(3).normal", "draw()"),
    "functions of the process": (
        "from random import random as plain, shuffle, gauss\nfrom numpy.random import rand, seed\n"
        "random.seed(3)\nseed(3)\nshared = np.random.mtrand._rand\norder = list(range(5))",
        "(shuffle(order), order, plain(), gauss(0, 1), rand(), shared.rand())",
    ),
    "torch's own": (
        "torch.manual_seed(3)\ng = torch.default_generator",
        "torch.rand(1, generator=g).item()",
    ),
    "a bound method of a list": ("seen = []\nsee = seen.append", "(see(epoch), list(seen))"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", _HOLDERS)
def test_a_generator_wherever_it_is_held(name):
    before, draw = _HOLDERS[name]
    text = (
        f"import random\nimport numpy as np\nimport torch\n{before}\nw = 1.0\n"
        f"for epoch in range(7):\n    w -= 0.1 * w\n    drawn = repr({draw})\n    print(drawn)\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        straight = timeline.transcript.text.splitlines()
    assert len(straight) == 7
    # By a clock in which an epoch takes a second, each of them gets a checkpoint.
    with Timeline(Script(text), clock=lambda: float(timeline.epoch if timeline else 0)) as timeline:
        for epoch in (4, 2, 6, 3, 5, 1, 7):
            timeline.seek(epoch)
            random.random(), np.random.randn(), torch.rand(1)
            assert timeline._execution.namespace["drawn"] == straight[epoch - 1], epoch
