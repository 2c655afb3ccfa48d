"""What is said to be missing is missing, what is said not to be needed is not, and of what cannot
be told nothing is said."""

from __future__ import annotations

import pytest
from bug_scripts import TEXTS

from gdtui import Script
from gdtui.engine.script.pipeline import MISSING, NOT_NEEDED, find_jobs
from gdtui.stages import KEYS

TORCH = """import torch
x, y = torch.tensor([1.0, 2.0]), torch.tensor([2.0, 4.0])
w = torch.tensor(0.0, requires_grad=True)
optimizer = torch.optim.SGD([w], lr=0.1)
model = torch.nn.Linear(1, 1)
for epoch in range(3):
"""
NUMPY = """import numpy as np
x, y = np.array([1.0, 2.0]), np.array([2.0, 4.0])
w = 0.0
for epoch in range(3):
"""
LOSS = """
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()"""
BY_HAND = """
    with torch.no_grad():
        w -= 0.1 * w.grad"""


def whole(loop, before="", head=TORCH):
    """A script with these statements in its loop, and some before it."""
    first, _, last = head.rpartition("for epoch")
    return f"{first}{before}\nfor epoch{last.rstrip()}{loop}\n"


def torch_loop(*statements, before=""):
    return whole(LOSS + "".join(f"\n    {each}" for each in statements), before)


def numpy_loop(*statements, before=""):
    return whole("".join(f"\n    {each}" for each in statements), before, NUMPY)


BACKWARD, STEP = "loss.backward()", "optimizer.step()"
UPDATE = "with torch.no_grad(): w -= 0.1 * w.grad"
PREDICTION = ("y_pred = w * x", "loss = ((y_pred - y) ** 2).mean()")
HAND = (*PREDICTION, "dw = (2 * x * (y_pred - y)).mean()", "w -= 0.1 * dw")

