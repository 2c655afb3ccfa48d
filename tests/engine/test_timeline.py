"""Going back and forth leads to the states of a straight run, bit for bit."""

from __future__ import annotations

import contextvars
import enum
import types

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import training_scripts

from gdtui import Script, Timeline
from gdtui.engine.state.checkpoint import Checkpoint, Checkpoints
from gdtui.engine.state.world import World
from gdtui.stages import KEYS

WORLD = World()
WORLD.begin({})
AROUND = WORLD.surroundings()


def take(epoch, names, previous=None):
    return Checkpoint.take(epoch, names, None, AROUND, contextvars.Context(), previous)


_OPTIMIZERS = {
    "momentum": "torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, nesterov=True)",
    "adam": "torch.optim.Adam(model.parameters(), lr=0.05, amsgrad=True)",
    "adamw": "torch.optim.AdamW(model.parameters(), lr=0.05)",
    "rmsprop": "torch.optim.RMSprop(model.parameters(), lr=0.01, momentum=0.5, centered=True)",
}


def _with_optimizer(name):
    text = Script.stage("module").text
    return text.replace("torch.optim.SGD(model.parameters(), lr=learning_rate)", _OPTIMIZERS[name])


# Batches in random order, dropout, a schedule, a list that grows, a running mean that keeps a
# graph, a copy of the model, a view that changes in place, and state in a class of the script.
_BUSY = """\
import copy
import random
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
np.random.seed(0)
rng = np.random.default_rng(0)
data = np.arange(24, dtype=np.float32).reshape(12, 2)
first = data[:, 0]
x, y = torch.rand(12, 3), torch.rand(12, 1)
model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.3), nn.ReLU(), nn.Linear(4, 1))
average = copy.deepcopy(model)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.5)
losses = []
smooth = torch.tensor(0.0)

class Counter:
    total = 0
    def __init__(self):
        self.seen = []

counter = Counter()

@torch.no_grad()
def follow(average, model):
    for old, new in zip(average.parameters(), model.parameters()):
        old.mul_(0.9).add_(new, alpha=0.1)

for epoch in range(6):
    order = torch.randperm(12)
    for start in range(0, 12, 6):
        batch = order[start : start + 6]
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x[batch]), y[batch])
        loss.backward()
        optimizer.step()
        Counter.total += 1
        counter.seen.append(loss.item())
    scheduler.step()
    follow(average, model)
    smooth = 0.9 * smooth.detach() + 0.1 * loss
    data *= 1.5
    first[0] += rng.random() + np.random.rand() + random.random()
    losses.append(smooth.item())
"""


def scripts():
    short = {"epochs": 7, "print_every": 2}
    for stage in KEYS:
        yield stage, Script.stage(stage).with_settings(short)
    for name in _OPTIMIZERS:
        yield name, Script(_with_optimizer(name)).with_settings(short)
    yield "busy", Script("import random\nrandom.seed(3)\n" + _BUSY)


SCRIPTS = dict(scripts())


def plain(value):
    """A value of a script in a form that compares bit for bit."""
    if isinstance(value, torch.nn.Module):
        return {
            name: (plain(each), plain(each.grad)) for name, each in value.named_parameters()
        } | {"training": value.training}
    if isinstance(value, torch.Tensor):
        return (value.detach().numpy().tobytes(), value.requires_grad, plain(value.grad_fn and 1))
    if isinstance(value, np.ndarray):
        return value.tobytes()
    if isinstance(value, np.random.Generator):
        return plain(value.bit_generator.state)
    if isinstance(value, torch.optim.Optimizer | torch.optim.lr_scheduler.LRScheduler):
        return plain(value.state_dict())
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, types.FunctionType):
        return value.__name__
    if isinstance(value, BaseException):
        return repr(value)
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if type(value).__module__ == "__main__":
        return plain(vars(value))
    return value


