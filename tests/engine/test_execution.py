"""An instrumented script does what it does without, and pauses where it should."""

from __future__ import annotations

import contextlib
import gc
import io
import types
import weakref

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import training_scripts

from gdtui import Script, Timeline


def run_plainly(text):
    """What a script prints and the names it leaves, under Python alone."""
    namespace = {"__name__": "__main__"}
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(text, "<script>", "exec"), namespace)
    return output.getvalue(), values(namespace)


def values(namespace):
    """The names of a script that hold data."""
    unlike = types.FunctionType | types.ModuleType | type | io.IOBase | types.GeneratorType
    return {
        name: value
        for name, value in namespace.items()
        if not name.startswith("__") and not isinstance(value, unlike)
    }


@pytest.mark.slow
@given(training_scripts())
@settings(max_examples=150)
def test_a_run_prints_and_computes_what_python_does(text):
    printed, names = run_plainly(text)
    with Timeline(Script(text)) as timeline:
        assert timeline.run().status == "finished"
        assert timeline.transcript.text == printed
        assert values(timeline._execution.namespace) == names


@pytest.mark.slow
@given(training_scripts(), st.data())
@settings(max_examples=60)
def test_stepping_does_the_same_as_running(text, data):
    printed, names = run_plainly(text)
    with Timeline(Script(text)) as timeline:
        for _ in range(5000):
            move = data.draw(st.sampled_from([timeline.step, timeline.step, timeline.next_epoch]))
            if move().status == "finished":
                break
        assert timeline.transcript.text == printed
        assert values(timeline._execution.namespace) == names


def lines_of_steps(text, count=200):
    """The lines at which a stepped run pauses, epoch by epoch."""
    epochs = []
    with Timeline(Script(text)) as timeline:
        for _ in range(count):
            moment = timeline.step()
            if moment.status != "paused":
                return epochs, moment
            if moment.epoch > len(epochs):
                epochs.append([])
            epochs[-1].append(moment.line)
    raise AssertionError("the script did not end")


def test_a_pause_follows_every_statement():
    text = (
        "w = 4.0\n"
        "for epoch in range(2):\n"
        "    loss = w * w\n"
        "    with open('/dev/null') as file:\n"
        "        dw = 2 * w\n"
        "        w -= 0.1 * dw\n"
        "    if epoch % 2:\n"
        "        print(w)\n"
        "print('done')\n"
    )
    epochs, last = lines_of_steps(text)
    # The header of an `if` is a step whether or not it lets its body run.
    assert epochs == [[3, 4, 5, 6, 7], [3, 4, 5, 6, 7, 8]]
    assert (last.status, last.epoch) == ("finished", 2)


def test_pauses_in_inner_loops_branches_and_handlers():
    text = (
        "w = 4.0\n"
        "for epoch in range(1):\n"
        "    for batch in range(2):\n"
        "        if batch == 0:\n"
        "            w -= 0.1 * w\n"
        "        elif batch == 1:\n"
        "            continue\n"
        "    try:\n"
        "        w / 0\n"
        "    except ZeroDivisionError:\n"
        "        loss = w\n"
        "    finally:\n"
        "        done = True\n"
    )
    epochs, _ = lines_of_steps(text)
    # The last pause is the end of the epoch, which a `finally` does not foretell.
    assert epochs == [[3, 4, 5, 3, 4, 6, 7, 10, 11, 13, 13]]


def test_break_and_continue_end_an_epoch():
    text = (
        "w = 4.0\n"
        "for epoch in range(9):\n"
        "    w -= 0.1 * w\n"
        "    if epoch == 0:\n"
        "        continue\n"
        "    if epoch == 1:\n"
        "        break\n"
        "else:\n"
        "    print('never')\n"
        "print('after')\n"
    )
    epochs, last = lines_of_steps(text)
    assert epochs == [[3, 4, 5], [3, 4, 6, 7]]
    assert (last.status, last.epoch) == ("finished", 2)
    assert run_plainly(text)[0] == "after\n"


def test_the_end_of_an_epoch_is_the_pause_after_its_last_statement():
    with Timeline(Script.stage("manual")) as timeline:
        moments = [timeline.step() for _ in range(6)]
    assert [moment.epoch_over for moment in moments] == [False] * 5 + [True]
    assert [moment.phase for moment in moments] == [
        "predict",
        "loss",
        "gradient",
        "update",
        "report",
        "report",
    ]
    assert len(timeline.history) == 1


def test_a_loop_that_never_turns():
    with Timeline(Script("w = 1.0\nfor epoch in []:\n    w -= 0.1 * w\nprint('x')\n")) as timeline:
        assert timeline.start().status == "ready"
        assert timeline.run().status == "finished"
        assert timeline.transcript.text == "x\n"
        assert timeline.back().status == "ready"


