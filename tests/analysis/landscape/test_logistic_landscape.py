"""The cross-entropy over the parameters of logistic regression, from the samples themselves."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.analysis.landscape.landscape import Landscape, LossCurve, LossSurface
from gdtui.analysis.study import Study

STAGE = Script.stage("logistic")
ONE_WEIGHT = """import numpy as np
x = np.array([-2.0, -1.0, 0.5, 1.0])
y = np.array([0.0, 1.0, 0.0, 1.0])
learning_rate = 0.5
w = {w}
for epoch in range(9):
    p = 1 / (1 + np.exp(-w * x))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    dw = np.mean((p - y) * x)
    w = w - learning_rate * dw
"""


def looked(script, epochs):
    study, landscape = Study(script), Landscape()
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        for _ in range(epochs):
            study.catch_up(timeline.next_epoch(), timeline.history)
            view = landscape.look(study)
        following = timeline.next_epoch()
    return view, study, following


def by_torch(x, y, w, b=0.0):
    z = torch.tensor(np.multiply.outer(w, x) + np.asarray(b)[..., np.newaxis])
    losses = torch.nn.functional.binary_cross_entropy_with_logits(
        z, torch.tensor(y, dtype=torch.float64).expand_as(z), reduction="none"
    )
    return losses.mean(dim=-1).numpy()


@pytest.mark.parametrize("use_torch", [False, True])
def test_the_surface_is_the_loss_of_the_samples(use_torch):
    script = STAGE.with_settings({"use_torch": use_torch})
    view, _, following = looked(script, 7)
    assert isinstance(view, LossSurface)
    x, y = (np.array(script.value(each), dtype=float) for each in ("inputs", "targets"))
    rows, columns = view.log_loss.shape
    across, up = np.linspace(*view.x_limits, columns), np.linspace(*view.y_limits, rows)
    expected = by_torch(x, y, *np.meshgrid(across, up))
    np.testing.assert_allclose(10.0**view.log_loss, expected, rtol=1e-9)
    for place in (view.here, view.best, view.next):
        assert place.loss == pytest.approx(float(by_torch(x, y, *place.at)), rel=1e-9)
        for at, (low, high) in zip(place.at, (view.x_limits, view.y_limits), strict=True):
            assert low < at < high
    assert view.best.loss <= expected.min() + 1e-12
    assert len(view.path) == 8
    np.testing.assert_allclose(view.path[0], [0, 0])
    np.testing.assert_allclose(
        view.next.at, [float(following.parameters[each]) for each in ("w", "b")]
    )


def test_over_one_weight_it_is_a_curve_with_its_tangent():
    view, study, following = looked(Script(ONE_WEIGHT.format(w=-3.0)), 4)
    assert isinstance(view, LossCurve)
    x, y = study.problem.x[:, 0], study.problem.y
    np.testing.assert_allclose(view.y, by_torch(x, y, view.x), rtol=1e-9)
    step = 1e-6
    ahead, behind = (float(by_torch(x, y, view.here.at[0] + each)) for each in (step, -step))
    assert view.slope == pytest.approx((ahead - behind) / (2 * step), rel=1e-6)
    assert view.best.loss <= view.y.min() + 1e-12
    assert view.next.at[0] == pytest.approx(following.parameters["w"])


def test_without_a_finite_minimum_none_is_marked():
    script = STAGE.with_settings({"targets": [0, 0, 0, 0, 1, 1, 1, 1]})
    view, _, _ = looked(script, 5)
    assert view.best is None
    assert np.isfinite(view.log_loss).all()


def test_with_many_samples_the_grid_is_coarser_and_still_exact():
    random = np.random.default_rng(0)
    x = random.normal(size=3000).round(2)
    y = (random.random(3000) < 1 / (1 + np.exp(-2 * x))).astype(int)
    script = STAGE.with_settings({"inputs": x.tolist(), "targets": y.tolist(), "epochs": 5})
    view, _, _ = looked(script, 3)
    rows, columns = view.log_loss.shape
    assert 6 <= rows < 48
    assert rows * columns * 3000 <= 2_000_000
    across, up = np.linspace(*view.x_limits, columns), np.linspace(*view.y_limits, rows)
    expected = by_torch(x, y, *np.meshgrid(across, up))
    np.testing.assert_allclose(10.0**view.log_loss, expected, rtol=1e-9)
