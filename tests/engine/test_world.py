"""A run owns what it needs of the process: nothing that others do there reaches it, and nothing
that it does there reaches others."""

from __future__ import annotations

import contextlib
import locale
import logging
import random
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.state.holdings import HOLDINGS, NOTHING, PLACES, keep_all, read_all, write_where
from gdtui.engine.state.world import World

# Draws from every generator there is, in an order that differs between the two scripts.
_TORCH = """\
import random
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed({seed})
np.random.seed({seed})
random.seed({seed})
generator = torch.Generator().manual_seed({seed})
x, y = torch.rand(12, 3), torch.rand(12, 1)
loader = DataLoader(TensorDataset(x, y), batch_size=5, shuffle=True)
own = DataLoader(TensorDataset(x, y), batch_size=6, shuffle=True, generator=generator)
model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.4), nn.ReLU(), nn.Linear(4, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
seen = []
for epoch in range(5):
    for inputs, targets in loader if epoch % 2 else own:
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
    noise = np.random.randn() + random.gauss(0, 1) + torch.randn(1, generator=generator).item()
    seen.append(noise + random.random())
    print(epoch, loss.item(), noise)
print(random.random(), np.random.rand(), torch.rand(1).item())
"""

_NUMPY = """\
import os, random, sys
import numpy as np
from random import shuffle

random.seed({seed})
np.random.seed({seed})
rng = np.random.default_rng({seed})
mine = random.Random({seed})
np.set_printoptions(precision=3)
np.seterr(divide="ignore")
w = np.array([4.0, 1.0])
order = list(range(6))
for epoch in range(6):
    shuffle(order)
    loss = (w * w).sum()
    dw = 2 * w + 0.1 * np.random.randn(2) + 0.1 * rng.normal(size=2)
    w -= 0.1 * dw + 0.01 * mine.random()
    print(epoch, order, w, random.gauss(0, 1), np.random.rand(), sys.argv, np.float64(1) / 0)
print(random.random(), np.random.rand())
"""


def _draw_everywhere():
    random.random(), random.gauss(0, 1)
    np.random.randn(), np.random.rand(3)
    torch.rand(3)


def _straight(text):
    with Timeline(Script(text)) as timeline:
        timeline.run()
        rows = timeline.history.table.block(0, 99, 0, 99)
        return timeline.transcript.text, np.array(rows).tobytes()


_moves = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["step", "back", "next_epoch", "previous_epoch", "draw", "seek"]),
        st.integers(0, 7),
    ),
    max_size=14,
)


@pytest.mark.slow
@given(_moves)
@settings(max_examples=15)
def test_interleaved_runs_equal_straight_ones(moves):
    texts = [_TORCH.format(seed=1), _TORCH.format(seed=2), _NUMPY.format(seed=3)]
    straight = [_straight(text) for text in texts]
    timelines = [Timeline(Script(text)) for text in texts]
    for which, move, epoch in moves:
        if move == "draw":
            _draw_everywhere()
        elif move == "seek":
            timelines[which].seek(epoch)
        else:
            getattr(timelines[which], move)()
    for timeline, expected in zip(timelines, straight, strict=True):
        timeline.run()
        rows = np.array(timeline.history.table.block(0, 99, 0, 99)).tobytes()
        assert (timeline.transcript.text, rows) == expected
        timeline.close()


@pytest.mark.slow
@given(st.lists(st.sampled_from(["step", "back", "next_epoch"]), max_size=8))
@settings(max_examples=15)
def test_a_run_draws_no_number_of_the_host(moves):
    def seeded():
        random.seed(5), np.random.seed(5), torch.manual_seed(5)
        random.gauss(0, 1), np.random.randn()  # each keeps a second number for later

    def drawn():
        numbers = random.random(), random.gauss(0, 1), np.random.randn(), np.random.randn()
        return (*numbers, torch.rand(2).tolist())

    seeded()
    alone = [drawn() for _ in range(len(moves) + 2)]
    seeded()
    with Timeline(Script(_TORCH.format(seed=1))) as timeline:
        timeline.start()
        beside = [drawn()]
        for move in moves:
            getattr(timeline, move)()
            beside.append(drawn())
        timeline.run()
        beside.append(drawn())
    assert beside == alone


