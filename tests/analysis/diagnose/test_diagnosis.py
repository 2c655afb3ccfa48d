"""What is said of a run, against the run itself: its recorded steps, and runs with other rates."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.diagnose.diagnosis import Verdict, too_early
from gdtui.analysis.diagnose.from_losses import diagnose_losses
from gdtui.analysis.numerals import numeral
from gdtui.analysis.study import Study
from gdtui.engine.record.history import History, Table
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]

assert torch.__version__  # the scripts' own imports then find it loaded

KEYS = {
    "verdict",
    "shrink_per_epoch",
    "curvatures",
    "largest_stable_learning_rate",
    "best_learning_rate",
    "text",
}


def edited(stage, *changes, **values):
    """A stage with other settings and some of its text replaced."""
    script = Script.stage(stage).with_settings(values)
    text = script.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return replace(script, text=text)


def own(text):
    """A script of one's own."""
    return replace(Script.stage("manual"), text=text, name="own")


def watched(script):
    """Every moment of some epochs, the end, and what going back from there comes by; each
    diagnosis with the study that gave it. What is said at a moment is to be the same however one
    comes there, and to have the right form."""
    with Timeline(script) as timeline:
        study = Study(script)
        said = {}

        def seen(moment):
            study.catch_up(moment, timeline.history)
            diagnosis = study.diagnosis
            assert study.diagnosis is diagnosis
            assert study.epochs == moment.epoch - (not moment.epoch_over)
            key = study.epochs, moment.status == "diverged"
            if key not in said:
                check_form(diagnosis)
            numbers = diagnosis.as_json()
            # Later epochs may tell more of the model, and of why there is no theory.
            del numbers["text"], numbers["curvatures"]
            assert said.setdefault(key, (diagnosis.line, numbers)) == (diagnosis.line, numbers)
            return diagnosis, study

        def stepped(epochs):
            while timeline.outcome is None and (
                timeline.epoch < epochs or not timeline.between_epochs
            ):
                yield seen(timeline.step())

        yield seen(timeline.start())
        yield from stepped(3)
        for epoch in (13, 17):
            yield seen(timeline.seek(epoch))
        yield from stepped(18)
        yield seen(timeline.seek(40))
        ended = seen(timeline.run())
        yield ended
        for _ in range(2):
            yield seen(timeline.back())
        for epoch in (3, 1, 0, 2):
            yield seen(timeline.seek(epoch))
        # And by a jump.
        assert at(script)[0] == ended[0]


def at(script, epoch=None):
    """The diagnosis at the end of an epoch or of the run, its start being all that was seen
    before, and the recorded epochs."""
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        moment = timeline.run() if epoch is None else timeline.seek(epoch)
        study.catch_up(moment, timeline.history)
        return study.diagnosis, timeline.history


# Measured, with formulas of their own -------------------------------------------------


def samples_of(script):
    values = {setting.name: setting.value for setting in script.settings}
    x = np.array(values["inputs"], dtype=float)
    return x.reshape(len(x), -1), np.array(values["targets"], dtype=float)


def errors_of(history, start, x, y):
    """The distance of the parameters from the best ones, before the first epoch and after each,
    along each direction in which the loss is curved, the steepest first; shape (epochs + 1,
    directions)."""
    columns = list(history.parameters.values())
    path = np.hstack([column[:].reshape(len(history), -1) for column in columns])
    begun = np.hstack([np.ravel(value) for value in start.values()])
    path = np.vstack([begun, path])
    design = np.hstack([x, np.ones((len(x), 1))])[:, : path.shape[1]]
    # The columns in units of their own, lest inputs of 1e6 leave no digits for the rest.
    units = np.abs(design).max(axis=0)
    units[units == 0] = 1.0
    best = np.linalg.lstsq(design / units, y)[0] / units
    _, singular, axes = np.linalg.svd(design)
    curved = np.count_nonzero(singular > 1e-12 * singular[0])
    path = path[np.isfinite(path).all(axis=1) & (np.abs(path).max(axis=1) < 1e30)]
    return (path - best) @ axes[:curved].T


def measured_factor(errors, momentum=False, floor=1e-3):
    """By how much an error shrinks or grows in an epoch: its mean factor, or with momentum the
    larger root of ``z**2 - a * z + b`` for the ``a`` and ``b`` that fit
    ``e[k+1] = a * e[k] - b * e[k-1]`` best."""
    sizes = np.abs(errors)
    gone = np.flatnonzero(sizes < floor * sizes[0])
    count = int(gone[0]) if len(gone) else len(errors)
    if not momentum:
        last = max(1, count - 1)
        return (sizes[last] / sizes[0]) ** (1 / last)
    errors = errors[: max(count, 5)][:40]
    pairs = np.stack([errors[1:-1], -errors[:-2]], axis=1)
    a, b = np.linalg.lstsq(pairs, errors[2:])[0]
    return np.abs(np.roots([1, -a, b])).max()