def state(timeline):
    """Everything a script is made of at a pause: its names and the next random numbers."""
    unlike = types.FunctionType | types.ModuleType | types.GeneratorType
    namespace = timeline._execution.namespace
    names = {
        name: plain(value)
        for name, value in namespace.items()
        if not name.startswith("__") and not isinstance(value, unlike | type)
        and not hasattr(value, "close") and not hasattr(value, "locked")
    }  # fmt: skip
    if "Counter" in namespace:
        names["Counter.total"] = namespace["Counter"].total
    return names


def position(timeline):
    now = timeline._execution
    return (now.epoch, now.steps, now.in_epoch, now.outcome)


def straight_run(script):
    """The states of a run that only steps forwards, by position."""
    states = {}
    with Timeline(script) as timeline:
        timeline.start()
        states[position(timeline)] = state(timeline)
        while timeline.step().status == "paused":
            states[position(timeline)] = state(timeline)
        states[position(timeline)] = state(timeline)
        return states, timeline.transcript.text, timeline.history.table.block(0, 99, 0, 99)


STRAIGHT = {}

moves = st.lists(
    st.one_of(
        st.sampled_from(["step", "step", "back", "back", "next_epoch", "previous_epoch", "run"]),
        st.integers(0, 9),
    ),
    max_size=8,
)


def make(timeline, move):
    return timeline.seek(move) if isinstance(move, int) else getattr(timeline, move)()


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
@given(walk=moves)
@settings(max_examples=15)
def test_a_walk_ends_in_the_state_of_a_straight_run(name, walk):
    if name not in STRAIGHT:
        STRAIGHT[name] = straight_run(SCRIPTS[name])
    states, _, _ = STRAIGHT[name]
    with Timeline(SCRIPTS[name]) as timeline:
        timeline.start()
        for move in walk:
            make(timeline, move)
        assert state(timeline) == states[position(timeline)]


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_walk_records_and_prints_everything_once(name):
    if name not in STRAIGHT:
        STRAIGHT[name] = straight_run(SCRIPTS[name])
    _, text, table = STRAIGHT[name]
    with Timeline(SCRIPTS[name]) as timeline:
        for move in ["step", "back", "step", "step", 3, "back", 1, "back", 5, 0, "run", "back", 2]:
            make(timeline, move)
        timeline.run()
        assert timeline.transcript.text == text
        assert timeline.history.table.block(0, 99, 0, 99).tobytes() == table.tobytes()


@pytest.mark.slow
@given(training_scripts(), moves)
@settings(max_examples=60)
def test_a_walk_through_any_script(text, walk):
    states, printed, _ = straight_run(Script(text))
    with Timeline(Script(text)) as timeline:
        timeline.start()
        for move in walk:
            make(timeline, move)
        assert state(timeline) == states[position(timeline)]
        timeline.run()
        assert timeline.transcript.text == printed


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_every_step_can_be_undone(name):
    with Timeline(SCRIPTS[name]) as timeline:
        timeline.start()
        before = []
        for _ in range(40):
            before.append((position(timeline), state(timeline)))
            timeline.step()
        for expected in reversed(before):
            timeline.back()
            assert (position(timeline), state(timeline)) == expected