def test_what_a_holding_is_set_to_lasts_and_is_given_back(tmp_path):
    before = keep_all(read_all(NOTHING), None)
    text = f"""
import gc, locale, logging, os, sys, threading, torch, warnings
folder = {str(tmp_path)!r}
locale_before = locale.setlocale(locale.LC_ALL)
os.chdir(folder)
os.environ["GDTUI_TEST"] = "1"
sys.argv.append("more")
sys.path.append("somewhere")
sys.setrecursionlimit(4321)
gc.disable()
def hook(*error): pass
sys.excepthook = threading.excepthook = hook
warnings.simplefilter("ignore")
warnings.showwarning = hook
logging.basicConfig(level=logging.INFO)
logging.disable(10)
torch.set_grad_enabled(False)
torch.set_default_dtype(torch.float64)
torch.set_default_device("meta")
torch.set_printoptions(precision=2)
torch.use_deterministic_algorithms(True)
torch.autograd.set_detect_anomaly(True)
torch.set_autocast_enabled("cpu", True)
def state():
    return (
        os.getcwd(), os.environ.get("GDTUI_TEST"), sys.argv[1:], sys.path[-1],
        sys.getrecursionlimit(), gc.isenabled(), sys.excepthook is hook,
        threading.excepthook is hook, warnings.filters[0][0], warnings.showwarning is hook,
        logging.root.level, len(logging.root.handlers), logging.root.manager.disable,
        torch.is_grad_enabled(), torch.get_default_dtype(), torch.get_default_device(),
        torch._tensor_str.PRINT_OPTS.precision, torch.are_deterministic_algorithms_enabled(),
        torch.is_anomaly_enabled(), torch.is_autocast_enabled("cpu"), sys.modules["__main__"],
    )
first = state()
same = []
w = 1.0
for epoch in range(6):
    w -= 0.1 * w
    same.append(state() == first)
"""
    handlers = list(logging.root.handlers)
    with Timeline(Script(text)) as timeline:
        for _ in range(4):
            timeline.step()
            after = keep_all(read_all(NOTHING), None)
            for holding, was, now in zip(HOLDINGS, before, after, strict=True):
                assert holding.name == "attributes" or holding.same(was, now), holding.name
            assert logging.root.handlers == handlers
            assert sys.modules["__main__"] is not vars(timeline._execution._host)["_module"]
            # What the host changes now is the host's.
            with contextlib.chdir(tmp_path.parent):
                torch.set_default_dtype(torch.float16)
                assert timeline.step().status == "paused"
                torch.set_default_dtype(torch.float32)
        timeline.back()
        timeline.run()
        assert timeline._execution.namespace["same"] == [True] * 6
    assert torch.rand(1).dtype is torch.float32
    assert torch.rand(1).device.type == "cpu"
    assert torch.is_grad_enabled()


def test_what_a_script_deletes_is_there_for_others():
    text = (
        "import sys\ndel sys.argv, sys.excepthook\nw = 1.0\nfor epoch in range(4):\n"
        "    w -= 0.1 * w\n    gone = not hasattr(sys, 'argv') and not hasattr(sys, 'excepthook')\n"
    )
    argv, hook = sys.argv, sys.excepthook
    with Timeline(Script(text)) as timeline:
        while timeline.step().status == "paused":
            assert (sys.argv, sys.excepthook) == (argv, hook)
            assert timeline._execution.namespace.get("gone", True)
        assert timeline.outcome == "finished"
    assert (sys.argv, sys.excepthook) == (argv, hook)


def test_each_holding_can_be_read_and_written():
    now = read_all(NOTHING)
    for holding, value in zip(HOLDINGS, now, strict=True):
        holding.write(value, torch)
        assert holding.same(holding.read(value, torch), value), holding.name
    write_where(now, keep_all(now, None))
    assert len(PLACES) == len(HOLDINGS)


def test_inference_mode_is_the_script_s_alone():
    text = (
        "import torch\nw = torch.ones(1, requires_grad=True)\ninside = []\n"
        "for epoch in range(2):\n"
        "    loss = (w * w).sum()\n"
        "    loss.backward()\n"
        "    with torch.inference_mode():\n"
        "        inside.append(torch.is_inference_mode_enabled())\n"
        "        check = w * 2\n"
        "    w.data -= 0.1 * w.grad\n"
    )
    with Timeline(Script(text)) as one, Timeline(Script(text)) as other:
        for _ in range(22):
            one.step()
            assert not torch.is_inference_mode_enabled()
            assert torch.is_grad_enabled()
            other.step()
            assert not torch.is_inference_mode_enabled()
            assert torch.ones(1, requires_grad=True).sum().requires_grad
        for each in (one, other):
            assert each.outcome == "finished"
            assert each._execution.namespace["inside"] == [True, True]