def measured_shrink(errors, momentum=False, floor=1e-3):
    """That of the direction that shrinks slowest, among those along which there is an error."""
    # Once one direction is far larger, the others are its rounding.
    size = np.abs(errors).max(axis=1)
    far = np.flatnonzero(size > 1e3 * size[0])
    errors = errors[: max(int(far[0]) + 1, 5)] if len(far) else errors
    there = [each for each in errors.T if abs(each[0]) > 1e-5 * size[0]]
    return max(measured_factor(each, momentum, floor) for each in there)


def check_form(diagnosis, verdicts=tuple(Verdict)):
    assert diagnosis.verdict in verdicts
    assert diagnosis.line == " ".join(diagnosis.sentences)
    for text in (*diagnosis.sentences, diagnosis.text, diagnosis.line):
        assert text.rstrip(")").endswith(".")
        assert "  " not in text
        assert text == text.strip()
        assert text[0].isupper() or text[0] == "("
        assert "nan" not in text
    printed = json.loads(json.dumps(diagnosis.as_json(), allow_nan=False))
    assert printed == diagnosis.as_json()
    assert set(printed) == KEYS
    assert printed["verdict"] == diagnosis.verdict.value


# What theory covers -------------------------------------------------------------------

SGD, SGD_MODEL = "torch.optim.SGD([w], lr=learning_rate", "parameters(), lr=learning_rate"
UPDATE, STEP = "w -= learning_rate * w.grad", "w -= learning_rate * float(dw)"
ACCUMULATES = ("    w.grad.zero_()\n", "")

# A momentum, or a scale that theory has to find out by itself.
WITH_MOMENTUM = {
    "stage 3 with momentum": edited("optimizer", (SGD, SGD + ", momentum=0.9")),
    "stage 3 with a small momentum": edited("optimizer", (SGD, SGD + ", momentum=0.2")),
    "stage 4 with momentum": edited("model", (SGD_MODEL, SGD_MODEL + ", momentum=0.9")),
    "stage 4 with momentum, growing": edited(
        "model", (SGD_MODEL, SGD_MODEL + ", momentum=0.5"), learning_rate=0.2
    ),
    "a velocity by hand": edited(
        "manual",
        (STEP, "velocity = 0.7 * velocity + float(dw)\n    w -= learning_rate * velocity"),
        ("for epoch", "velocity = 0.0\nfor epoch"),
        learning_rate=0.003,
    ),
    "a velocity that averages": edited(
        "manual",
        (STEP, "velocity = 0.7 * velocity + 0.3 * float(dw)\n    w -= learning_rate * velocity"),
        ("for epoch", "velocity = 0.0\nfor epoch"),
    ),
    "it passes through the minimum": edited(
        "optimizer", (SGD, SGD + ", momentum=0.5"), learning_rate=1 / 30
    ),
    "gradients that pile up": edited("autograd", ACCUMULATES, epochs=60),
    "gradients that pile up and diverge": edited("autograd", ACCUMULATES, learning_rate=0.3),
    "gradients of two parameters that pile up": edited(
        "model", ("    optimizer.zero_grad()\n", "")
    ),
}
ONE_SAMPLE = {"inputs": [3], "targets": [5]}
PLAIN = {
    **{f"stage {number}": Script.stage(stage) for number, stage in enumerate(LINEAR, 1)},
    "stage 1 by the mean": edited("manual", reduction="mean", epochs=40),
    "stage 1, oscillating": edited("manual", learning_rate=0.03, epochs=40),
    "stage 2, tiny steps": edited("autograd", learning_rate=1e-6),
    "stage 2 in one step": edited("autograd", learning_rate=1 / 15),
    "stage 2 for ever": edited("autograd", learning_rate=2 / 15),
    "stage 3, oscillating": edited("optimizer", learning_rate=0.125),
    "stage 3, diverging": edited("optimizer", learning_rate=0.14),
    "stage 3 to infinity": edited("optimizer", learning_rate=10.0),
    "stage 4, oscillating": edited("model", learning_rate=0.1),
    "stage 4, diverging": edited("model", learning_rate=0.125),
    "stage 5, diverging": edited("module", learning_rate=0.3),
    "stage 5, slow": edited("module", learning_rate=1e-4),
    "stage 4 from the other side": edited("model", weight=30.0, bias=-100.0),
    "inputs far from the bias": edited(
        "model",
        inputs=[1e6, 2e6, 3e6, 4e6],
        targets=[102.0, 104.0, 106.0, 108.0],
        weight=0.0,
        bias=100.0,
        learning_rate=1e-14,
    ),
    "stage 4, along the flat direction": edited("model", weight=1.7, bias=0.9, epochs=60),
    "divided by the samples": edited("manual", (STEP, "w -= learning_rate / 4 * float(dw)")),
    "a mean divided by the samples": edited(
        "manual", (STEP, "w -= learning_rate / 4 * float(dw)"), reduction="mean", epochs=40
    ),
    "two updates": edited("autograd", (UPDATE, f"{UPDATE}; {UPDATE}")),
    "a sum of squares": edited("optimizer", ("MSELoss()", "MSELoss(reduction='sum')"), epochs=40),
    "half the gradient": edited("autograd", ("loss.backward()", "(loss / 2).backward()")),
    "other samples": edited(
        "model", inputs=[-3, 0.5, 2, 7], targets=[1.5, -2, 4, 4.75], learning_rate=0.02
    ),
}
for _stage in ("manual", "autograd", "model"):
    PLAIN |= {
        f"constant inputs, {_stage}": edited(_stage, inputs=[3, 3, 3, 3]),
        f"one sample, {_stage}": edited(_stage, **ONE_SAMPLE),
        f"inputs of 1e6, {_stage}": edited(
            _stage, inputs=[1e6, 2e6, 3e6, 4e6], learning_rate=1e-14
        ),
        f"inputs of 1e-6, {_stage}": edited(_stage, inputs=[1e-6, 2e-6, 3e-6, 4e-6]),
    }