def test_a_failing_script_says_where(tmp_path):
    path = tmp_path / "fails.py"
    path.write_text(
        "w = 3.0\n"
        "def check(w):\n"
        "    if w < 2:\n"
        "        raise ValueError('too\\nsmall')\n"
        "for epoch in range(9):\n"
        "    w -= 0.2 * w\n"
        "    check(w)\n"
    )
    with Timeline(Script.from_file(path)) as timeline:
        moment = timeline.run()
    assert moment.status == "failed"
    assert (moment.epoch, moment.line) == (2, 4)
    assert moment.message == "ValueError: too small"
    assert moment.failure.traceback == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 7, in <module>\n'
        "    check(w)\n"
        f'  File "{path}", line 4, in check\n'
        "    raise ValueError('too\\nsmall')\n"
        "ValueError: too\nsmall\n"
    )


@pytest.mark.parametrize(
    ("code", "status", "message"),
    [
        ("raise SystemExit", "finished", "finished after 1 epoch"),
        ("import sys; sys.exit(0)", "finished", "finished after 1 epoch"),
        ("import sys; sys.exit(3)", "failed", "the script ended itself with exit code 3"),
        ("import nothing_like_it", "failed", "ModuleNotFoundError"),
        ("def f(): f()\n    f()", "failed", "RecursionError: maximum recursion depth exceeded"),
    ],
)
def test_other_ways_to_end(code, status, message):
    with Timeline(
        Script(f"w = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n    {code}\n")
    ) as run:
        moment = run.run()
    assert moment.status == status
    assert message in moment.message


def test_a_loss_that_is_not_finite_ends_the_run():
    script = Script.stage("manual").with_settings({"learning_rate": 10.0, "epochs": 1000})
    with Timeline(script) as timeline:
        moment = timeline.run()
        assert moment.status == "diverged"
        assert moment.message == f"diverged at epoch {moment.epoch}: the loss is not finite"
        assert moment.epoch == len(timeline.history) < 40
        assert timeline.run().status == timeline.step().status == "diverged"
        assert timeline.back().status == "paused"
        assert timeline.next_epoch().status == "diverged"


def test_the_script_is_main_and_finds_what_lies_beside_it(tmp_path):
    (tmp_path / "helper_beside.py").write_text("RATE = 0.5\n")
    path = tmp_path / "script.py"
    path.write_text(
        "import sys\n"
        "from dataclasses import dataclass\n"
        "from helper_beside import RATE\n"
        "@dataclass\n"
        "class State:\n"
        "    w: 'float' = 1.0\n"
        "w = State().w\n"
        "for epoch in range(1):\n"
        "    w -= RATE * w\n"
        "print(w, __name__, sys.argv == [__file__], sys.modules['__main__'].w)\n"
    )
    before = io.StringIO()
    with contextlib.redirect_stdout(before), Timeline(Script.from_file(path)) as timeline:
        assert timeline.run().status == "finished"
    assert timeline.transcript.text == "0.5 __main__ True 0.5\n"
    assert before.getvalue() == ""


