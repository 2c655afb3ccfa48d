"""Loops in functions and classes, and several of them: which turns are epochs, and whose names are
recorded."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.engine.program.program import compile_program

HEAD = """\
import torch
torch.manual_seed(0)
x, y = torch.arange(4.0).reshape(-1, 1), torch.ones(4, 1)
kept = []
"""


def run(text):
    """The end of a run, its history, and what the script kept for comparison."""
    with Timeline(Script(HEAD + text)) as timeline:
        moment = timeline.run()
        assert moment.status == "finished", moment.message
        return moment, timeline.history, timeline._execution.namespace["kept"]


FIT = """\
def fit(w, epochs, rate=0.1):
    for epoch in range(epochs):
        loss = ((w * x - y) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            w -= rate * w.grad
        kept.append((loss.item(), w.item(), w.grad.item()))
        w.grad = None
        BODY
    return w
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "calls", "epochs"),
    [
        ("pass", "fit(torch.tensor(0.0, requires_grad=True), 5)", 5),
        ("if epoch == 2: return w", "fit(torch.tensor(0.0, requires_grad=True), 5)", 3),
        ("if epoch == 2: break", "fit(torch.tensor(0.0, requires_grad=True), 5)", 3),
        # Epochs are counted through.
        ("pass", "w = fit(torch.tensor(0.0, requires_grad=True), 3)\nfit(w, 4)", 7),
        # One that an exception has ended is over.
        (
            "if epoch == 1 and epochs == 5: raise ValueError",
            "w = torch.tensor(0.0, requires_grad=True)\ntry:\n    fit(w, 5)\nexcept ValueError:\n"
            "    kept.pop()\nfit(w, 2)",
            3,
        ),
        # The function's loop goes through the batches of this one.
        (
            "pass",
            "w = torch.tensor(0.0, requires_grad=True)\nfor turn in range(3):\n    fit(w, 2)",
            3,
        ),
    ],
)
def test_a_loop_in_a_function_is_recorded_with_its_names(body, calls, epochs):
    moment, history, kept = run(FIT.replace("BODY", body) + calls + "\n")
    assert moment.epoch == len(history) == epochs
    batches = len(kept) // epochs
    losses, weights, gradients = np.array(kept).reshape(epochs, batches, 3).transpose(2, 0, 1)
    np.testing.assert_allclose(history.loss, losses.mean(axis=1), rtol=1e-12)
    np.testing.assert_array_equal(history.parameters["w"][:], weights[:, -1])
    np.testing.assert_array_equal(history.gradients["w"][:], gradients[:, -1])


def test_stepping_in_a_function_shows_its_names_and_goes_back():
    text = HEAD + FIT.replace("BODY", "pass") + "fit(torch.tensor(0.0, requires_grad=True), 5)\n"
    with Timeline(Script(text)) as timeline:
        timeline.next_epoch()
        timeline.step()
        moment = timeline.step()
        assert moment.position == (2, 2)
        assert moment.variable("rate").value == 0.1
        assert moment.variable("x").shape == (4, 1)
        assert moment.variable("epoch").value == 1
        back = timeline.back()
        assert back.position == (2, 1)
        assert timeline.step().variable("loss").value == moment.variable("loss").value
        assert timeline.run().epoch == 5
        assert timeline.seek(2).parameters["w"] == timeline.history.parameters["w"][1]


def test_a_while_loop_in_a_method():
    _, history, kept = run(
        "class Fit:\n"
        "    def __init__(self):\n"
        "        self.w = torch.tensor(4.0, requires_grad=True)\n"
        "    def go(self):\n"
        "        loss = torch.tensor(9.0)\n"
        "        while loss > 1:\n"
        "            loss = self.w ** 2\n"
        "            loss.backward()\n"
        "            with torch.no_grad():\n"
        "                self.w -= 0.1 * self.w.grad\n"
        "            self.w.grad = None\n"
        "            kept.append((loss.item(), self.w.item()))\n"
        "Fit().go()\n"
    )
    losses, weights = np.transpose(kept)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    assert len(history) > 3
    np.testing.assert_array_equal(history.parameters["self.w"][:], weights)