PLAIN |= {
    "inputs of 0 and a bias": edited("model", inputs=[0, 0, 0, 0]),
    "inputs of 1e-6, fast": edited("autograd", inputs=[1e-6, 2e-6, 3e-6, 4e-6], learning_rate=1e10),
}
THEORY = PLAIN | WITH_MOMENTUM
# A rule with a number that no setting names takes a third step.
FROM_THE_THIRD = {"a velocity by hand", "a velocity that averages"}


@pytest.mark.slow
@pytest.mark.parametrize("name", THEORY)
def test_what_theory_says_of_a_run_is_what_the_run_does(name):
    """At every moment, and the rates that it names are put to the test in runs of their own."""
    script, momentum = THEORY[name], name in WITH_MOMENTUM
    x, y = samples_of(script)
    claims, converged = set(), set()
    for diagnosis, study in watched(script):
        told = 3 if name in FROM_THE_THIRD else 2
        if study.epochs < 2:
            assert diagnosis == too_early(study.epochs)
        elif study.epochs >= told:
            if diagnosis.verdict is Verdict.CONVERGED:
                converged.add(study.epochs)
            rates = diagnosis.largest_stable_learning_rate, diagnosis.best_learning_rate
            claims.add((diagnosis.shrink_per_epoch, *rates, *diagnosis.curvatures))
    # It does not change its mind.
    ((claimed, limit, best, *curvatures),) = claims
    errors = errors_of(study.history, study.start, x, y)
    assert len(curvatures) == errors.shape[1]
    for epoch in converged:
        # By the loss, which is the sum of these up to a constant.
        excess = (errors[[0, epoch]] ** 2) @ np.array(curvatures)
        assert excess[1] <= 1e-9 * (excess[0] + np.mean(y**2))
    assert claimed == pytest.approx(measured_shrink(errors, momentum), rel=0.01, abs=2e-3)
    if "pile up" in name:
        assert limit is None
        assert best is None
        return
    for rate, grows in ((0.99 * limit, False), (1.01 * limit, True)):
        again = script.with_settings({"learning_rate": rate, "epochs": 500})
        _, history = at(again)
        steepest = errors_of(history, study.start, x, y)[:, 0]
        # Of an error that has grown to 1e30, no more is kept.
        assert (abs(steepest[-1]) > 3 * abs(steepest[0])) == grows, rate
    assert 0 < best < limit


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["manual", "autograd"])
def test_of_the_wrong_sign_theory_says_how_it_grows_and_what_the_right_one_would_allow(stage):
    script = edited(stage, ("w -= ", "w += "))
    x, y = samples_of(script)
    for diagnosis, study in watched(script):
        if study.epochs >= 2:
            assert diagnosis.verdict is Verdict.DIVERGING
            assert "wrong sign" in diagnosis.text
            assert "With the right sign" in diagnosis.text
    growth = measured_shrink(errors_of(study.history, study.start, x, y))
    assert growth > 1
    assert diagnosis.shrink_per_epoch == pytest.approx(growth, rel=0.01)
    right, _ = at(Script.stage(stage), 2)
    assert diagnosis.largest_stable_learning_rate == right.largest_stable_learning_rate


LIMITS = {"manual": 1 / 30, "autograd": 2 / 15, "optimizer": 2 / 15} | dict.fromkeys(
    ("model", "module"), 4 / (17 + np.sqrt(17**2 - 20))
)