def test_all_ways_to_write_to_standard_output_are_heard():
    text = (
        "import sys, contextlib, io\n"
        "w = 1.0\n"
        "print('a', end='')\n"
        "sys.stdout.write('b\\n')\n"
        "aside = io.StringIO()\n"
        "for epoch in range(2):\n"
        "    with contextlib.redirect_stdout(aside):\n"
        "        print('aside')\n"
        "        w -= 0.1 * w\n"
        "    print(epoch, file=sys.stdout, flush=True)\n"
        "print(repr(aside.getvalue()))\n"
    )
    with Timeline(Script(text)) as timeline:
        while timeline.step().status == "paused":
            pass
        assert timeline.transcript.text == "ab\n0\n1\n'aside\\naside\\n'\n"
        assert [entry.epoch for entry in timeline.transcript] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "before",
    [
        "class Box(dict):\n    __getattr__ = dict.__getitem__\nbox = Box(a=1)\n",
        "class Odd:\n    def __getattr__(self, name):\n        raise KeyError(name)\nodd = Odd()\n",
        "class Odd:\n    def __repr__(self):\n        raise ValueError\nodd = [Odd()]\n",
        "n = 2 ** 20000\n",
        "import torch\na = torch.eye(3).to_sparse()\nb = torch.empty(3, device='meta')\n",
        "import torch\nm = torch.nn.LazyLinear(1)\n",
        "import numpy as np\na = np.array(['x', None], dtype=object)\nb = np.zeros(0)\n",
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_moments_of_odd_names(before):
    text = before + "w = 1.0\nfor epoch in range(2):\n    w -= 0.1 * w\ndel w\n"
    with Timeline(Script(text)) as timeline:
        moment = timeline.step()
        assert moment.status == "paused", moment.message
        assert timeline.run().status == "finished"
        assert timeline.back().status == "paused"


def test_a_generator_is_closed_when_the_loop_is_left():
    text = (
        "def numbers():\n    try:\n        yield from range(9)\n"
        "    finally:\n        print('closed')\n"
        "w = 1.0\nfor epoch in numbers():\n    w -= 0.1 * w\n    break\nprint('after')\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        assert timeline.transcript.text == run_plainly(text)[0] == "closed\nafter\n"


def test_builtins_are_the_real_ones():
    text = "import builtins\nw = 1.0\nfor e in range(1):\n    w -= 0.1 * w\n__builtins__.print(print is builtins.print)\n"
    with Timeline(Script(text)) as timeline:
        timeline.run()
        assert timeline.transcript.text == "True\n"


def test_no_grad_holds_for_the_script_alone():
    import torch

    text = (
        "import torch\n"
        "w = torch.tensor(1.0, requires_grad=True)\n"
        "for epoch in range(2):\n"
        "    loss = w * w\n"
        "    loss.backward()\n"
        "    with torch.no_grad():\n"
        "        inside = torch.is_grad_enabled()\n"
        "        w -= 0.1 * w.grad\n"
        "    w.grad = None\n"
    )
    with Timeline(Script(text)) as timeline:
        for _ in range(4):
            moment = timeline.step()
        assert moment.line == 7
        assert torch.is_grad_enabled()
        assert timeline.step().line == 8
        assert timeline._execution.namespace["inside"] is False
        timeline.back()
        assert torch.is_grad_enabled()
        assert timeline.run().status == "finished"
    assert torch.is_grad_enabled()


def test_a_script_that_catches_everything_can_be_ended():
    text = (
        "w = 1.0\n"
        "while True:\n"
        "    try:\n"
        "        w -= 0.1 * w\n"
        "        done = True\n"
        "    except:\n"
        "        pass\n"
    )
    timeline = Timeline(Script(text))
    for _ in range(3):
        timeline.step()
    timeline.close()
    timeline = Timeline(Script(text))
    timeline.seek(100)
    assert timeline.back().epoch == 100
    timeline.close()


def test_finally_blocks_run_unheard_when_a_run_is_ended():
    text = (
        "w = 1.0\n"
        "ended = []\n"
        "try:\n"
        "    for epoch in range(3):\n"
        "        w -= 0.1 * w\n"
        "finally:\n"
        "    print('bye')\n"
    )
    timeline = Timeline(Script(text))
    timeline.step()
    timeline.close()
    assert timeline.transcript.text == ""


def test_an_interrupt_stops_a_run_at_the_next_statement():
    text = "w = 1.0\nfor epoch in range(10):\n    w -= 0.1 * w\n    stop(epoch)\n    loss = w\n"
    timeline = Timeline(Script(text))
    timeline.start()
    timeline._execution.namespace["stop"] = lambda epoch: epoch == 3 and timeline.interrupt()
    moment = timeline.run()
    assert (moment.epoch, moment.line, moment.status) == (4, 4, "paused")
    assert timeline.step().line == 4
    timeline.clear_interrupt()
    assert timeline.step().line == 5
    timeline.close()


def test_a_run_that_is_to_pause_soon_comes_to_the_end_of_its_epoch():
    text = "w = 1.0\nfor epoch in range(10_000):\n    w -= 0.1 * w\n    stop(epoch)\n    loss = w\n"
    timeline = Timeline(Script(text))
    timeline.start()
    timeline._execution.namespace["stop"] = lambda epoch: epoch == 3 and timeline.pause_soon()
    moment = timeline.run()
    assert (moment.epoch, moment.line, moment.status) == (4, 5, "paused")
    assert timeline.between_epochs
    assert timeline.run().epoch == 5  # until it is told to go on, one at a time
    assert timeline.step().line == 3
    timeline.clear_interrupt()
    assert timeline.run().epoch == 10_000
    timeline.close()


@pytest.mark.slow
def test_an_abandoned_timeline_ends_its_script():
    import gc

    ended = []
    text = "w = 1.0\ntry:\n    for e in range(3):\n        w -= w\nfinally:\n    ended.append(1)\n"
    timeline = Timeline(Script("ended = None\n" + text))
    timeline.step()
    timeline._execution.namespace["ended"] = ended
    del timeline
    gc.collect()
    assert ended == [1]


def test_an_endless_epoch_does_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr("gdtui.engine.run.steps._MOST", 50)
    text = """
w = 1.0
for epoch in range(3):
    loss = w * w
    for i in range(200):
        w -= 0.001 * w
"""
    with Timeline(Script(text)) as timeline:
        for _ in range(120):
            moment = timeline.step()
        assert (moment.step, moment.epoch_over) == (50, False)
        seen = moment.parameters["w"]
        assert timeline.step().parameters["w"] <= seen
        assert timeline.next_epoch().parameters["w"] == pytest.approx(0.999**200)
        moment = timeline.run()
    assert (moment.status, moment.parameters["w"]) == ("finished", pytest.approx(0.999**600))


def test_a_run_that_is_closed_is_let_go_of():
    # Code objects refer to what an instrumented script calls, and Python collects no cycle
    # through them.
    text = (
        "w = 1.0\ndef train():\n    pass\nfor epoch in range(3):\n    train()\n    w -= 0.1 * w\n"
    )
    timeline = Timeline(Script(text))
    timeline.step()
    timeline.back()
    kept = weakref.ref(timeline._execution)
    train = timeline._execution.namespace["train"]
    timeline.close()
    del timeline
    gc.collect()
    assert kept() is None
    train()