# What the loop lacks, and whether its gradients need no zeroing: True and False for what has to be
# said and must not be, None where nothing is to be said.
SCRIPTS = {
    # Zeroing.
    "update by hand, never zeroed": (torch_loop(BACKWARD, UPDATE), {"zero"}),
    "optimizer, never zeroed": (torch_loop(BACKWARD, STEP), {"zero"}),
    "zeroed before the loop only": (
        torch_loop(BACKWARD, STEP, before="optimizer.zero_grad()"),
        {"zero"},
    ),
    "zeroed by a method": (torch_loop(BACKWARD, UPDATE, "w.grad.zero_()"), set()),
    "zeroed by the data": (torch_loop(BACKWARD, UPDATE, "w.grad.data.zero_()"), set()),
    "set to None": (torch_loop(BACKWARD, UPDATE, "w.grad = None"), set()),
    "filled with 0": (torch_loop(BACKWARD, UPDATE, "w.grad.fill_(0)"), set()),
    "multiplied by 0": (torch_loop(BACKWARD, UPDATE, "w.grad *= 0"), set()),
    "deleted": (torch_loop(BACKWARD, UPDATE, "del w.grad"), set()),
    "zeroed by the model": (torch_loop("model.zero_grad()", BACKWARD, STEP), set()),
    "zeroed in the first place": (torch_loop("optimizer.zero_grad()", BACKWARD, STEP), set()),
    "zeroed in a loop over all": (
        torch_loop(BACKWARD, STEP, "for p in [w]: p.grad = None"),
        set(),
    ),
    "zeroed now and then": (
        torch_loop(BACKWARD, STEP, "if epoch % 2: optimizer.zero_grad()"),
        set(),
    ),
    "zeroed in a function": (
        torch_loop(
            BACKWARD,
            "learn()",
            before="def learn():\n    optimizer.step()\n    clear()\ndef clear():\n    w.grad = None\n",
        ),
        set(),
    ),
    "a function that trains": (
        torch_loop(
            "learn(loss)",
            before="def learn(loss):\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n",
        ),
        set(),
    ),
    "a function that trains and never zeroes": (
        torch_loop(
            "learn(loss)", before="def learn(loss):\n    loss.backward()\n    optimizer.step()\n"
        ),
        {"zero"},
    ),
    "a closure": (
        torch_loop(
            "optimizer.step(closure)",
            before="def closure():\n    optimizer.zero_grad()\n    loss = ((w * x - y) ** 2).mean()\n    loss.backward()\n    return loss\n",
        ),
        set(),
    ),
    "a function that is not called": (
        torch_loop(BACKWARD, STEP, before="def clear():\n    optimizer.zero_grad()\n"),
        {"zero"},
    ),
    # Nothing to zero.
    "a new tensor in every epoch": (
        torch_loop(BACKWARD, "w = (w - 0.1 * w.grad).detach().requires_grad_()"),
        {"-zero"},
    ),
    "a new tensor, detached before": (
        torch_loop(BACKWARD, "w = w.detach() - 0.1 * w.grad", "w.requires_grad_()"),
        {"-zero"},
    ),
    "changed through its data": (torch_loop(BACKWARD, "w.data = w.data - 0.1 * w.grad"), {"zero"}),
    "another name for it": (
        torch_loop(BACKWARD, "p = w", "with torch.no_grad(): p -= 0.1 * p.grad"),
        {"zero"},
    ),
    "gradients that are returned": (
        torch_loop("(dw,) = torch.autograd.grad(loss, [w])", "with torch.no_grad(): w -= 0.1 * dw"),
        {"-zero"},
    ),
    "by hand": (numpy_loop(*HAND), {"-zero"}),
    "by hand, one sample after the other": (
        numpy_loop("dw = 0.0", "for a, b in zip(x, y): dw += 2 * a * (w * a - b)", "w -= 0.1 * dw"),
        set(),
    ),
    "by hand, two set back at once": (
        numpy_loop(
            "dw, db = 0.0, 0.0",
            "for a, b in zip(x, y): dw += 2 * a * (w * a - b)",
            "w -= 0.1 * dw",
        ),
        set(),
    ),
    "by hand, piling up": (
        numpy_loop(
            *PREDICTION, "dw += (2 * x * (y_pred - y)).mean()", "w -= 0.1 * dw", before="dw = 0.0"
        ),
        {"zero"},
    ),
    # Updating.
    "no update": (torch_loop(BACKWARD, "w.grad.zero_()"), {"update"}),
    "no update, nor zeroing": (torch_loop(BACKWARD), {"update"}),
    "an update by a scaler": (
        torch_loop(
            "optimizer.zero_grad()",
            BACKWARD,
            "scaler.step(optimizer)",
            before="scaler = torch.amp.GradScaler()",
        ),
        set(),
    ),
    "an update in place": (
        torch_loop(BACKWARD, "w.data.add_(-0.1 * w.grad)", "w.grad = None"),
        set(),
    ),
    # Gradients.
    "a step without a gradient": (torch_loop("optimizer.zero_grad()", STEP), {"gradient"}),
    "an update without a gradient": (torch_loop(UPDATE), {"gradient"}),
    "a gradient that is part of the update": (
        numpy_loop(*PREDICTION, "w -= 0.1 * (2 * x * (y_pred - y)).mean()"),
        {"-zero"},
    ),
    "a backward of another kind": (
        torch_loop("optimizer.zero_grad()", "accelerator.backward(loss)", STEP),
        set(),
    ),
    # Predicting.
    "predicted before the loop": (
        whole(
            "\n    loss = ((y_pred - y) ** 2).mean()\n    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()",
            "y_pred = w * x",
        ),
        {"predict"},
    ),
    "predicted in the loss": (
        whole(
            "\n    loss = ((w * x - y) ** 2).mean()\n    loss.backward()\n    optimizer.step()\n    optimizer.zero_grad()"
        ),
        set(),
    ),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_missing_and_what_is_not_needed(name):
    text, expected = SCRIPTS[name]
    compile(text, name, "exec")
    jobs = {str(job.phase): job for job in find_jobs(Script(text))}
    said = {phase for phase, job in jobs.items() if job.who == MISSING}
    said |= {f"-{phase}" for phase, job in jobs.items() if job.who == NOT_NEEDED}
    assert said == expected
    assert not [job for job in jobs.values() if job.who in (MISSING, NOT_NEEDED) and job.lines]


@pytest.mark.parametrize("stage", KEYS)
def test_no_stage_lacks_anything(stage):
    script = Script.stage(stage)
    jobs = {str(job.phase): job.who for job in find_jobs(script)}
    assert MISSING not in jobs.values()
    assert (jobs["zero"] == NOT_NEEDED) == (script.roles["gradients"] == "by hand")


@pytest.mark.parametrize("key", TEXTS)
def test_what_the_scripts_of_the_bug_lab_lack(key):
    lacks = [str(job.phase) for job in find_jobs(Script(TEXTS[key])) if job.who == MISSING]
    assert lacks == {"b1": ["zero"], "b7": ["predict"]}.get(key, [])
    needless = [str(job.phase) for job in find_jobs(Script(TEXTS[key])) if job.who == NOT_NEEDED]
    # That one computes its gradient itself, and nothing piles up.
    assert needless == (["zero"] if key == "b10" else [])


@pytest.mark.parametrize(
    ("statements", "order"),
    [
        ((BACKWARD, STEP, "optimizer.zero_grad()"), "predict loss gradient update zero"),
        (("optimizer.zero_grad()", BACKWARD, STEP), "predict loss zero gradient update"),
        ((STEP, BACKWARD, "optimizer.zero_grad()"), "predict loss update gradient zero"),
        # What is missing stands where it usually does.
        ((BACKWARD, STEP), "predict loss gradient update zero"),
        (("optimizer.zero_grad()", STEP), "predict loss gradient zero update"),
        (("optimizer.zero_grad()", BACKWARD), "predict loss zero gradient update"),
    ],
)
def test_the_strip_is_in_the_script_s_own_order(statements, order):
    jobs = find_jobs(Script(torch_loop(*statements)))
    assert " ".join(str(job.phase) for job in jobs) == order


def test_what_comes_first_of_all_in_the_loop_stands_first():
    text = whole("\n    optimizer.zero_grad()" + LOSS + f"\n    {BACKWARD}\n    {STEP}")
    assert [str(job.phase) for job in find_jobs(Script(text))][:2] == ["zero", "predict"]


def test_a_docstring_does_not_say_who_does_what_nobody_does():
    role = '"""A run\n\nGradients: autograd\nParameter updates: by hand\n"""\n'
    jobs = {str(job.phase): job for job in find_jobs(Script(role + torch_loop(BACKWARD)))}
    assert jobs["update"].who == MISSING
    assert jobs["gradient"].who == "autograd"