@pytest.mark.parametrize("away", [-1e-2, -1e-5, -1e-7, 1e-7, 1e-5, 1e-2])
def test_a_rate_close_to_its_limit_does_not_look_like_it(away):
    rate = (1 + away) / 30
    diagnosis, _ = at(Script.stage("manual").with_settings({"learning_rate": rate}), 2)
    said = re.search(r"1 - learning rate x curvature = 1 - (\S+) x 60 = (\S+)\.", diagnosis.text)
    limit = re.search(r"learning rate below (\S+);", diagnosis.text)
    assert (float(said[1]) > float(limit[1])) == (away > 0)
    assert said[1] != limit[1]
    assert (float(said[2]) < -1) == (away > 0)
    assert float(said[2]) != -1
    # With no more digits than that takes.
    assert len(said[1].strip("0.")) <= max(5, 2 - np.log10(abs(away)) + 1)


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
def test_the_limits_of_the_stages(stage):
    diagnosis, _ = at(Script.stage(stage), 2)
    limit = diagnosis.largest_stable_learning_rate
    assert limit == pytest.approx(LIMITS[stage], rel=1e-9)
    best = {"manual": 1 / 60, "autograd": 1 / 15, "optimizer": 1 / 15}.get(stage, 2 / 17)
    assert diagnosis.best_learning_rate == pytest.approx(best, rel=1e-9)
    # The limit and the best are rounded alike, as everywhere else.
    for number in (numeral(limit), numeral(best)):
        assert number in diagnosis.text
        assert number in diagnosis.line


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "epoch", "verdict", "said"),
    [
        (Script.stage("autograd"), 0, Verdict.TOO_EARLY, "No epoch is over yet"),
        (Script.stage("autograd"), 1, Verdict.TOO_EARLY, "after 1 epoch"),
        (edited("model", epochs=1), None, Verdict.TOO_EARLY, "after 1 epoch"),
        (Script.stage("autograd"), 2, Verdict.SMOOTH, "1 - 0.01 x 15"),
        (Script.stage("manual"), 2, Verdict.SMOOTH, "a sum, not a mean"),
        (Script.stage("manual"), 2, Verdict.SMOOTH, "4 x 15 = 60"),
        (Script.stage("model"), 2, Verdict.SMOOTH, "55.8 times flatter"),
        (PLAIN["stage 2 in one step"], 2, Verdict.ONE_STEP, "1 divided by the curvature"),
        (edited("manual", learning_rate=1 / 60), 2, Verdict.ONE_STEP, "a sum, not a mean"),
        (PLAIN["stage 3, oscillating"], 2, Verdict.OSCILLATING, "converging"),
        (PLAIN["stage 3, oscillating"], 2, Verdict.OSCILLATING, "= -0.875"),
        (PLAIN["stage 2 for ever"], 2, Verdict.OSCILLATING, "for ever"),
        (PLAIN["stage 4, oscillating"], 2, Verdict.OSCILLATING, "flat direction"),
        (PLAIN["stage 2, tiny steps"], 2, Verdict.SMOOTH, "leaves 99.9985 %"),
        (edited("autograd", learning_rate=1e-9), 2, Verdict.STALLED, "leaves over 99.9999 %"),
        (edited("autograd", learning_rate=1e-7), 2, Verdict.STALLED, "far too small"),
        (edited("autograd", learning_rate=0.0), 2, Verdict.STALLED, "learning rate is 0"),
        (edited("model", learning_rate=0.0), None, Verdict.STALLED, "learning rate is 0"),
        (PLAIN["inputs of 1e6, model"], 2, Verdict.STALLED, "in the flat direction"),
        (Script.stage("optimizer"), None, Verdict.CONVERGED, "after 100 epochs"),
        (
            edited("optimizer", learning_rate=0.125, epochs=150),
            None,
            Verdict.CONVERGED,
            "oscillating",
        ),
        (PLAIN["stage 4, diverging"], 2, Verdict.DIVERGING, "1.0876"),
        (PLAIN["stage 4, diverging"], None, Verdict.DIVERGING, "The steep direction decides"),
        (PLAIN["stage 3 to infinity"], None, Verdict.DIVERGING, "by 149"),
        (WITH_MOMENTUM["gradients that pile up"], 2, Verdict.OSCILLATING, "never zeroed"),
        (WITH_MOMENTUM["gradients that pile up and diverge"], 9, Verdict.DIVERGING, "never zeroed"),
        (WITH_MOMENTUM["stage 3 with momentum"], 2, Verdict.OSCILLATING, "90 % of the last"),
        (edited("optimizer", (SGD, SGD + ", maximize=True")), 2, Verdict.DIVERGING, "wrong sign"),
    ],
)
def test_the_verdict_on_a_run_and_what_is_said_of_it(script, epoch, verdict, said):
    diagnosis, _ = at(script, epoch)
    assert diagnosis.verdict is verdict
    assert said in diagnosis.text


def test_a_learning_rate_that_the_script_does_not_use_is_not_what_is_spoken_of():
    script = edited("manual", (STEP, "w -= 0.005 * float(dw)"))
    diagnosis, _ = at(script, 5)
    assert "1 - 0.005 x 60" in diagnosis.text
    assert diagnosis.largest_stable_learning_rate == pytest.approx(1 / 30, rel=1e-6)


def test_converged_is_not_said_of_an_error_that_comes_back():
    """With this momentum the weight stands right at the minimum after the second epoch."""
    script = WITH_MOMENTUM["it passes through the minimum"]
    _, history = at(script, 3)
    weight = history.parameters["w"][:]
    assert abs(weight[1] - 2) < 1e-6 < 0.1 < abs(weight[2] - 2)
    assert at(script, 2)[0].verdict is Verdict.OSCILLATING
    assert at(script)[0].verdict is Verdict.CONVERGED


