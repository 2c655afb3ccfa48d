"""The loss over the parameters: every place against the loss computed sample by sample, and the
next step against the step that the script really does."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.analysis.landscape.landscape import Landscape, LossCurve, LossSurface
from gdtui.analysis.study import Study
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]

NAMES = {"model": ("weight", "bias"), "module": ("linear.weight", "linear.bias")}
FLOOR = 1e-6
"""The share of the largest loss in sight below which the module tells nothing apart."""


def own(text):
    """A script of one's own."""
    return Script(text, "own")


class Run:
    """A run with its study and its landscape, which have seen every move."""

    def __init__(self, script, timeline):
        self.study, self.landscape, self.timeline = Study(script), Landscape(), timeline
        self.see(timeline.start())

    def see(self, moment):
        self.moment = moment
        self.study.catch_up(moment, self.timeline.history)
        self.view = self.landscape.look(self.study)
        return self.view

    @property
    def here(self):
        return np.concatenate([np.ravel(each) for each in self.moment.parameters.values()])


@pytest.fixture
def run():
    """Starts runs, which end with the test."""
    open_ones = []

    def start(script):
        timeline = Timeline(script)
        open_ones.append(timeline)
        return Run(script, timeline)

    yield start
    for timeline in open_ones:
        timeline.close()


def loss_by_torch(x, y, parameters):
    """The mean squared error and its slopes in float64, by autograd."""
    held = torch.tensor(np.array(parameters, dtype=float), requires_grad=True)
    predicted = held[0] * torch.tensor(x) + (held[1] if len(held) > 1 else 0.0)
    loss = ((predicted - torch.tensor(y)) ** 2).mean()
    loss.backward()
    return loss.item(), held.grad.numpy()


def samples_of(script):
    """The samples as the script keeps them, in float32."""
    values = (script.value(name) for name in ("inputs", "targets"))
    return tuple(np.array(each, dtype=np.float32).astype(float) for each in values)


def check_view(run, script):
    """Compare a landscape with the losses of the script's own samples."""
    view, (x, y) = run.view, samples_of(script)
    largest = max(np.mean(y**2), 1e-300)
    best_loss = loss_by_torch(x, y, view.best.at)[0]
    for place in filter(None, (view.here, view.best, view.next)):
        loss = loss_by_torch(x, y, place.at)[0]
        assert place.loss == pytest.approx(loss, rel=1e-9, abs=1e-20 * largest)
    assert view.here.at.tolist() == run.here.tolist()

    # Nothing nearby is below the minimum.
    for turn in np.linspace(0, 2 * np.pi, 8):
        step = np.array([np.cos(turn), np.sin(turn)])[: len(view.best.at)]
        away = view.best.at + 0.01 * step * np.maximum(np.abs(view.best.at), 0.01)
        assert loss_by_torch(x, y, away)[0] >= best_loss - 1e-12 * max(best_loss, largest)

    path = np.column_stack([view.path_x, view.path_y]) if isinstance(view, LossCurve) else view.path
    assert len(path) == run.study.epochs + 1
    if isinstance(view, LossCurve):
        check_curve(view, x, y, path)
    else:
        check_surface(view, x, y, path)


def check_room(values, limits):
    """There is some room on both sides of what is shown, and not much."""
    low, high = min(values), max(values)
    spread = high - low
    if spread > 1e-9 * max(abs(low), abs(high)):
        assert low - limits[0] == pytest.approx(limits[1] - high, rel=1e-6)
        assert 0.1 * spread < low - limits[0] < 0.3 * spread


