"""The diagnosis of logistic regression: what it measures is so, and what it says of learning rates
holds."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.analysis.diagnose.diagnosis import Verdict, too_early
from gdtui.analysis.study import Study
from gdtui.stages import STAGES

STAGE = Script.stage("logistic")


def watched(script):
    """A study after each epoch of a run."""
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        yield study
        for moment in timeline.epochs():
            study.catch_up(moment, timeline.history)
            yield study


def at_end(script=STAGE, **values):
    script = script.with_settings(values)
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.run(), timeline.history)
    return study


def curvatures_by_torch(study, at):
    x, y = (torch.tensor(study.script.value(each)) for each in ("inputs", "targets"))

    def loss(vector):
        z = vector[0] * x.double() + vector[1]
        return torch.nn.functional.binary_cross_entropy_with_logits(z, y.double())

    hessian = torch.autograd.functional.hessian(loss, torch.tensor(at))
    return torch.linalg.eigvalsh(hessian).flip(0).numpy()


@pytest.mark.slow
def test_the_curvatures_are_those_at_the_present_parameters_and_change():
    largest = []
    for study in watched(STAGE.with_settings({"epochs": 30})):
        found = study.diagnosis
        if study.epochs < 2:
            assert found == too_early(study.epochs)
            continue
        now = study.parameters_at(study.epochs)
        np.testing.assert_allclose(found.curvatures, curvatures_by_torch(study, now), rtol=1e-6)
        # The first number in the short line, and the limit that follows from it.
        curvature, limit = re.findall(r"Curvature (\S+) here: stable below (\S+)\.", found.line)[0]
        assert float(curvature) == pytest.approx(found.curvatures[0], rel=1e-4)
        assert float(limit) == pytest.approx(2 / found.curvatures[0], rel=1e-4)
        assert "The curvature changes with the parameters" in found.text
        assert "convex, with one minimum: 0.31288 at w = 2.5646, b = -5.7703" in found.text
        assert "0.5, is below that" in found.text
        # No factor is the same in every epoch, and no limit holds everywhere.
        assert found.shrink_per_epoch is None
        assert found.largest_stable_learning_rate is None
        largest.append(found.curvatures[0])
    assert max(largest) > 1.2 * min(largest)


@pytest.mark.parametrize("stage", [stage.key for stage in STAGES if not stage.linear])
def test_it_is_never_told_that_theory_is_lacking(stage):
    for study in watched(Script.stage(stage).with_settings({"epochs": 20})):
        assert "exact theory" not in study.diagnosis.text + study.diagnosis.line + study.mismatch


def test_what_an_epoch_leaves_is_what_the_losses_show():
    study = at_end()
    assert study.diagnosis.verdict is Verdict.SMOOTH
    (share,) = re.findall(
        r"an epoch leaves (\S+) % of what the loss is above", study.diagnosis.text
    )
    above = study.history.loss[:] - study.problem.least_loss
    assert float(share) / 100 == pytest.approx((above[-1] / above[-32]) ** (1 / 31), rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("start", [(0.0, 0.0), (8.0, 8.0), (-20.0, 3.0)])
def test_below_the_limit_for_everywhere_every_start_converges(start):
    (limit,) = re.findall(r"every learning rate below (\S+) converges", at_end().diagnosis.text)
    values = {"learning_rate": 0.99 * float(limit), "epochs": 6000}
    study = at_end(w=start[0], b=start[1], **values)
    losses = study.history.loss[:]
    assert (np.diff(losses) <= 1e-12).all()
    np.testing.assert_allclose(study.parameters_at(6000), study.problem.minimum, rtol=1e-4)
    assert study.diagnosis.verdict is Verdict.CONVERGED


@pytest.mark.slow
@pytest.mark.parametrize(("share", "settles"), [(0.98, True), (1.05, False)])
def test_the_limit_at_the_minimum_decides_whether_a_run_settles_there(share, settles):
    (limit,) = re.findall(r"At the minimum the limit is (\d+\.\d+)", at_end().diagnosis.text)
    at = {"w": 2.564587, "b": -5.770320}  # near the minimum
    study = at_end(**at, learning_rate=share * float(limit), epochs=3000)
    away = np.abs(study.parameters_at(3000) - study.problem.minimum).max()
    assert (away < 1e-6) == settles
    assert ("so the run does not settle there" in study.diagnosis.text) == (not settles)
    assert (study.diagnosis.verdict is Verdict.OSCILLATING) == (not settles)


CASES = {
    "a sign turned round": ({"learning_rate": -0.1}, Verdict.DIVERGING, "its sign is wrong"),
    "far too small": ({"learning_rate": 1e-9}, Verdict.STALLED, "leaves over 99.9999 %"),
    "no learning rate": ({"learning_rate": 0.0}, Verdict.STALLED, "the learning rate is 0"),
    "far too large": ({"learning_rate": 20.0}, Verdict.OSCILLATING, "each step turns back"),
    "at the minimum": ({"epochs": 20000}, Verdict.CONVERGED, "at its minimum, 0.31288"),
    "separable": (
        {"targets": [0, 0, 0, 0, 1, 1, 1, 1]},
        Verdict.SMOOTH,
        "falls towards 0 while the parameters grow without end",
    ),
    "one class": ({"targets": [1] * 8}, Verdict.SMOOTH, "parameters grow without end"),
    "one input": (
        {"inputs": [2.0] * 8, "targets": [0] + [1] * 7},
        None,
        "no single finite minimum was found",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_other_runs(name):
    values, verdict, says = CASES[name]
    found = at_end(**values).diagnosis
    assert verdict is None or found.verdict is verdict
    assert says in found.text
    if "one" not in name and name != "separable" and "no learning" not in name:
        assert "with one minimum" in found.text
    if verdict is Verdict.DIVERGING:
        assert "stable" not in found.text + found.line


def test_a_sum_of_gradients_multiplies_the_curvature():
    text = STAGE.text.replace("(error * x).mean(), error.mean()", "(error * x).sum(), error.sum()")
    study = at_end(Script(text), learning_rate=0.05)
    assert study.descent.scale == 8
    plain = study.problem.curvatures(study.parameters_at(200))
    np.testing.assert_allclose(study.diagnosis.curvatures, 8 * plain)
    assert "That is 8 times the curvature of the loss" in study.diagnosis.text


def test_of_another_rule_no_learning_rate_is_said_to_be_stable():
    text = STAGE.with_settings({"use_torch": True}).text.replace("optim.SGD", "optim.Adam")
    found = at_end(Script(text), learning_rate=0.1).diagnosis
    assert found.curvatures
    assert "stable below" not in found.text + found.line
    assert "because its updates are those of Adam, not of plain gradient descent." in found.text


def test_momentum_moves_the_limit():
    text = STAGE.with_settings({"use_torch": True}).text.replace(
        "lr=learning_rate)", "lr=learning_rate, momentum=0.5)"
    )
    found = at_end(Script(text)).diagnosis
    (limit,) = re.findall(r"here below 2 x 1.5 / \S+ = (\S+);", found.text)
    assert float(limit) == pytest.approx(3 / found.curvatures[0], rel=1e-4)
    assert "converges, from any start" not in found.text