def test_a_rounding_error_that_grows_is_seen():
    """The steep direction begins at its minimum, all but the last digit, and is unstable."""
    script = own(
        """import numpy as np
x = np.array([[10.0, 0.0], [0.0, 1.0]])
y = np.array([20.1, 3.0])
w = np.array([2.01, 0.0])
learning_rate = 0.1
for epoch in range(60):
    y_pred = x @ w
    loss = ((y_pred - y) ** 2).mean()
    dw = 2 * x.T @ (y_pred - y) / 2
    w = w - learning_rate * dw
"""
    )
    diagnosis, history = at(script)
    assert history.loss[-1] > 1e30
    assert diagnosis.verdict is Verdict.DIVERGING
    assert diagnosis.shrink_per_epoch == pytest.approx(9, rel=1e-6)


# What theory does not cover -----------------------------------------------------------

LOGISTIC = """import torch
x = torch.tensor([[-2.0], [-1.0], [1.0], [2.0]])
y = torch.tensor([[0.0], [0.0], [1.0], [1.0]])
learning_rate = 0.1
model = torch.nn.Linear(1, 1)
with torch.no_grad():
    model.weight.fill_(0.1)
    model.bias.fill_(0.2)
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
for epoch in range(50):
    y_pred = torch.sigmoid(model(x))
    loss = torch.nn.functional.binary_cross_entropy(y_pred, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""
BATCHES = """import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([2.0, 4.0, 6.0, 9.0])
w = 0.5
learning_rate = 0.01
for epoch in range(50):
    for i in range(0, 4, size):
        xb, yb = x[i : i + size], y[i : i + size]
        y_pred = w * xb
        loss = ((y_pred - yb) ** 2).mean()
        dw = (2 * xb * (y_pred - yb)).mean()
        w -= learning_rate * dw