@pytest.mark.slow
def test_a_parameter_keeps_its_name_in_the_next_loop():
    """The first loop knows one module, whose parameters go by their own names; the second two."""
    loop = (
        "for epoch in range(2):\n    loss = ((NET(x) - y) ** 2).mean()\n    loss.backward()\n"
        "    optimizer.step()\n    optimizer.zero_grad()\n"
    )
    moment, history, _ = run(
        "net = torch.nn.Linear(1, 1)\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.01)\n"
        + loop.replace("NET", "net")
        + "other = torch.nn.Linear(1, 1)\n"
        "optimizer.add_param_group({'params': other.parameters()})\n"
        + loop.replace("NET(x)", "other(net(x))")
    )
    assert moment.epoch == 4
    assert list(history.parameters) == ["weight", "bias", "other.weight", "other.bias"]
    assert np.isfinite(history.parameters["weight"][:]).all()


def test_a_loss_that_a_function_returns_is_not_counted_beside_the_one_it_sends_back():
    _, history, kept = run(
        "w = torch.tensor(0.0, requires_grad=True)\n"
        "optimizer = torch.optim.SGD([w], lr=0.01)\n"
        "def step(a, b):\n"
        "    error = ((w * a - b) ** 2).mean()\n"
        "    kept.append(error.item())\n"
        "    optimizer.zero_grad()\n    error.backward()\n    optimizer.step()\n"
        "    return 100 * error.item()\n"
        "for epoch in range(3):\n"
        "    for part in range(2):\n"
        "        loss = step(x[part::2], y[part::2])\n"
    )
    means = np.reshape(kept, (3, 2)).mean(axis=1)
    np.testing.assert_allclose(history.loss, means, rtol=1e-12)


def test_what_a_function_sends_back_for_another_is_one_loss():
    _, history, kept = run(
        "class Accelerator:\n    def backward(self, value):\n        value.backward()\n"
        "accelerator = Accelerator()\n"
        "w = torch.tensor(0.0, requires_grad=True)\n"
        "optimizer = torch.optim.SGD([w], lr=0.01)\n"
        "for epoch in range(3):\n"
        "    loss = ((w * x - y) ** 2).mean()\n"
        "    optimizer.zero_grad()\n    accelerator.backward(loss)\n    optimizer.step()\n"
        "    kept.append(loss.item())\n"
    )
    assert list(history.loss_names.values()) == ["loss"]
    np.testing.assert_allclose(history.loss, kept, rtol=1e-12)


TRAIN = """\
import torch
torch.manual_seed(0)
x, y = torch.arange(4.0), 2 * torch.arange(4.0)
w = torch.tensor(0.0, requires_grad=True)
opt = torch.optim.SGD([w], lr=0.1)
def loss_of(part):
    return ((w * x[part] - y[part]) ** 2).mean()
def train(opt, part):
    opt.zero_grad()
    batch_loss = loss_of(part)
    batch_loss.backward()
    opt.step()
    return batch_loss.item()
def main():
    for epoch in range(3):
        total = 0.0
        for part in [slice(0, 2), slice(2, 4)]:
            total += train(opt, part)
        print(total)
train(opt, slice(0, 4))
main()
train(opt, slice(0, 4))
print(w.item())
"""
STATEMENTS = [
    *("opt.zero_grad()", "batch_loss = loss_of(part)", "batch_loss.backward()", "opt.step()"),
    "return batch_loss.item()",
]


def test_a_function_that_trains_is_stepped_through():
    script = Script(TRAIN)
    with Timeline(script) as timeline:
        lines, moments = [], []
        while not timeline.moment.epoch_over or not timeline.moment.epoch:
            moments.append(timeline.step())
            lines.append(script.lines[moments[-1].line - 1].strip())
        loop = "for part in [slice(0, 2), slice(2, 4)]:"
        batch = [loop, *STATEMENTS, "total += train(opt, part)"]
        assert lines == ["total = 0.0", *batch, *batch, "print(total)"]
        phases = [str(each.phase) for each in moments[2:6]]
        assert phases == ["zero", "loss", "gradient", "update"]
        # Where the run is in a function, its names are in sight first, and who has called it.
        inside, outside = moments[4], moments[-1]
        assert inside.calls == (("train", 18),)
        assert [each.name for each in inside.variables][:2] == ["opt", "part"]
        assert inside.loss == moments[5].loss > 0
        assert outside.calls == ()
        assert outside.variable("batch_loss") is None