@pytest.mark.parametrize(
    "draw",
    [
        random.random,
        lambda: random.gauss(0, 1),
        lambda: random.shuffle([1, 2, 3]),
        lambda: random.seed(random.random()),
        np.random.rand,
        np.random.randn,
        lambda: np.random.seed(np.random.randint(10**6)),
        lambda: torch.rand(1),
        lambda: torch.manual_seed(torch.randint(10**6, (1,)).item()),
    ],
)
def test_whoever_draws_is_noticed(draw):
    now = read_all(NOTHING)
    assert read_all(now)[PLACES["python"] :] == now[PLACES["python"] :]
    for _ in range(2):  # a second normal number may come from what the first has left
        before = read_all(NOTHING)
        draw()
        after = read_all(before)
        changed = [
            each.name
            for each, one, other in zip(HOLDINGS, before, after, strict=True)
            if not each.same(one, other)
        ]
        assert len(changed) == 1, changed
        write_where(after, now)
        write_where(read_all(NOTHING), after)


def test_another_bit_generator_in_numpy_is_the_script_s_alone():
    text = (
        "import numpy as np\nnp.random.set_bit_generator(np.random.PCG64(3))\nw = 1.0\n"
        "for epoch in range(4):\n    w -= 0.1 * np.random.rand()\n    print(w)\n"
    )
    host = np.random.get_bit_generator()
    printed, _ = _straight(text)
    assert np.random.get_bit_generator() is host
    with Timeline(Script(text)) as timeline:
        timeline.seek(3)
        np.random.rand()
        timeline.back()
        timeline.run()
        assert timeline.transcript.text == printed
    assert np.random.get_bit_generator() is host


def test_a_run_begins_with_the_modes_of_a_process_of_its_own():
    """Whatever the code around it has set."""
    text = (
        "import torch\n"
        "modes = (torch.is_grad_enabled(), torch.is_inference_mode_enabled(),\n"
        "    torch.get_default_dtype(), torch.get_default_device(),\n"
        "    torch.is_autocast_enabled('cpu'), torch.is_anomaly_enabled(),\n"
        "    torch.are_deterministic_algorithms_enabled())\n"
        "print(modes)\n"
        "w = torch.tensor(1.0, requires_grad=True)\n"
        "for epoch in range(2):\n"
        "    loss = (w - 3) ** 2\n"
        "    loss.backward()\n"
        "    with torch.no_grad():\n"
        "        w -= 0.1 * w.grad\n"
    )

    def run():
        with Timeline(Script(text)) as timeline:
            assert timeline.run().status == "finished", timeline.moment.message
            return timeline.transcript.text, timeline.history.loss.tolist()

    expected = run()
    assert expected[0].startswith("(True, False, torch.float32, device(type='cpu'), False, False")
    with contextlib.ExitStack() as around:
        around.enter_context(torch.inference_mode())
        around.callback(torch.set_default_device, None)
        torch.set_default_device("meta")
        around.enter_context(torch.autocast("cpu"))
        around.callback(torch.set_default_dtype, torch.get_default_dtype())
        torch.set_default_dtype(torch.float64)
        assert run() == expected
        assert torch.is_inference_mode_enabled()
        assert torch.get_default_dtype() is torch.float64
        assert torch.get_default_device().type == "meta"
        assert torch.is_autocast_enabled("cpu")
    with torch.no_grad():
        assert run() == expected
        assert not torch.is_grad_enabled()


def test_a_script_without_seeds_goes_on_from_the_host_or_from_new_ones():
    text = "import random\nw = 1.0\nfor epoch in range(2):\n    w -= 0.1 * w\n    print(random.random())\n"
    random.seed(3)
    expected = [random.random() for _ in range(2)]
    random.seed(3)
    assert [float(each) for each in _straight(text)[0].split()] == expected
    printed = set()
    for _ in range(2):
        with Timeline(Script(text), reseed=True) as timeline:
            timeline.run()
            timeline.seek(1)
            timeline.run()
            printed.add(timeline.transcript.text)
    assert len(printed) == 2
    assert random.random() == expected[0]


# Threads ------------------------------------------------------------------------------


def test_an_abandoned_world_is_not_given_back():
    """A thread that hung and comes back finds somebody else in the process, and leaves."""
    entered, wake = threading.Event(), threading.Event()
    hung, next_one = World(), World()
    outside = sys.argv, Path.cwd(), sys.stdout
    state = []

    def hang():
        with hung:
            sys.argv = ["hung"]
            random.seed(1)
            entered.set()
            assert wake.wait(60)
        state.append((sys.argv, random.getstate()))

    for world, name in ((hung, "first"), (next_one, "second")):
        world.begin({"sys.argv": [name]})
    thread = threading.Thread(target=hang)
    thread.start()
    assert entered.wait(60)
    assert sys.argv == ["hung"]
    hung.abandon()
    assert (sys.argv, Path.cwd(), sys.stdout) == outside
    with next_one:
        assert sys.argv == ["second"]
        random.seed(2)
        inside = random.getstate()
        wake.set()
        thread.join(60)
        # It has left, and nothing has changed.
        assert state == [(["second"], inside)]
        assert sys.argv == ["second"]
        assert random.getstate() == inside
    assert (sys.argv, Path.cwd(), sys.stdout) == outside
    with next_one:
        assert random.getstate() == inside