"""
BY_LOSSES = "This is based on the losses alone, because "
BY_RECORDS = "This is based on its records, because "
NOT_LINEAR, NOT_SQUARED = "is not a weight times the inputs", "not a multiple of those of y_pred"
PARTS = "it trains on batches"
NO_LINE = (NOT_LINEAR, NOT_SQUARED, PARTS)
NO_RULE, OTHER = "do not show a rule", "are those of "
WITHIN = "hardly larger than rounding errors"


def optimizer(call, **values):
    return edited("optimizer", (SGD, f"torch.optim.{call}"), **values)


# Each with why there is no theory.
UNCOVERED = {
    "Adam": (optimizer("Adam([w], lr=learning_rate"), OTHER + "Adam"),
    "Adam in tiny steps": (
        optimizer("Adam([w], lr=learning_rate", learning_rate=1e-4),
        OTHER + "Adam",
    ),
    "Adam, two parameters": (
        edited("model", ("SGD(", "Adam(")),
        OTHER + "Adam",
    ),
    "RMSprop": (optimizer("RMSprop([w], lr=learning_rate"), OTHER + "RMSprop"),
    "Adagrad": (optimizer("Adagrad([w], lr=learning_rate"), OTHER + "Adagrad"),
    "Nesterov": (
        edited("optimizer", (SGD, SGD + ", momentum=0.9, nesterov=True")),
        OTHER + "SGD with nesterov",
    ),
    "Nesterov, two parameters": (
        edited("model", (SGD_MODEL, SGD_MODEL + ", momentum=0.9, nesterov=True")),
        OTHER + "SGD with nesterov",
    ),
    **{
        f"weight decay of {decay}": (
            edited("optimizer", (SGD, SGD + f", weight_decay={decay}")),
            OTHER + "SGD with weight_decay",
        )
        for decay in (1, 0.1, 0.01, 1e-4)
    },
    "damped momentum": (
        edited("optimizer", (SGD, SGD + ", momentum=0.9, dampening=0.5")),
        OTHER + "SGD with dampening",
    ),
    "clipping": (
        edited("autograd", ("    with torch", "    w.grad.clamp_(-1, 1)\n    with torch")),
        NO_RULE,
    ),
    "noise": (
        edited(
            "autograd",
            (UPDATE, f"{UPDATE} + 0.001 * torch.randn(())"),
            ("for epoch", "torch.manual_seed(1)\nfor epoch"),
        ),
        NO_RULE,
    ),
    "a rate that decays": (
        edited("manual", (STEP, "w -= learning_rate / (epoch + 1) * float(dw)")),
        NO_RULE,
    ),
    "every other epoch": (edited("autograd", (UPDATE, f"{UPDATE} * (epoch % 2)")), NO_RULE),
    "not in the first epochs": (
        edited("autograd", (UPDATE, f"{UPDATE} * (epoch > 4)"), w=0.5),
        NO_RULE,
    ),
    "the slope of another loss": (
        edited("manual", (STEP, "w -= learning_rate * float(np.sign(dw))")),
        NO_RULE,
    ),
    "near the minimum": (edited("model", weight=2.0000002, bias=1e-7), NO_RULE),
    "a sigmoid with squared errors": (
        own(LOGISTIC.replace("binary_cross_entropy(", "mse_loss(")),
        NOT_LINEAR,
    ),
    "logistic regression with weights": (
        own(
            LOGISTIC.replace("torch.sigmoid(model(x))", "model(x)").replace(
                "entropy(y_pred, y", "entropy_with_logits(y_pred, y, pos_weight=torch.tensor(3.0)"
            )
        ),
        NOT_SQUARED,
    ),
    "absolute error": (edited("optimizer", ("MSELoss", "L1Loss")), NOT_SQUARED),
    "Huber": (edited("optimizer", ("MSELoss", "SmoothL1Loss")), NOT_SQUARED),
    "a scaled target": (edited("autograd", ("(y_pred - y)", "(y_pred - 3 * y)")), NOT_SQUARED),
    "a squared feature": (edited("manual", ("return w * x", "return w * x**2")), NOT_LINEAR),
    "batches": (own(BATCHES.replace("size", "2")), PARTS),
    "one sample at a time": (own(BATCHES.replace("size", "1")), PARTS),
    **{
        f"batches of {size} in steps of {rate}": (
            own(BATCHES.replace("size", str(size)).replace("0.01", str(rate))),
            "",
        )
        for size in (1, 2)
        for rate in (1e-3, 1e-5, 3e-6, 1e-7)
    },
    "it overflows at once": (edited("model", learning_rate=1e30), "the loss grew"),
}
STANDS = {
    "a rate of 0 in stage 1": (edited("manual", learning_rate=0.0), "the learning rate is 0"),
    "a rate of 0 in stage 2": (edited("autograd", learning_rate=0.0), "the learning rate is 0"),
    "a rate of 0 in stage 4": (edited("model", learning_rate=0.0), "the learning rate is 0"),
    "a rate of 0 by Adam": (
        optimizer("Adam([w], lr=learning_rate", learning_rate=0.0),
        "the learning rate is 0",
    ),
    "at the minimum": (edited("autograd", w=2.0), "the gradient is 0"),
    "at the minimum, all but a digit": (
        edited("autograd", w=2.0000002),
        "is too small for float32 to change w",
    ),
    "at the minimum of two": (edited("model", weight=2.0, bias=0.0), "the gradient is 0"),
    "inputs of 0": (edited("manual", inputs=[0, 0, 0, 0]), "the gradient is 0"),
    "inputs of 0 and a weight": (edited("autograd", inputs=[0, 0], targets=[1, 2], w=3.0), "is 0"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", UNCOVERED)
def test_where_theory_does_not_hold_none_is_claimed_at_any_moment(name):
    script, why = UNCOVERED[name]
    had_problem = False
    for diagnosis, study in watched(script):
        assert diagnosis.shrink_per_epoch is None
        assert diagnosis.largest_stable_learning_rate is None
        assert diagnosis.best_learning_rate is None
        if study.epochs < 2:
            assert diagnosis == too_early(study.epochs)
        elif study.moment.status != "diverged":
            # Where the loss stays, its gradients and parameters say why.
            assert (BY_LOSSES in diagnosis.text) != (BY_RECORDS in diagnosis.text)
            basis = "losses" if BY_LOSSES in diagnosis.text else "records"
            assert f"By its {basis}" in diagnosis.line
        has_problem = study.problem is not None
        if why in NO_LINE:
            assert not study.is_proved
            assert diagnosis.curvatures == ()
            # A picture of it would come and go with every epoch.
            assert had_problem or not has_problem or study.moment.epoch == 1
        elif why:
            assert has_problem or not study.moment.step
        had_problem = has_problem
    assert why in at(script)[0].text
    assert (why in NO_LINE) <= (not had_problem)


@pytest.mark.slow
@pytest.mark.parametrize("name", STANDS)
def test_of_a_run_that_never_moves_the_cause_is_named_at_every_moment(name):
    script, why = STANDS[name]
    loss = at(script)[1].loss[0]
    for diagnosis, study in watched(script):
        assert study.problem is not None or not study.moment.step
        assert diagnosis.shrink_per_epoch is None
        assert diagnosis.largest_stable_learning_rate is None
        if study.epochs >= 2:
            assert diagnosis.verdict is Verdict.STALLED
            assert why in diagnosis.text
            assert f"the loss stays at {numeral(loss)}." in diagnosis.text


@pytest.mark.parametrize("rate", [0.01, 0.0])
def test_without_a_loss_nothing_is_said_of_one(rate):
    script = own(
        f"""import numpy as np
x = np.array([1.0, 2.0, 3.0, 4.0])
y = np.array([2.0, 4.0, 6.0, 9.0])
w = 0.5
learning_rate = {rate}
for epoch in range(50):
    y_pred = w * x
    dw = (2 * x * (y_pred - y)).mean()
    w -= learning_rate * dw
