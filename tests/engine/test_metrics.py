"""The numbers that a script computes once an epoch besides its loss."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.engine.record.history import was_there
from gdtui.engine.script.metrics import METRIC, is_loss

HEAD = """\
import numpy as np
rng = np.random.default_rng(0)
x, y = rng.normal(size=20), rng.normal(size=20)
x_val, y_val = rng.normal(size=10), rng.normal(size=10)
w, lr, kept, history = 0.0, 0.1, [], {"val_loss": []}
EPOCHS = 6
def evaluate(w):
    return ((w * x_val - y_val) ** 2).mean()
"""
STEP = """\
for epoch in range(EPOCHS):
    p = w * x
    loss = ((p - y) ** 2).mean()
    dw = (2 * x * (p - y)).mean()
    w -= lr * dw
"""


def run(text):
    """The history of a run, and what the script kept for comparison."""
    with Timeline(Script(text)) as timeline:
        moment = timeline.run()
        assert moment.status == "finished", moment.message
        return timeline.history, timeline._execution.namespace["kept"]


ONES = {
    "called like one": ("val_loss = evaluate(w)", "val_loss"),
    "printed": ("v = evaluate(w)\n    print(f'epoch {epoch}: {v:.3f}')", "v"),
    "printed as a share": ("n = evaluate(w)\n    print('off by', 100 * n / 20)", "n"),
    "collected": ("v = evaluate(w)\n    rows = []\n    rows.append(v)", "v"),
    "put away": ("v = evaluate(w)\n    history[epoch] = v", "v"),
    "logged": ("import logging\n    v = evaluate(w)\n    logging.info({'v': v})", "v"),
    "in two names": ("v, test_acc = evaluate(w), 0.5 + evaluate(w)", "test_acc"),
    "collected without a name": ("history['val_loss'].append(evaluate(w))", "val_loss"),
    "added up": (
        "val_loss = 0.0\n    for a, b in zip(x_val, y_val):\n        val_loss += (w * a - b) ** 2",
        "val_loss",
    ),
    "added up and divided": (
        "val_loss = 0.0\n    for a, b in zip(x_val, y_val):\n        val_loss += (w * a - b) ** 2\n"
        "    val_loss /= len(x_val)",
        "val_loss",
    ),
    "in a dict": (
        "print(measured := {'mae': abs(w)})\n    scores = {'mae': abs(w), 'name': 'w'}",
        "mae",
    ),
    "the learning rate": ("lr = lr * 0.9", "lr"),
    "in a function that prints": ("show(w)", "val_error"),
    "in a function that returns it": ("print(evaluate_well(w))", "r2"),
}
FUNCTIONS = """\
def show(w):
    val_error = evaluate(w) + 1
    print(val_error)
def evaluate_well(w):
    r2 = 1 - evaluate(w)
    return r2
"""
VALUES = {
    "put away": "v",
    "collected without a name": "history['val_loss'][-1]",
    "in a dict": "abs(w)",
    "in a function that prints": "evaluate(w) + 1",
    "in a function that returns it": "1 - evaluate(w)",
}


@pytest.mark.parametrize("case", ONES)
def test_a_number_that_is_computed_once_an_epoch_is_recorded(case):
    text, name = ONES[case]
    value = VALUES.get(case, name)
    history, kept = run(f"{HEAD}{FUNCTIONS}{STEP}    {text}\n    kept.append(float({value}))\n")
    assert list(history.metrics) == [name]
    np.testing.assert_array_equal(history.metrics[name][:], kept)
    assert history.loss[0] != kept[0]


@pytest.mark.parametrize(
    "text",
    [
        "print(epoch, loss, w, dw)",  # recorded already
        "n = len(x)\n    total = 0.0\n    total += loss",  # shown nowhere, and called like nothing
        "best_loss = min(loss, 9.0)\n    print(best_loss)",
        "import time\n    start = time.time()\n    print(start)",
        "steps = 5\n    print(steps)",
        "predictions = w * x_val\n    print(predictions)",
        "name = f'{w:.3f}'\n    print(name)",
        "done = bool(w)\n    print(done)",
        "p_again = w * x\n    spread = p_again - y",
    ],
)
def test_what_is_no_metric(text):
    history, _ = run(f"{HEAD}{STEP}    {text}\n")
    assert not history.metrics


BATCHES = """\
for epoch in range(EPOCHS):
    {begun}
    for a, b in zip(x, y):
        gap = w * a - b
        loss = gap ** 2
        w -= 0.01 * 2 * gap * a
        {added}
    print({shown})
    kept.append(float({kept}))