def test_an_abandoned_world_may_come_back_when_nobody_is_in_one():
    entered, wake = threading.Event(), threading.Event()
    hung, next_one = World(), World()
    outside = sys.argv

    def hang():
        with hung:
            sys.argv = ["hung"]
            entered.set()
            assert wake.wait(60)

    for world in (hung, next_one):
        world.begin({})
    thread = threading.Thread(target=hang)
    thread.start()
    assert entered.wait(60)
    hung.abandon()
    with next_one:
        pass
    assert sys.argv is outside
    wake.set()
    thread.join(60)
    assert sys.argv is outside


def test_worlds_of_two_threads_take_turns():
    one, other = World(), World()
    entered, leave = threading.Event(), threading.Event()
    order = []
    for world, name in ((one, "one"), (other, "other")):
        world.begin({"sys.argv": [name]})

    def hold():
        with one:
            entered.set()
            assert leave.wait(60)
            order.append(sys.argv[0])

    def follow():
        with other:
            order.append(sys.argv[0])

    holder, follower = threading.Thread(target=hold), threading.Thread(target=follow)
    holder.start()
    assert entered.wait(60)
    follower.start()
    leave.set()
    for thread in (holder, follower):
        thread.join(60)
    assert order == ["one", "other"]


def test_runs_of_many_threads_equal_straight_ones():
    texts = [_NUMPY.format(seed=seed) for seed in range(4)]
    straight = [_straight(text) for text in texts]
    found = [None] * len(texts)

    def run(number):
        with Timeline(Script(texts[number])) as timeline:
            while timeline.step().status == "paused":
                pass
            rows = np.array(timeline.history.table.block(0, 99, 0, 99)).tobytes()
            found[number] = timeline.transcript.text, rows

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert found == straight


def test_a_world_inside_a_world():
    one, other = World(), World()
    one.begin({"sys.argv": ["one"]})
    other.begin({"sys.argv": ["other"]})
    outside = sys.argv
    with one:
        with other:
            assert sys.argv == ["other"]
        assert sys.argv == ["one"]
    assert sys.argv is outside


# What runs leave in libraries ---------------------------------------------------------


def test_modules_beside_scripts_are_each_script_s_own(tmp_path):
    (tmp_path / "helper_of_two.py").write_text("count = []\n")
    path = tmp_path / "script.py"
    path.write_text(
        "import helper_of_two\nw = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n"
        "    import helper_of_two as again\n    again.count.append(1)\n"
        "    print(again is helper_of_two, len(again.count))\n"
    )
    with Timeline(Script.from_file(path)) as one, Timeline(Script.from_file(path)) as other:
        while one.outcome is None:
            one.step(), other.step()
        for each in (one, other):
            assert each.transcript.text == "True 1\nTrue 2\nTrue 3\n"
    assert "helper_of_two" not in sys.modules


@pytest.mark.filterwarnings("default")
def test_a_logger_of_a_script_is_set_up_once():
    text = (
        "import logging\nlog = logging.getLogger('the.script')\n"
        "log.addHandler(logging.StreamHandler())\nlog.setLevel('INFO')\nw = 1.0\n"
        "for epoch in range(2):\n    w -= 0.1 * w\n    log.info('epoch %s', epoch)\n"
    )
    for _ in range(2):
        with Timeline(Script(text)) as timeline:
            timeline.run()
            timeline.seek(0)
            timeline.run()
            assert timeline.transcript.error_text == "epoch 0\nepoch 1\n"


@pytest.mark.filterwarnings("default")
def test_other_changes_of_filters_do_not_repeat_a_warning():
    text = (
        "import warnings\nw = 1.0\nfor epoch in range(4):\n    w -= 0.1 * w\n"
        "    warnings.warn('once a line')\n    np_warns()\n"
    )
    with Timeline(Script("np_warns = lambda: None\n" + text)) as timeline:
        while timeline.step().status == "paused":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
        assert timeline.transcript.error_text.count("UserWarning: once a line") == 1


def test_locale_is_among_them():
    assert locale.setlocale(locale.LC_ALL) == read_all(NOTHING)[PLACES["locale"]]