"""
    )
    for diagnosis, study in watched(script):
        if study.epochs < 2:
            assert diagnosis == too_early(study.epochs)
        elif rate:
            assert diagnosis.text == ("No loss was found in this script, so there is no diagnosis.")
        else:
            assert diagnosis.text == "Stalled: the learning rate is 0, so nothing moves."


@pytest.mark.slow
@pytest.mark.parametrize("change", [4, 20])
def test_a_scheduled_rate_is_covered_until_it_first_changes(change):
    made = f"{SGD})\nscheduler = torch.optim.lr_scheduler.StepLR(optimizer, {change}, gamma=0.1)"
    script = edited(
        "optimizer",
        (SGD + ")", made),
        ("    optimizer.step()\n", "    optimizer.step()\n    scheduler.step()\n"),
        w=0.5,
        learning_rate=0.02,
    )
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        for epoch in (*range(2, 30), 60, 100, 90, change, 3):
            study.catch_up(timeline.seek(epoch), timeline.history)
            if epoch > change:
                assert study.diagnosis.shrink_per_epoch is None
                assert NO_RULE in study.diagnosis.text
            else:
                errors = timeline.history.parameters["w"][:epoch] - 2
                measured = (errors[-1] / errors[0]) ** (1 / (epoch - 1))
                assert study.diagnosis.shrink_per_epoch == pytest.approx(measured, rel=0.01)


# Words --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
@pytest.mark.parametrize("rate", [0.0, 1e-7, 0.001, 0.01, 1 / 60, 1 / 15, 0.1, 0.125, 2 / 15, 1.0])
def test_the_short_sentences_of_the_stages_are_short(stage, rate):
    script = edited(stage, learning_rate=rate)
    for epoch in (0, 1, 2, 20, None):
        for sentence in at(script, epoch)[0].sentences:
            assert len(sentence) <= 100, sentence


@pytest.mark.parametrize(
    ("losses", "verdict", "said"),
    [
        ([np.nan], Verdict.UNKNOWN, "No loss is finite"),
        ([4.0, 2.0, 1.0, 0.5, 0.25], Verdict.SMOOTH, "evenly: an epoch leaves 50 % of the loss"),
        ([4.0, 2.0, 2.1, 1.0, 0.5, 0.125], Verdict.SMOOTH, "unevenly: an epoch leaves 50 %"),
        ([4.0, 2.0, 3.0, 2.5, 2.75], Verdict.OSCILLATING, "converging"),
        ([1.0, 2.0, 4.0, 8.0, 16.0], Verdict.DIVERGING, "rose from 1 to 16 in 4 epochs"),
        ([1.0, 2.0, 3.0, 4.0, 5.0], Verdict.DIVERGING, "rose from 1 to 5 in 4 epochs"),
        # It levels off.
        ([2 - 0.5**k for k in range(30)], Verdict.STALLED, "not fallen over 29 epochs"),
        ([5.0] * 10, Verdict.STALLED, "stays at 5"),
        ([0.0, 0.0], Verdict.CONVERGED, "down to 0"),
        ([1e-13, 1e-14], Verdict.CONVERGED, "down to 1e-14"),
        ([-1.0, -2.0, -3.0, -4.0, -5.0], Verdict.SMOOTH, "evenly: the loss is -5"),
        ([1 + (-0.8) ** k for k in range(20)], Verdict.OSCILLATING, "converging"),
        ([1 + (-1.0) ** k / 2 for k in range(20)], Verdict.OSCILLATING, "without settling"),
        ([10 + (-1.3) ** k for k in range(14)], Verdict.DIVERGING, ""),
    ],
)
def test_losses_alone_give_a_verdict_and_say_that_they_do(losses, verdict, said):
    diagnosis = diagnose_losses(losses, 4.0, because="nothing else is known")
    check_form(diagnosis)
    assert diagnosis.verdict is verdict, diagnosis.text
    assert said in diagnosis.text
    assert diagnosis.text.endswith(
        "This is based on the losses alone, because nothing else is known."
    )


@pytest.mark.slow
@given(
    st.lists(st.floats() | st.floats(0, 2), min_size=1, max_size=40),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_losses_give_a_line(losses, first):
    diagnosis = diagnose_losses(losses, first, because="nothing else is known")
    check_form(diagnosis)
    finite = [each for each in losses[-32:] if np.isfinite(each)]
    if not finite:
        assert diagnosis.verdict is Verdict.UNKNOWN
    # What is said of a share of the loss is so.
    if "an epoch leaves" in diagnosis.text:
        window = finite
        shown = float(diagnosis.text.split("leaves ")[1].split(" %")[0].removeprefix("over "))
        measured = 100 * (window[-1] / window[0]) ** (1 / (len(window) - 1))
        assert shown == pytest.approx(measured, rel=0.01, abs=1e-300)


# Small problems, through the engine ---------------------------------------------------

NUMPY = """import numpy as np
x = np.array({x})
y = np.array({y})
w = np.array({w})
b = {b}
velocity_w, velocity_b = np.zeros({features}), 0.0
learning_rate = {rate!r}
momentum = {momentum!r}
for epoch in range(40):
    y_pred = x @ w{plus_b}
    loss = ((y_pred - y) ** 2).mean()
    dw = 2 * x.T @ (y_pred - y){per_sample}
    velocity_w = momentum * velocity_w + dw
    w = w - learning_rate * velocity_w
{update_b}"""
UPDATE_B = """    db = 2 * (y_pred - y).sum(){per_sample}
    velocity_b = momentum * velocity_b + db
    b = b - learning_rate * velocity_b