def check_curve(view, x, y, path):
    low, high = view.x[0], view.x[-1]
    assert (np.diff(view.x) > 0).all()
    assert view.y.shape == view.x.shape
    for place in (0, 17, len(view.x) // 2, -1):
        loss = loss_by_torch(x, y, view.x[place : place + 1 or None])[0]
        assert view.y[place] == pytest.approx(loss, rel=1e-9, abs=1e-20)
    for at, loss in path:
        assert loss == pytest.approx(loss_by_torch(x, y, [at])[0], rel=1e-9, abs=1e-20)
    places = [view.here, view.best] + ([view.next] if view.next else [])
    for at in [*path[:, 0], *(place.at[0] for place in places)]:
        assert low < at < high
    # Both sides of the minimum are shown alike, so that it looks like a bowl.
    best = view.best.at[0]
    shown = [*path[:, 0], *(place.at[0] for place in places)]
    check_room([*shown, *(2 * best - each for each in shown)], (low, high))
    assert high - best == pytest.approx(best - low, rel=1e-9, abs=1e-12 * max(abs(low), abs(high)))

    slope = loss_by_torch(x, y, view.here.at)[1][0]
    size = np.mean(2 * np.abs(x) * (np.abs(x * view.here.at[0]) + np.abs(y)))
    assert view.slope == pytest.approx(slope, rel=1e-9, abs=1e-12 * size)
    ends, tangent = view.tangent((-math.inf, math.inf))
    assert ends.tolist() == [low, high]
    top = float(view.y.max())
    sides, heights = view.tangent((0.0, top))
    assert ((sides >= low) & (sides <= high)).all()
    assert ((heights >= -1e-9 * top) & (heights <= top * (1 + 1e-9))).all()
    # The tangent touches the parabola in one point: the rest is the curvature.
    curvature = np.mean(2 * x**2)
    for at, height in zip(ends, tangent, strict=True):
        above = loss_by_torch(x, y, [at])[0] - height
        expected = curvature / 2 * (at - view.here.at[0]) ** 2
        assert above == pytest.approx(expected, rel=1e-6, abs=1e-9 * max(abs(height), 1e-300))


def check_surface(view, x, y, path):
    limits = (view.x_limits, view.y_limits)
    places = [view.here, view.best] + ([view.next] if view.next else [])
    for at in [*path, *(place.at for place in places)]:
        for value, (low, high) in zip(at, limits, strict=True):
            assert low < value < high
    for place, limit in enumerate(limits):
        check_room([at[place] for at in [*path, *(each.at for each in places)]], limit)
    rows, columns = view.log_loss.shape
    across, up = np.linspace(*view.x_limits, columns), np.linspace(*view.y_limits, rows)
    predicted = across[:, np.newaxis] * x + up[:, np.newaxis, np.newaxis]
    losses = np.mean((predicted - y) ** 2, axis=2)
    floor = max(FLOOR * losses.max(), loss_by_torch(x, y, view.best.at)[0])
    assert 10.0**view.log_loss == pytest.approx(np.maximum(losses, floor), rel=1e-6, abs=1e-300)
    # A quadratic is largest in a corner.
    corners = [loss_by_torch(x, y, [a, b])[0] for a in view.x_limits for b in view.y_limits]
    assert 10.0 ** view.log_loss.max() == pytest.approx(max(corners), rel=1e-6)


# The stages ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
def test_the_landscape_of_a_stage_at_several_moments(stage, run):
    script = Script.stage(stage).with_settings({"epochs": 30})
    one = run(script)
    assert one.view is None  # before the first prediction nothing tells what is fitted
    kind = LossSurface if stage in NAMES else LossCurve
    # Nor does the first prediction tell what the loss is.
    assert one.see(one.timeline.step()) is None
    for _ in range(12):
        view = one.see(one.timeline.step())
        assert isinstance(view, kind)
        check_view(one, script)
    for epoch in (3, 4, 11, 2, 1, 30):
        one.see(one.timeline.seek(epoch))
        check_view(one, script)
    view = one.view
    assert ([view.name] if kind is LossCurve else list(view.names)) == list(
        NAMES.get(stage, ("w",))
    )
    assert view.best.at == pytest.approx([2, 0][: len(view.best.at)], abs=1e-9)


@pytest.mark.parametrize("stage", LINEAR)
def test_the_slope_is_that_of_two_places_close_by(stage, run):
    script = Script.stage(stage)
    one = run(script)
    view = one.see(one.timeline.seek(3))
    if isinstance(view, LossCurve):
        x, y = samples_of(script)
        step = 1e-5
        low, high = (loss_by_torch(x, y, view.here.at + each)[0] for each in (-step, step))
        assert view.slope == pytest.approx((high - low) / (2 * step), rel=1e-6)


RULES = {
    "manual": ("manual", {}),
    "manual, mean": ("manual", {"reduction": "mean"}),
    "manual, diverging": ("manual", {"learning_rate": 0.04}),
    "manual, uphill": ("manual", {"learning_rate": -0.001}),
    "autograd": ("autograd", {}),
    "optimizer": ("optimizer", {}),
    "optimizer, other samples": ("optimizer", {"inputs": [-3, 0.5, 7], "targets": [1, 2, -4]}),
    "model": ("model", {}),
    "module": ("module", {}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_the_next_step_is_the_one_that_the_script_does(name, run):
    stage, values = RULES[name]
    script = Script.stage(stage).with_settings(values | {"epochs": 25})
    one = run(script)
    said = []
    for epoch in range(24):
        before = one.view
        one.see(one.timeline.next_epoch())
        if before is not None and before.next is not None:
            said.append(epoch)
            step = np.abs(one.here - before.here.at).max()
            assert one.here == pytest.approx(before.next.at, abs=1e-3 * step + 1e-6)
    # One epoch tells it where a gradient is left to be seen; two do in any case.
    assert said == list(range(1 if stage == "manual" else 2, 24))


def with_optimizer(stage, made, *, zeroing=True):
    script = Script.stage(stage).with_settings({"epochs": 25})
    held = "[w]" if stage == "optimizer" else "model.parameters()"
    text = script.text.replace(
        f"torch.optim.SGD({held}, lr=learning_rate)", f"torch.optim.{made.format(held)}"
    )
    assert text != script.text
    return own(text if zeroing else text.replace("optimizer.zero_grad()", "pass"))


WITHIN = [Script.stage(stage).with_settings(values) for stage, values in RULES.values()]
WITHIN += [
    with_optimizer(stage, "SGD({}, lr=0.01, momentum=0.8)") for stage in ("optimizer", "model")
]


@pytest.mark.slow
@pytest.mark.parametrize("script", WITHIN)
def test_within_an_epoch_the_next_step_is_this_update_or_after_it_the_next(script, run):
    ends = {0: None}
    with Timeline(script) as timeline:
        for epoch in range(1, 8):
            moment = timeline.next_epoch()
            ends[epoch] = np.concatenate([np.ravel(v) for v in moment.parameters.values()])
    one = run(script)
    said = 0
    while one.moment.epoch < 6:
        one.see(one.timeline.step())
        if one.view is None or one.view.next is None:
            continue
        said += 1
        epoch = one.moment.epoch
        landing = ends[epoch + 1] if np.array_equal(one.here, ends[epoch]) else ends[epoch]
        assert one.view.next.at == pytest.approx(landing, rel=1e-4, abs=1e-6)
    assert said > 12


@pytest.mark.parametrize("stage", ["optimizer", "model"])
def test_the_next_step_with_momentum(stage, run):
    one = run(with_optimizer(stage, "SGD({}, lr=0.01, momentum=0.8)"))
    said = 0
    for _ in range(24):
        before = one.view
        one.see(one.timeline.next_epoch())
        if before is not None and before.next is not None:
            said += 1
            step = np.abs(one.here - before.here.at).max()
            assert one.here == pytest.approx(before.next.at, abs=1e-3 * step + 1e-6)
    assert said > 15


def test_the_next_step_where_gradients_are_not_zeroed(run):
    one = run(with_optimizer("optimizer", "SGD({}, lr=0.001)", zeroing=False))
    said = 0
    for _ in range(24):
        before = one.view
        one.see(one.timeline.next_epoch())
        if before is not None and before.next is not None and one.moment.epoch > 3:
            said += 1
            step = np.abs(one.here - before.here.at).max()
            assert one.here == pytest.approx(before.next.at, abs=1e-3 * step + 1e-6)
    assert said > 15


@pytest.mark.slow
@pytest.mark.parametrize(
    "made",
    [
        "Adam({}, lr=0.1)",
        "AdamW({}, lr=0.1)",
        "RMSprop({}, lr=0.1)",
        "SGD({}, lr=0.01, momentum=0.8, nesterov=True)",
        "SGD({}, lr=0.01, weight_decay=0.3)",
        "SGD({}, lr=0.01, momentum=0.8, dampening=0.5)",
    ],
)
@pytest.mark.parametrize("stage", ["optimizer", "model"])
def test_no_next_step_is_made_up_for_other_rules(stage, made, run):
    one = run(with_optimizer(stage, made))
    while one.moment.epoch < 3:
        view = one.see(one.timeline.step())
        assert view is None or view.next is None, one.moment.position
        assert view is not None or one.moment.position <= (1, 1)
    for epoch in (2, 8, 20):
        view = one.see(one.timeline.seek(epoch))
        assert view.here.loss > 0
        assert view.next is None, epoch


@pytest.mark.parametrize("stage", ["optimizer", "model"])
def test_the_next_step_uphill_on_purpose(stage, run):
    one = run(with_optimizer(stage, "SGD({}, lr=0.001, maximize=True)"))
    said = 0
    for _ in range(60):
        before = one.view
        one.see(one.timeline.step())
        if before is None or before.next is None or np.array_equal(one.here, before.here.at):
            continue
        said += 1
        assert one.here == pytest.approx(before.next.at, rel=1e-4, abs=1e-6)
    assert said > 3


_BY_HAND = """import numpy as np
x, y = np.array([1.0, 2.0]), np.array([2.0, 4.0])
w, v, lr = 0.5, 0.0, 0.1
for epoch in range(9):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    dw = (2 * x * (y_pred - y)).mean()
    {update}
"""


@pytest.mark.parametrize(
    "update",
    ["w += lr * dw", "w -= lr * max(-1.0, min(1.0, dw))", "w -= lr * dw + 0.5", "w -= lr * dw / 3"],
)
def test_once_the_first_step_is_another_one_no_next_step_is_made_up(update, run):
    """Until then the script's learning rate and gradient are all there is."""
    one = run(own(_BY_HAND.format(update=update)))
    while one.moment.epoch < 3:
        one.see(one.timeline.step())
        if one.here[0] != 0.5 and one.study.epochs < 2:
            assert one.view.next is None, one.moment.position


# Odd samples -------------------------------------------------------------------------

ODD = {
    "constant x": {"inputs": [3, 3, 3, 3]},
    "x of 0": {"inputs": [0, 0, 0, 0]},
    "one sample": {"inputs": [3], "targets": [5]},
    "x of 1e6": {"inputs": [1e6, 2e6, 3e6, 4e6], "learning_rate": 1e-14},
    "x of 1e-6": {"inputs": [1e-6, 2e-6, 3e-6, 4e-6]},
    "y of 0": {"targets": [0, 0, 0, 0]},
    "a perfect start": {"inputs": [1, 2], "targets": [0, 0]},
    "no line": {"inputs": [1, 2, 3, 4], "targets": [5, -5, 5, -5]},
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("stage", ["manual", "autograd", "model"])
def test_odd_samples(stage, name, run):
    script = Script.stage(stage).with_settings(ODD[name] | {"epochs": 12})
    one = run(script)
    looked = 0
    for epoch in (1, 2, 5, 12):
        if one.see(one.timeline.seek(epoch)) is not None:
            looked += 1
            check_view(one, script)
    assert looked == 4


_DIVERGING = """import numpy as np
np.seterr(all="ignore")
x = np.array([1.0, 2.0, 3.0, 4.0]) * {unit}
y = np.array([2.0, 4.0, 6.0, 8.0])
w = 0.1
b = 0.2
for epoch in range(40):
    y_pred = w * x{bias}
    loss = np.mean((y_pred - y) ** 2)
    dw = np.mean(2 * x * (y_pred - y))
    db = np.mean(2 * (y_pred - y))
    w = w - {rate} * dw
    {then}
"""


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("unit", "rate"), [(1.0, 1e9), (1e6, 1.0), (1.0, 1e70), (1e6, 1e136)])
def test_a_run_on_its_way_to_1e300_has_a_landscape_while_there_are_numbers_for_it(
    unit, rate, bias, run
):
    script = own(
        _DIVERGING.format(
            unit=unit,
            rate=rate,
            bias=" + b" if bias else "",
            then=f"b = b - {rate} * db" if bias else "pass",
        )
    )
    one = run(script)
    largest, drawn = 0.0, 0
    while one.moment.status in ("ready", "paused"):
        view = one.see(one.timeline.next_epoch())
        largest = max(largest, abs(one.moment.parameters["w"]))
        near = one.landscape.epoch_near(one.study, 1.0, 1.0)
        assert near is None or 0 <= near <= one.study.epochs
        if view is None:
            continue
        drawn += 1
        assert np.isfinite(view.here.at).all()
        if isinstance(view, LossSurface):
            assert np.isfinite(view.log_loss).all()
            assert view.log_loss.max() > view.log_loss.min() or view.here.loss == np.inf
            assert np.isfinite(view.contours[1]).all()
            assert view.ends[0] <= view.ends[1]
            assert np.isfinite([*view.x_limits, *view.y_limits, *view.path.ravel()]).all()
        else:
            assert np.isfinite([*view.x, *view.path_x]).all()
            assert not np.isnan(view.y).any()
    assert one.moment.status == "diverged"
    assert largest > 1e150
    assert drawn


@pytest.mark.parametrize(
    ("targets", "factor"), [([2, 4, 6, 8], 10), ([2.5, 3, 7, 8], 5), ([9, -7, 8, -5], 1.5)]
)
def test_the_loss_grows_by_the_same_round_factor_from_line_to_line(targets, factor, run):
    """The worse a line can fit, the fewer orders of magnitude there are in sight."""
    one = run(Script.stage("model").with_settings({"targets": targets}))
    view = one.see(one.timeline.seek(12))
    found, levels = view.contours
    assert found == factor
    np.testing.assert_allclose(10 ** np.diff(levels), factor)
    low, high = view.ends
    assert 10 ** levels[0] / factor <= low <= 10 ** levels[0]
    assert 10 ** levels[-1] <= high <= 10 ** levels[-1] * factor
    assert 3 <= len(levels) <= 7
    # A loss of 1 is on a line, or would be: the losses on lines are round.
    assert np.allclose(levels / np.log10(factor), np.round(levels / np.log10(factor)))


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
def test_a_stage_that_diverges(stage, run):
    script = Script.stage(stage).with_settings({"learning_rate": 1e4, "epochs": 60})
    one = run(script)
    while one.moment.status in ("ready", "paused"):
        if one.see(one.timeline.next_epoch()) is not None:
            check_view(one, script)
    assert one.moment.status == "diverged"


def test_more_than_two_parameters_have_no_landscape(run):
    script = own(
        """import torch
torch.manual_seed(0)
x, y = torch.randn(8, 2), torch.randn(8, 1)
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(4):
    y_pred = model(x)
    loss = torch.nn.functional.mse_loss(y_pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
    )
    one = run(script)
    for epoch in (1, 3):
        assert one.see(one.timeline.seek(epoch)) is None
    assert one.study.problem is not None


def test_two_features_without_a_bias_are_a_surface(run):
    script = own(
        """import torch
torch.manual_seed(0)
x, y = torch.randn(8, 2), torch.randn(8, 1)
model = torch.nn.Linear(2, 1, bias=False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(4):
    y_pred = model(x)
    loss = torch.nn.functional.mse_loss(y_pred, y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
    )
    one = run(script)
    view = one.see(one.timeline.seek(3))
    assert view.names == ("weight[0]", "weight[1]")
    x, y = one.moment.variable("x").value, np.ravel(one.moment.variable("y").value)
    rows, columns = view.log_loss.shape
    across, up = np.linspace(*view.x_limits, columns), np.linspace(*view.y_limits, rows)
    for row, column in ((0, 0), (3, 90), (rows - 1, 0), (rows - 1, columns - 1)):
        loss = np.mean((x @ [across[column], up[row]] - y) ** 2)
        assert view.log_loss[row, column] == pytest.approx(math.log10(loss), abs=1e-9)


# Which epoch is near -----------------------------------------------------------------


def nearest(points, x, y, width, height):
    return int(np.argmin([((a - x) / width) ** 2 + ((b - y) / height) ** 2 for a, b in points]))


@pytest.mark.parametrize("stage", ["manual", "model"])
def test_the_epoch_near_a_place_is_the_nearest_in_the_picture(stage, run):
    script = Script.stage(stage).with_settings({"epochs": 40})
    one = run(script)
    for _ in range(30):
        one.see(one.timeline.next_epoch())
    view = one.view
    if isinstance(view, LossCurve):
        points = list(zip(view.path_x, view.path_y, strict=True))
        x_limits, y_limits = (view.x[0], view.x[-1]), (0.0, float(view.y.max()))
    else:
        points, x_limits, y_limits = view.path, view.x_limits, view.y_limits
    width, height = x_limits[1] - x_limits[0], y_limits[1] - y_limits[0]
    random = np.random.default_rng(0)
    for _ in range(200):
        x, y = random.uniform(*x_limits), random.uniform(*y_limits)
        found = one.landscape.epoch_near(one.study, x, y)
        assert found == nearest(points, x, y, width, height)
    for x, y in points:
        assert tuple(points[one.landscape.epoch_near(one.study, x, y)]) == (x, y)
    # Epochs that come after the present one are not offered.
    one.see(one.timeline.seek(4))
    assert one.landscape.epoch_near(one.study, *points[30]) == 4


def test_a_path_that_hardly_moves_one_way_is_read_along_the_other(run):
    """The bias hardly moves, and a place a little above the path is near to it."""
    values = {"inputs": [1000, 2000, 3000], "targets": [5, 6, 7], "weight": 0.0, "bias": 0.0}
    script = Script.stage("model").with_settings(values | {"learning_rate": 1e-8, "epochs": 20})
    one = run(script)
    one.see(one.timeline.next_epoch())
    view = one.see(one.timeline.seek(8))
    path = view.path
    height = view.y_limits[1] - view.y_limits[0]
    assert np.ptp(path[:, 1]) < 0.01 * height
    for epoch in range(9):
        x, y = path[epoch]
        assert one.landscape.epoch_near(one.study, x, y + 0.02 * height) == epoch


def test_without_a_path_no_epoch_is_near(run):
    one = run(Script.stage("manual"))
    assert one.landscape.epoch_near(one.study, 0.0, 0.0) is None