# What a checkpoint cannot hold is run again from the start.
_AWKWARD = {
    "generator": "def numbers():\n    yield from range(5)\nfor epoch in numbers():\n    w -= 0.1 * w\n",
    "open iterator": "it = (i for i in range(5))\nwhile (n := next(it, None)) is not None:\n    w -= n\n",
    "closure": (
        "def make():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return count\n"
        "count = make()\nfor epoch in range(5):\n    w -= 0.1 * count()\n"
    ),
    "default argument": (
        "def count(seen=[]):\n    seen.append(1)\n    return len(seen)\n"
        "for epoch in range(5):\n    w -= 0.1 * count()\n"
    ),
    "hook": (
        "import torch\nv = torch.tensor([1.0, 5.0], requires_grad=True)\n"
        "v.register_hook(lambda g: g.clamp(-1, 1))\n"
        "for epoch in range(5):\n    loss = (v * v).sum()\n    loss.backward()\n"
        "    with torch.no_grad():\n        v -= 0.1 * v.grad\n    v.grad = None\n    w -= v[0].item()\n"
    ),
    "view of a leaf": (
        "import torch\nv = torch.tensor([1.0, 5.0], requires_grad=True)\nv0 = v[0]\n"
        "for epoch in range(5):\n    loss = (v * v).sum()\n    loss.backward()\n"
        "    with torch.no_grad():\n        v -= 0.1 * v.grad\n    v.grad = None\n    w -= v0.item()\n"
    ),
    "shared memory": (
        "import torch, numpy as np\na = np.arange(4.0)\nt = torch.from_numpy(a)\n"
        "for epoch in range(5):\n    a += 1\n    w -= 0.1 * t.sum().item()\n"
    ),
    "notes on a function": (
        "def count():\n    count.n += 1\n    return count.n\ncount.n = 0\n"
        "for epoch in range(5):\n    w -= 0.1 * count()\n"
    ),
    "default of a method": (
        "class C:\n    def add(self, seen=[]):\n        seen.append(1)\n        return len(seen)\n"
        "c = C()\nfor epoch in range(5):\n    w -= 0.1 * c.add()\n"
    ),
    "closure in a dict": (
        "def make():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return count\n"
        "box = {'count': [make()]}\nfor epoch in range(5):\n    w -= 0.1 * box['count'][0]()\n"
    ),
    "output replaced": (
        "import io, sys\nreal, sys.stdout = sys.stdout, io.StringIO()\n"
        "for epoch in range(5):\n    print(epoch)\n    w -= 0.1 * len(sys.stdout.getvalue())\n"
        "sys.stdout = real\n"
    ),
    "inside try": "try:\n    for epoch in range(5):\n        w -= 0.1 * w\nfinally:\n    w = 0\n",
    "lock": "import threading\nlock = threading.Lock()\nfor e in range(5):\n    w -= 0.1 * w\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", _AWKWARD)
def test_what_cannot_be_copied_is_run_again_from_the_start(name):
    script = Script("w = 9.0\n" + _AWKWARD[name])
    states, _, _ = straight_run(script)
    with Timeline(script) as timeline:
        for move in [4, "back", "back", 2, "step", "back", 5, 1, "run", "back"]:
            make(timeline, move)
            assert state(timeline) == states[position(timeline)]


def test_modules_beside_a_script_start_anew(tmp_path):
    (tmp_path / "beside_counter.py").write_text(
        "n = 0\ndef up():\n    global n\n    n += 1\n    return n\n"
    )
    path = tmp_path / "script.py"
    path.write_text(
        "from beside_counter import up\nw = 9.0\nstart = up()\n"
        "for epoch in range(3):\n    w -= 0.1 * w\n"
    )
    for _ in range(2):
        with Timeline(Script.from_file(path)) as timeline:
            timeline.run()
            assert timeline._execution.namespace["start"] == 1