"""
halves = st.integers(-8, 8).map(lambda each: each / 4)


@st.composite
def small_problems(draw):
    features, samples = draw(st.integers(1, 3)), draw(st.integers(1, 8))
    row = st.lists(halves, min_size=features, max_size=features)
    x = draw(st.lists(row, min_size=samples, max_size=samples))
    if not np.any(x):
        x[0][0] = 1.0
    y = draw(st.lists(halves, min_size=samples, max_size=samples))
    w = draw(row)
    return x, y, w, draw(st.none() | halves), draw(st.booleans()), draw(st.floats(0.1, 1.4))


@pytest.mark.slow
@settings(max_examples=200)
@given(small_problems(), st.just(0.0) | st.floats(0.1, 0.9))
@example(([[0, 0.25], [0, 0]], [0, 0.25], [0.0, 0.0], 0.0, False, 0.5), 0.0)
def test_two_hundred_small_problems_shrink_as_is_said(problem, momentum):
    """1 to 3 features, 1 to 8 samples, with and without bias, by the mean or the sum, at 0.1 to
    1.4 of the largest stable rate."""
    x, y, w, b, adds_up, share = problem
    inputs = np.array(x)
    design = np.hstack([inputs, np.ones((len(x), 1))][: 1 + (b is not None)])
    steep = 2 / len(x) * np.linalg.svd(design)[1][0] ** 2 * (len(x) if adds_up else 1)
    limit = 2 * (1 + momentum) / steep
    per_sample = "" if adds_up else " / len(x)"
    script = own(
        NUMPY.format(
            x=x,
            y=y,
            w=w,
            b=0.0 if b is None else b,
            features=inputs.shape[1],
            rate=share * limit,
            momentum=momentum,
            plus_b="" if b is None else " + b",
            per_sample=per_sample,
            update_b="" if b is None else UPDATE_B.format(per_sample=per_sample),
        )
    )
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run(), timeline.history)
    diagnosis = study.diagnosis
    check_form(diagnosis)
    start = {"w": w} | ({} if b is None else {"b": b})
    errors = errors_of(study.history, start, inputs, np.array(y))
    size = np.abs(errors[0]).max()
    if size < 1e-9:
        assert diagnosis.verdict is Verdict.STALLED or diagnosis.shrink_per_epoch is None
        return
    # A weight that stays 0 leaves its inputs undecided.
    if not study.is_proved:
        assert not np.any(study.history.parameters["w"][:7])
        assert not np.any(w)
        return
    assert diagnosis.largest_stable_learning_rate == pytest.approx(limit, rel=1e-6)
    measured = measured_shrink(errors, momentum > 0, floor=1e-6)
    assert diagnosis.shrink_per_epoch == pytest.approx(measured, rel=0.01, abs=1e-3)
    if measured > 1.001:
        assert diagnosis.verdict is Verdict.DIVERGING
    elif measured < 0.999:
        assert diagnosis.verdict is not Verdict.DIVERGING


# What it costs ------------------------------------------------------------------------


@pytest.mark.parametrize("script", [PLAIN["stage 2 in one step"], UNCOVERED["Adam"][0]])
def test_a_long_run_is_no_more_to_read_than_a_short_one(monkeypatch, script):
    script = script.with_settings({"epochs": 60})
    with Timeline(script) as timeline:
        start, end = timeline.start(), timeline.run()
        known = timeline.history
    read, block = [], Table.block

    def counted(self, begin, stop, left, right):
        read.append(stop - begin)
        return block(self, begin, stop, left, right)

    monkeypatch.setattr(Table, "block", counted)
    counts = []
    for epochs in (60, 1000, 100_000):
        history = History()
        history.lay_out(known.fields)
        rows = block(known.table, 0, 60, 0, known.table.width)
        # It goes on as it ended.
        history.table.extend(np.vstack([rows, np.repeat(rows[-1:], epochs - 60, axis=0)]))
        study = Study(script)
        study.catch_up(start, history)
        read.clear()
        study.catch_up(replace(end, epoch=epochs, recorded=epochs), history)
        assert study.epochs == epochs
        assert study.diagnosis.verdict is not Verdict.TOO_EARLY
        counts.append((len(read), sum(read)))
        read.clear()
        # And what is known is not looked up again.
        study.catch_up(replace(end, epoch=epochs, recorded=epochs), history)
        assert study.diagnosis.text
        assert not read
    assert counts[1] == counts[2]
    # Where the loss stays, a few gradients are looked at as well.
    assert 0 <= counts[1][1] - counts[0][1] <= 8
    assert counts[0][1] < 500