"""


@pytest.mark.parametrize(
    ("begun", "added", "shown", "name"),
    [
        ("near = 0", "near += int(loss < 1)", "near", "near"),
        ("hits = 0", "if loss < 1: hits += 1", "f'{hits} of 20'", "hits"),
        ("n, reach = 0, 0.0", "n, reach = n + 1, reach + abs(a)", "epoch, reach", "reach"),
    ],
)
def test_what_is_added_up_while_training_and_printed(begun, added, shown, name):
    text = BATCHES.format(begun=begun, added=added, shown=shown, kept=name)
    history, kept = run(HEAD + text)
    assert list(history.metrics) == [name]
    np.testing.assert_array_equal(history.metrics[name][:], kept)


@pytest.mark.parametrize(
    ("begun", "added", "shown"),
    [
        ("total = 0.0", "total += loss", "total / 20"),
        ("total = 0.0", "total = total + float(loss) * 2", "total"),
        ("near = 0", "near += int(loss < 1)", "epoch"),  # shown nowhere
        ("pass", "near = int(loss < 1)", "near"),  # of the last sample
    ],
)
def test_what_is_no_metric_while_training(begun, added, shown):
    history, _ = run(HEAD + BATCHES.format(begun=begun, added=added, shown=shown, kept="w"))
    assert not history.metrics


@pytest.mark.slow
def test_a_parameter_in_a_dict_of_metrics_is_none():
    history, _ = run(
        "import torch\n"
        "x, kept = torch.tensor([1.0, 2.0]), []\n"
        "w = torch.tensor(0.5, requires_grad=True)\n"
        "def evaluate():\n"
        "    return {'weight': w, 'accuracy': w.item()}\n"
        "for epoch in range(3):\n"
        "    loss = ((w * x - 2 * x) ** 2).mean()\n"
        "    loss.backward()\n"
        "    with torch.no_grad():\n"
        "        w -= 0.1 * w.grad\n"
        "        w.grad = None\n"
        "    metrics = evaluate()\n"
    )
    assert list(history.metrics) == ["accuracy"]


def test_a_metric_is_missing_in_an_epoch_that_does_not_compute_it():
    text = f"{HEAD}{STEP}    if epoch % 2:\n        val_loss = evaluate(w)\n        kept.append(val_loss)\n"
    history, kept = run(text)
    column = history.metrics["val_loss"][:]
    np.testing.assert_array_equal(was_there(column), [False, True] * 3)
    np.testing.assert_array_equal(column[1::2], kept)


def test_what_is_computed_before_and_between_the_loops_belongs_to_no_epoch():
    loop = STEP.replace("epoch in", "first in").replace("EPOCHS", "2")
    text = f"{HEAD}{FUNCTIONS}show(w)\n{loop}    show(w)\nshow(w)\n{STEP}    pass\nshow(w)\n"
    history, _ = run(text)
    assert len(history) == 8
    np.testing.assert_array_equal(
        was_there(history.metrics["val_error"][:]), [True] * 2 + [False] * 6
    )


def test_a_function_that_computes_the_loss_has_no_metrics():
    text = HEAD.replace(
        "def evaluate",
        "def mean(p):\n    error = (p - y) ** 2\n    rmse = "
        "float(error.mean() ** 0.5)\n    return rmse\ndef evaluate",
    )
    history, _ = run(text + STEP.replace("((p - y) ** 2).mean()", "mean(p)"))
    assert not history.metrics


SCHEDULE = """\
import torch
w = torch.tensor(0.0, requires_grad=True)
opt = torch.optim.SGD([w], lr=0.5)
kept = []
schedule = torch.optim.lr_scheduler.StepLR(opt, 2, 0.5)
for epoch in range(6):
    loss = (w - 3) ** 2
    opt.zero_grad()
    loss.backward()
    kept.append(opt.param_groups[0]["lr"])
    opt.step()
    schedule.step()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "text", [SCHEDULE, SCHEDULE.replace("schedule.step()", "opt.param_groups[0]['lr'] *= 0.5")]
)
def test_the_learning_rate_of_a_schedule_is_the_one_that_the_step_used(text):
    history, kept = run(text)
    np.testing.assert_array_equal(history.metrics["learning_rate"][:], kept)
    assert len(set(kept)) > 1


def test_a_learning_rate_that_stays_is_none():
    history, _ = run(SCHEDULE.replace("    schedule.step()\n", ""))
    assert not history.metrics


def test_the_same_metrics_after_going_back():
    text = f"{HEAD}{STEP}    val_loss = evaluate(w)\n    print(val_loss)\n"
    with Timeline(Script(text)) as timeline:
        timeline.run()
        first = timeline.history.metrics["val_loss"][:]
        timeline.seek(2)
        timeline.run()
        np.testing.assert_array_equal(timeline.history.metrics["val_loss"][:], first)
        assert len(first) == 6


def test_a_thousand_names_of_metrics_are_not_all_recorded():
    text = f"{HEAD}{STEP}    scores = {{f'acc{{i}}': w + i for i in range(1000)}}\n"
    history, _ = run(text)
    assert 0 < len(history.metrics) <= 64


NAMED = ["acc", "val_acc", "accuracy", "train_accuracy_top1", "f1", "f1_score", "mean_iou", "lr"]
NAMED += ["current_lr", "rmse", "val_loss", "valid_loss", "test_loss", "loss_val", "dev_error"]
UNNAMED = ["w", "x", "val", "test", "val_x", "x_test", "accept", "accumulate", "total", "count"]


@pytest.mark.parametrize("name", NAMED)
def test_names_of_metrics(name):
    assert METRIC.fullmatch(name)


@pytest.mark.parametrize("name", UNNAMED)
def test_names_that_are_not_of_metrics(name):
    assert not METRIC.fullmatch(name)


def test_which_metrics_are_losses():
    assert all(map(is_loss, ["val_loss", "test_mse", "error", "nll", "Loss"]))
    assert not any(map(is_loss, ["accuracy", "f1", "lr", "perplexity", "error_rate"]))