# What deepcopy alone would get wrong, and checkpoints get right.
_DELICATE = {
    "nested views": (
        "import numpy as np\ntheta = np.arange(1.0, 6.0)\n"
        "params = {'w': theta[:3], 'b': theta[3:]}\n"
        "for epoch in range(5):\n    theta -= 0.1 * theta\n    loss = (params['w'] ** 2).sum()\n"
    ),
    "a view of a Fortran array": (
        "import numpy as np\ndata = np.asfortranarray(np.arange(6.0).reshape(2, 3))\n"
        "column = data[:, 1]\n"
        "for epoch in range(5):\n    data += 1\n    w -= 0.1 * column.sum()\n"
    ),
    "a matrix": (
        "import numpy as np\nX = np.array([[1.0, 2.0], [3.0, 4.0]]).view(np.matrix)\n"
        "for epoch in range(5):\n    w -= 0.01 * float((X * X)[0, 0])\n"
    ),
    "an enum": (
        "import enum\nclass Kind(enum.Enum):\n    A = 1\nkind = Kind.A\n"
        "for epoch in range(5):\n    w -= 0.1 * kind.value\n"
    ),
    "a list of its own class": (
        "class Log(list):\n    def last(self):\n        return self[-1]\nlog = Log([1.0])\n"
        "for epoch in range(5):\n    log.append(w)\n    w -= 0.1 * log.last()\n"
    ),
    "print options": (
        "import numpy as np\nnp.set_printoptions(precision=2)\n"
        "for epoch in range(5):\n    w -= 0.1 * w\n    text = str(np.array([w]))\n"
    ),
    "floating point errors": (
        "import numpy as np\nnp.seterr(all='raise')\nraised = 0\n"
        "for epoch in range(5):\n    w -= 0.1 * w\n    try:\n        np.float32(1e30) * np.float32(1e30)\n"
        "    except FloatingPointError:\n        raised += 1\n"
    ),
    "data of classes": (
        "class Outer:\n    class Inner:\n        n = 0\n"
        "for epoch in range(5):\n    Outer.Inner.n += 1\n    w -= 0.1 * Outer.Inner.n\n"
    ),
    "lines in pieces": "for epoch in range(5):\n    print('.', end='')\n    w -= 0.1 * w\nprint()\n",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", _DELICATE)
@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
def test_what_a_plain_copy_would_get_wrong(name):
    script = Script("w = 9.0\n" + _DELICATE[name])
    states, printed, _ = straight_run(script)
    with Timeline(script) as timeline:
        for move in [4, "back", "back", 2, "step", "back", 5, 1, 2, "run", "back", 3, "step"]:
            make(timeline, move)
            assert state(timeline) == states[position(timeline)]
        timeline.run()
        assert timeline.transcript.text == printed
        assert timeline._rewinder.checkpoints is not None


def test_an_unseeded_run_can_be_gone_back_in_too():
    text = (
        "import random, torch, numpy as np\n"
        "w = 9.0\n"
        "start = random.random() + np.random.rand() + torch.rand(1).item()\n"
        "def turns():\n    yield from range(4)\n"
        "for epoch in turns():\n"
        "    w -= random.random() + np.random.rand() + torch.rand(1).item()\n"
    )
    with Timeline(Script(text)) as timeline:
        w = {epoch: timeline.seek(epoch).parameters["w"] for epoch in range(5)}
        for epoch in (2, 4, 1, 0, 3):
            assert timeline.seek(epoch).parameters["w"] == w[epoch]


def test_a_graph_that_outlives_its_epoch_is_not_cut():
    # The loss of all epochs is sent back at the end: no checkpoint can hold that graph.
    text = (
        "import torch\n"
        "w = torch.tensor(1.0, requires_grad=True)\n"
        "total = torch.tensor(0.0)\n"
        "for epoch in range(4):\n"
        "    total = total + (epoch + 1) * w\n"
        "    if epoch == 3:\n"
        "        total.backward()\n"
        "        gradient = w.grad.item()\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.seek(3)
        timeline.back()
        timeline.seek(3)
        timeline.run()
        assert timeline._execution.namespace["gradient"] == 10.0
        timeline.seek(2)
        timeline.step()
        timeline.run()
        assert timeline._execution.namespace["gradient"] == 10.0


def test_the_loss_before_decides_whether_to_go_on():
    text = (
        "import torch\n"
        "w = torch.tensor(3.0, requires_grad=True)\n"
        "loss = w * w\n"
        "while loss > 0.01:\n"
        "    loss = w * w\n"
        "    loss.backward()\n"
        "    with torch.no_grad():\n"
        "        w -= 0.2 * w.grad\n"
        "    w.grad = None\n"
    )
    states, _, _ = straight_run(Script(text))
    with Timeline(Script(text)) as timeline:
        for move in ["run", "back", "back", 2, "step", "run", 3, "back"]:
            make(timeline, move)
            assert state(timeline) == states[position(timeline)]


def test_going_back_restores_nearby_checkpoints():
    # With a clock by which an epoch takes a second, each of them gets one.
    script = Script.stage("manual").with_settings({"epochs": 50})
    timeline = Timeline(script, clock=lambda: float(timeline.epoch if timeline else 0))
    with timeline:
        timeline.run()
        assert len(timeline._rewinder.checkpoints) == 50 + 1  # also before the first
        w = timeline.seek(17).parameters["w"]
        assert w == timeline.history.parameters["w"][16]


def test_old_checkpoints_are_thinned_and_the_first_is_kept():
    store = Checkpoints(max_count=40)
    for epoch in range(500):
        store.add(take(epoch, {"w": epoch}, store.nearest(epoch)))
    assert len(store) <= 40
    assert store.nearest(3).epoch == 0
    assert store.nearest(499).epoch == 499
    # Close to the end they are dense.
    assert all(epoch in store for epoch in range(485, 500))


def test_checkpoints_share_data_that_does_not_change():
    data = np.zeros(10_000)
    tensor = torch.zeros(10_000)
    names = {"data": data, "tensor": tensor, "w": 1.0}
    one = take(0, names)
    two = take(1, names, one)
    assert two.namespace["data"] is one.namespace["data"]
    assert two.namespace["tensor"] is one.namespace["tensor"]
    assert two.own_bytes <= one.own_bytes < AROUND.nbytes + 10_000
    assert two.blocks == one.blocks
    assert one.nbytes - one.own_bytes == data.nbytes + tensor.nbytes
    data[3] = 1.0
    tensor[3] = 1.0
    three = take(2, names, two)
    restored, *_ = three.restore()
    assert restored["data"][3] == 1.0
    assert restored["tensor"][3] == 1.0
    assert two.restore()[0]["data"][3] == 0.0


def test_gradients_are_part_of_a_checkpoint():
    layer = torch.nn.Linear(2, 1)
    layer(torch.ones(2)).backward()
    tensor = torch.tensor(1.0, requires_grad=True)
    (3 * tensor).backward()
    names = {"layer": layer, "nested": [{"layer": layer}], "tensor": tensor}
    restored, *_ = take(0, names).restore()
    assert restored["layer"].weight.grad.equal(layer.weight.grad)
    assert restored["nested"][0]["layer"] is restored["layer"]
    assert restored["tensor"].grad == 3.0


def test_bad_seeks():
    with Timeline(Script.stage("manual")) as timeline:
        with pytest.raises(ValueError, match="epoch -1 is not allowed"):
            timeline.seek(-1)
        assert timeline.seek(1000).status == "finished"
        assert timeline.seek(1000).epoch == 10


def test_nothing_to_undo():
    with Timeline(Script.stage("manual")) as timeline:
        assert timeline.back().status == "ready"
        assert timeline.previous_epoch().epoch == 0
    with Timeline(Script("w = 1 / 0\nfor e in range(3):\n    w -= 0.1 * w\n")) as timeline:
        assert timeline.step().status == "failed"
        assert timeline.back().status == "failed"
        assert timeline.seek(2).message == "ZeroDivisionError: division by zero"


def test_a_statement_that_failed_can_be_gone_back_from():
    text = "w = 3.0\nfor epoch in range(3):\n    w -= 0.5 * w\n    1 / (epoch - 1)\n"
    with Timeline(Script(text)) as timeline:
        moment = timeline.run()
        assert (moment.status, moment.epoch, moment.line, moment.step) == ("failed", 2, 4, 1)
        moment = timeline.back()
        assert (moment.status, moment.epoch, moment.line, moment.step) == ("paused", 2, 3, 1)
        assert timeline.step().status == "failed"
        assert timeline.seek(1).status == "paused"


def test_moments_are_frozen_and_plain():
    with Timeline(SCRIPTS["adam"]) as timeline:
        timeline.seek(2)
        moment = timeline.step()
        names = {each.name: each for each in moment.variables}
        assert names["x"].shape == (4, 1)
        assert not names["x"].value.flags.writeable
        assert type(moment.parameters["linear.weight"]) is float
        assert names["model"].type_name == "LinearRegression"
        assert names["learning_rate"].value == 0.01
        held = moment.parameters["linear.weight"]
        timeline.run()
        assert moment.parameters["linear.weight"] == held
    for each in moment.variables:
        assert not isinstance(each.value, torch.Tensor)
        assert "\n" not in each.text
        assert len(each.text) < 2000


def test_what_is_installed_beside_a_script_is_not_imported_anew(tmp_path, monkeypatch):
    """A virtual environment often lies in the folder of a script. torch may be in there, and does
    not stand being imported twice."""
    packages = tmp_path / ".venv" / "lib" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "installed_counter.py").write_text(
        "n = 0\ndef up():\n    global n\n    n += 1\n    return n\n"
    )
    monkeypatch.syspath_prepend(str(packages))
    path = tmp_path / "script.py"
    path.write_text(
        "from installed_counter import up\nw = 9.0\nstart = up()\n"
        "for epoch in range(3):\n    w -= 0.1 * w\n"
    )
    starts = []
    for _ in range(3):
        with Timeline(Script.from_file(path)) as timeline:
            timeline.run()
            starts.append(timeline._execution.namespace["start"])
    assert starts == [1, 2, 3]


def test_seeking_from_the_middle_of_an_epoch_gets_all_the_way():
    with Timeline(Script.stage("manual")) as timeline:
        timeline.seek(2)
        timeline.step()
        assert timeline.seek(4).position == (4, 6)


def test_seeking_past_the_end_leads_to_the_end_by_way_of_the_last_epoch(clock):
    clock.tick = 1.0  # a checkpoint after every epoch, the last one included
    with Timeline(Script.stage("manual"), clock=clock) as timeline:
        straight = timeline.run()
        timeline.seek(10)
        timeline.seek(3)
        moment = timeline.seek(99)
        assert (moment.status, moment.position, moment.line) == (
            straight.status,
            straight.position,
            straight.line,
        )


def test_a_script_with_neither_loss_nor_parameters_runs():
    script = Script(
        "class Optimizer:\n    def step(self):\n        pass\noptimizer = Optimizer()\n"
        "for epoch in range(3):\n    optimizer.step()\n"
    )
    with Timeline(script) as timeline:
        moment = timeline.run()
    assert (moment.status, moment.epoch, len(timeline.history)) == ("finished", 3, 3)
    assert np.isnan(timeline.history.loss).all()


def test_epochs_gives_the_end_of_each_epoch_and_ends_with_the_run():
    script = Script.load("manual").with_settings({"epochs": 4})
    with Timeline(script) as timeline:
        timeline.step()
        seen = [(each.epoch, each.epoch_over) for each in timeline.epochs()]
        assert seen == [(1, True), (2, True), (3, True), (4, True)]
        assert timeline.moment.status == "finished"
        assert list(timeline.epochs()) == []


def test_epochs_goes_on_from_where_other_moves_lead():
    script = Script.load("manual").with_settings({"epochs": 6})
    with Timeline(script) as timeline:
        seen = []
        for moment in timeline.epochs():
            seen.append(moment.epoch)
            if seen == [1, 2]:
                timeline.seek(4)
            elif seen == [1, 2, 5]:
                timeline.interrupt()
        assert seen == [1, 2, 5]