def test_steps_in_a_function_are_the_same_forwards_and_backwards():
    with Timeline(Script(TRAIN)) as timeline:
        there = [timeline.step() for _ in range(20)]
        back = [timeline.back() for _ in range(19)]
        for one, other in zip(reversed(there[:-1]), back, strict=True):
            assert (one.position, one.line, one.loss) == (other.position, other.line, other.loss)
            assert one.parameters == other.parameters
            assert one.calls == other.calls
        whole = timeline.run()
        assert whole.status == "finished"
        assert timeline.transcript.text == run_plainly(TRAIN)
        assert len(timeline.history) == 3
        # What the function does after the loop is no step of its last epoch.
        assert whole.step == 16


def run_plainly(text):
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, "plain", "exec"), {"__name__": "__main__"})
    return out.getvalue()


CLOSURE = """\
import torch
w = torch.tensor(0.0, requires_grad=True)
opt = torch.optim.LBFGS([w], lr=0.5, max_iter=2)
def closure():
    opt.zero_grad()
    loss = (w - 3) ** 2
    loss.backward()
    return loss
for epoch in range(2):
    opt.step(closure)
"""


def test_a_closure_is_stepped_through_as_often_as_the_optimizer_calls_it():
    with Timeline(Script(CLOSURE)) as timeline:
        timeline.step()
        moments = [timeline.moment]
        while not timeline.moment.epoch_over:
            moments.append(timeline.step())
        assert [each.line for each in moments] == [5, 6, 7, 8] * ((len(moments) - 1) // 4) + [10]
        assert len(moments) > 5
        assert moments[-1].epoch == 1
        # The gradient is tracked as the script has it, whoever looks in between.
        assert timeline.run().status == "finished"


@pytest.mark.parametrize("decorator", ["@torch.compile", "@torch.jit.ignore"])
def test_a_function_that_a_compiler_takes_apart_is_left_as_it_is(decorator):
    text = TRAIN.replace("def train(", f"{decorator}\ndef train(")
    script = Script(text)
    assert not any(
        script.lines[each.line - 1].strip() == "opt.zero_grad()"
        for each in compile_program(script).statements
    )


def test_a_move_goes_to_the_next_batch_and_back():
    with Timeline(Script(TRAIN)) as timeline:
        places = []
        for _ in range(7):
            moment = timeline.next_batch()
            places.append((moment.epoch, moment.batch, moment.epoch_over))
        # To where each batch begins, and then to the end of the epoch.
        assert places[:3] == [(1, 1, False), (1, 2, False), (1, 2, True)]
        assert places[3:6] == [(2, 1, False), (2, 2, False), (2, 2, True)]
        assert places[6] == (3, 1, False)
        assert "for part in" in Script(TRAIN).lines[moment.line - 1]
        timeline.step()
        timeline.step()
        back = []
        for _ in range(6):
            moment = timeline.previous_batch()
            back.append((moment.epoch, moment.batch, moment.epoch_over))
        assert back[:2] == [(3, 1, False), (2, 2, True)]
        assert back[2:5] == [(2, 2, False), (2, 1, False), (1, 2, True)]
        while timeline.moment.position != (0, 0):
            timeline.previous_batch()
        assert timeline.previous_batch().position == (0, 0)


def test_without_batches_the_next_batch_is_the_next_epoch():
    text = HEAD + FIT.replace("BODY", "pass") + "fit(torch.tensor(0.0, requires_grad=True), 3)\n"
    with Timeline(Script(text)) as timeline:
        moments = [timeline.next_batch() for _ in range(4)]
        assert [(each.epoch, each.epoch_over) for each in moments[:3]] == [
            (1, True),
            (2, True),
            (3, True),
        ]
        assert moments[3].status == "finished"
        assert {each.batch for each in moments} == {0}
        assert timeline.previous_batch().epoch == 2
