"""What each sample adds: at every epoch of the notebook's runs the shares add up to the gradient
that the script recorded, and every column is what can be computed from the script's numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.explain.explanation import explain
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.samples import MOST_COLUMNS, EpochProgress, Samples, find_samples, rows_to_show
from gdtui.analysis.study import Study
from gdtui.engine.script.loop import Phase
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]

BATCHES = Path(__file__).parents[2] / "assets" / "batches.py"
NAMES = {"model": ("weight", "bias"), "module": ("linear.weight", "linear.bias")}
ODD = {"inputs": [-3, 0.5, 2, 7.25, 11], "targets": [1.5, -2, 4, 4.75, -9], "learning_rate": 0.001}
SINGLE = float(np.finfo(np.float32).eps)


def own(text):
    """A script of one's own."""
    return Script(text, "own")


def epochs_of(script):
    """Every epoch's end and that of the run, with the study that has seen all before it and the
    parameters with which the epoch began."""
    study = Study(script)
    with Timeline(script) as timeline:
        moment = timeline.start()
        study.catch_up(moment, timeline.history)
        while moment.status in ("ready", "paused"):
            before = moment
            moment = timeline.next_epoch()
            if moment.epoch > before.epoch:
                start = before.parameters
            study.catch_up(moment, timeline.history)
            yield moment, study, start


def statements_of(script, epochs, after=0):
    """Every moment of some epochs, the first of them after so many others."""
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        if after:
            study.catch_up(timeline.seek(after), timeline.history)
        while timeline.epoch < after + epochs or not timeline.between_epochs:
            moment = timeline.step()
            study.catch_up(moment, timeline.history)
            yield moment, study


def samples_of(script):
    """The samples that the text of a script holds, shape (samples,), in float64."""
    values = [np.array(script.value(name), dtype=float) for name in ("inputs", "targets")]
    return values[0], values[1]


def gradient_by_torch(x, y, weight, bias):
    """The gradient of the mean squared error for each parameter, by autograd in float64."""
    w = torch.tensor(float(weight), dtype=torch.float64, requires_grad=True)
    b = torch.tensor(float(bias), dtype=torch.float64, requires_grad=True)
    ((w * torch.tensor(x) + b - torch.tensor(y)) ** 2).mean().backward()
    return w.grad.item(), b.grad.item()


def check_table(script, moment, study, start, reduction):
    """Compare the table of an epoch that is over with what the script's own numbers give."""
    weight, bias = NAMES.get(script.name, ("w", None))
    x, y = samples_of(script)
    w, b = start[weight], start[bias] if bias else 0.0
    table = explain(study).table
    shares = ["2·x·error", *(["2·error"] if bias else [])]
    assert table.headings == ("x", "y", "y_pred", "error", "error²", *shares)
    assert table.rows == tuple(range(len(x)))
    assert [table.headings[place] for place in table.summed] == ["error", "error²", *shares]

    assert table.column("x").tolist() == x.tolist()
    assert table.column("y").tolist() == y.tolist()
    predicted, size = w * x + b, np.abs(w * x) + abs(b)
    rounding = 4 * SINGLE * size + 1e-300
    assert np.abs(table.column("y_pred") - predicted).max() <= rounding.max()
    errors = table.column("y_pred") - y
    assert table.column("error").tolist() == errors.tolist()
    assert table.column("error²").tolist() == (errors**2).tolist()

    assert table.used == reduction
    totals = table.sums if reduction == "sum" else table.means
    history = study.history
    truth = gradient_by_torch(x, y, w, b)
    for place, (name, heading) in enumerate(zip(filter(None, (weight, bias)), shares, strict=True)):
        share = table.column(heading)
        given_x = x if heading == "2·x·error" else 1.0
        assert share.tolist() == (2 * given_x * errors).tolist()
        recorded = float(history.gradients[name][moment.epoch - 1])
        allowed = 8 * SINGLE * np.sum(np.abs(2 * given_x) * (size + np.abs(y)))
        total = totals[table.headings.index(heading)]
        assert abs(total - recorded) <= allowed
        count = len(x) if reduction == "sum" else 1
        assert abs(recorded - count * truth[place]) <= allowed
    loss = table.means[table.headings.index("error²")]
    assert loss == pytest.approx(float(history.loss[moment.epoch - 1]), rel=1e-5, abs=1e-10)


# The stages ---------------------------------------------------------------------------


@pytest.mark.slow
def test_at_every_epoch_of_the_notebook_the_shares_make_the_recorded_gradient(notebook_run):
    script = Script.stage(notebook_run.stage).with_settings(notebook_run.settings)
    reduction = "sum" if script.name == "manual" else "mean"
    seen = []
    for moment, study, start in epochs_of(script):
        check_table(script, moment, study, start, reduction)
        seen.append(moment.epoch)
    epochs = notebook_run.settings["epochs"]
    assert seen == [*range(1, epochs + 1), epochs]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stage", "own_settings"),
    [*((stage, {}) for stage in LINEAR), ("manual", {"reduction": "mean"})],
)
def test_other_samples_and_a_mean_by_hand(stage, own_settings):
    script = Script.stage(stage).with_settings(ODD | own_settings | {"epochs": 15})
    reduction = "sum" if stage == "manual" and not own_settings else "mean"
    for moment, study, start in epochs_of(script):
        check_table(script, moment, study, start, reduction)


@pytest.mark.slow
@pytest.mark.parametrize("after", [0, 1, 7])
@pytest.mark.parametrize("stage", LINEAR)
def test_every_statement_shows_as_much_as_the_epoch_has_computed(stage, after):
    script = Script.stage(stage)
    used = "sum" if stage == "manual" else "mean"
    shares = ["2·x·error"] + (["2·error"] if stage in NAMES else [])
    so_far = []
    for moment, study in statements_of(script, 2, after):
        if moment.step == 1:
            so_far = ["x", "y_pred"]
        elif moment.phase is Phase.LOSS:
            so_far = ["x", "y", "y_pred", "error", "error²"]
        elif moment.phase is Phase.GRADIENT:
            so_far = ["x", "y", "y_pred", "error", "error²", *shares]
        table = explain(study).table
        assert list(table.headings) == so_far
        assert table.used == (used if "2·x·error" in so_far else "")
        assert table.rows == (0, 1, 2, 3)
        predicted = np.ravel(moment.variable("y_pred").value)
        assert table.column("y_pred").tolist() == predicted.tolist()
        if "error" in so_far:
            assert table.column("error").tolist() == (predicted - [2, 4, 6, 8]).tolist()
            loss = table.means[table.headings.index("error²")]
            assert loss == pytest.approx(moment.loss, rel=1e-5)


def test_one_sample_is_its_own_sum_and_mean():
    script = Script.stage("model").with_settings({"inputs": [3], "targets": [5], "epochs": 3})
    for moment, study, start in epochs_of(script):
        check_table(script, moment, study, start, "mean")


def test_without_a_prediction_in_this_epoch_there_are_no_samples():
    script = Script.stage("optimizer")
    study = Study(script)
    assert find_samples(study) is None
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        assert find_samples(study) is None
        study.catch_up(timeline.seek(3), timeline.history)
        assert find_samples(study) is not None


# Other models -------------------------------------------------------------------------

_FEATURES = """import torch
torch.manual_seed(3)
x = torch.randn(9, {features})
y = torch.randn(9, 1)
model = torch.nn.Linear({features}, 1, bias={bias})
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(4):
    y_pred = model(x)
    loss = torch.nn.functional.mse_loss(y_pred, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("features", [2, 3, 5])
def test_several_features_have_a_column_and_a_share_each(features, bias):
    script = own(_FEATURES.format(features=features, bias=bias))
    for moment, study, start in epochs_of(script):
        table = explain(study).table
        shown = [f"x[{place}]" for place in range(min(features, MOST_COLUMNS))]
        shares = [f"2·{each}·error" for each in shown]
        if bias and features < MOST_COLUMNS:
            shares.append("2·error")
        assert table.headings == (*shown, "y", "y_pred", "error", "error²", *shares)
        x, y = moment.variable("x").value, np.ravel(moment.variable("y").value)
        w, b = np.ravel(start["weight"]), start["bias"] if bias else 0.0
        assert table.column("y_pred") == pytest.approx(x @ w + b, abs=1e-5)
        for place, heading in enumerate(shown):
            assert table.column(heading).tolist() == x[:, place].tolist()
        recorded = np.ravel(study.history.gradients["weight"][moment.epoch - 1])
        errors = x @ w + b - y
        assert recorded == pytest.approx(2 / 9 * x.T @ errors, abs=1e-5)
        for place, heading in enumerate(shares):
            mean = table.means[table.headings.index(heading)]
            if heading == "2·error":
                assert mean == pytest.approx(study.history.gradients["bias"][moment.epoch - 1])
            else:
                assert mean == pytest.approx(recorded[place], abs=1e-6)
        assert table.used == "mean"


_CURVED = """import torch
torch.manual_seed(0)
x = torch.tensor([[1.0], [2.0], [3.0], [4.0]])
y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
model = torch.nn.Sequential(torch.nn.Linear(1, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
for epoch in range(4):
    y_pred = {predict}
    loss = {loss}
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
"""


def test_a_network_with_the_mean_squared_error_has_a_table_without_shares():
    script = own(_CURVED.format(predict="model(x)", loss="torch.nn.MSELoss()(y_pred, y)"))
    tables = 0
    for moment, study in statements_of(script, 3):
        table = explain(study).table
        if "loss" not in moment.assigned:
            assert table is None
            continue
        tables += 1
        assert table.headings == ("y", "y_pred", "error", "error²")
        assert (table.used, table.rows) == ("", (0, 1, 2, 3))
        predicted = np.ravel(moment.variable("y_pred").value)
        assert table.column("error").tolist() == (predicted - [0, 1, 1, 0]).tolist()
        assert table.means[3] == pytest.approx(moment.loss, rel=1e-6)
        assert find_samples(study).vector is None
    assert tables == 3 * 4


@pytest.mark.parametrize(
    ("predict", "loss"),
    [
        ("model(x)", "(y_pred - y).abs().sqrt().mean()"),
        ("model(x)", "((y_pred - y) ** 4).sum()"),
        ("model(x)", "((y_pred - 2 * y) ** 2).mean()"),
    ],
)
def test_another_loss_has_no_table(predict, loss):
    for _, study in statements_of(own(_CURVED.format(predict=predict, loss=loss)), 3):
        assert explain(study).table is None


@pytest.mark.parametrize(
    ("predict", "loss"),
    [
        ("torch.sigmoid(model(x))", "torch.nn.functional.binary_cross_entropy(y_pred, y)"),
        ("model(x)", "torch.nn.functional.binary_cross_entropy_with_logits(y_pred, y)"),
    ],
)
def test_a_cross_entropy_has_a_table_whatever_the_model(predict, loss):
    *_, (moment, study) = statements_of(own(_CURVED.format(predict=predict, loss=loss)), 2)
    table = explain(study).table
    assert table.column("-log p").mean() == pytest.approx(moment.loss)


def test_batches_have_no_table():
    for _, study in statements_of(Script.from_file(BATCHES), 4):
        assert explain(study).table is None


# A gradient that is not that of the table --------------------------------------------


def by_hand(dw, db="np.mean(2 * (y_pred - y))"):
    return own(
        f"""import numpy as np
x = np.array([1.0, 2.0, 4.0])
y = np.array([2.0, 4.0, 1.0])
w = 0.5
b = 0.1
lr = 0.1
for epoch in range(4):
    y_pred = w * x + b
    loss = np.mean((y_pred - y) ** 2)
    dw = {dw}
    db = {db}
    w -= lr * dw
    b -= lr * db
"""
    )


@pytest.mark.parametrize(
    ("dw", "used"),
    [
        ("np.mean(2 * x * (y_pred - y))", "mean"),
        ("np.mean(x * (y_pred - y))", ""),
        ("np.mean(2 * x * (y_pred - y)) + 0.1 * w", ""),
        ("np.sum(2 * x * (y_pred - y))", ""),
        ("-np.mean(2 * x * (y_pred - y))", ""),
    ],
)
def test_whether_it_is_the_mean_is_read_off_all_gradients_there_are(dw, used):
    for moment, study, _ in epochs_of(by_hand(dw)):
        assert explain(study).table.used == used, moment.epoch


def test_a_gradient_that_is_not_there_yet_says_nothing():
    """``db`` is computed after ``dw``; until then it is none, or that of the epoch before."""
    script = by_hand("np.mean(2 * x * (y_pred - y))")
    for moment, study in statements_of(script, 3):
        if moment.phase is Phase.GRADIENT:
            assert explain(study).table.used == "mean", moment.position


def test_the_sum_by_hand_of_both():
    script = by_hand("np.sum(2 * x * (y_pred - y))", "np.sum(2 * (y_pred - y))")
    for moment, study, _ in epochs_of(script):
        assert explain(study).table.used == "sum", moment.epoch


def test_fitting_tells_which_of_both_a_gradient_is():
    x, y = np.array([[1.0, 0.5], [2.0, -1.0]]), np.array([1.0, 2.0])
    problem = LinearProblem(x, y, "w", "b")
    predicted = np.array([3.0, 5.0])
    samples = Samples(predicted, y, "y_pred", "y", problem, np.zeros(3), True)
    errors = predicted - y
    sums = (2 * x * errors[:, None]).sum(axis=0)
    assert samples.fitting("w", sums) == ("sum",)
    assert samples.fitting("w", (sums / 2).reshape(1, 2)) == ("mean",)
    assert samples.fitting("w", sums * 1.001) == ()
    assert samples.fitting("w", sums[:1]) == ()
    assert samples.fitting("w", np.full(2, np.nan)) == ()
    assert samples.fitting("b", 10.0) == ("sum",)
    assert samples.fitting("b", 5.0) == ("mean",)
    assert samples.fitting("c", 5.0) == ()
    alone = LinearProblem(x[:1], y[:1], "w", None)
    one = Samples(predicted[:1], y[:1], "y_pred", "y", alone, np.zeros(2), True)
    assert one.fitting("w", 2 * x[0] * errors[0]) == ("mean", "sum")


@pytest.mark.parametrize("likely", ["", "sum", "mean"])
def test_what_was_seen_before_counts_only_where_the_gradient_tells_nothing(likely):
    x, y = np.array([[1.0], [2.0]]), np.array([1.0, 2.0])
    samples = Samples(np.array([3.0, 5.0]), y, "p", "y", LinearProblem(x, y, "w"), np.zeros(1))

    def used(gradients):
        return samples.table(EpochProgress.DIFFERENTIATED, gradients, likely).used

    assert used({"w": None}) == used({}) == likely
    assert used({"w": 0.0}) == likely
    assert used({"w": 16.0}) == "sum"
    assert used({"w": 8.0}) == "mean"
    assert used({"w": 7.0}) == ""
    assert used({"w": np.nan}) == ""


# The rows that are shown -------------------------------------------------------------


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60))
def test_the_rows_of_many_samples_are_the_ends_and_the_largest_errors(errors):
    rows = rows_to_show(np.array(errors))
    count = len(errors)
    assert list(rows) == sorted(set(rows))
    if count <= 10:
        assert rows == tuple(range(count))
        return
    ends = {0, 1, 2, count - 2, count - 1}
    assert ends <= set(rows)
    assert len(rows) <= 8
    # Three of the largest are among them, and what is there besides the ends is among the three.
    largest = sorted(map(abs, errors), reverse=True)[:3]
    shown = sorted((abs(errors[row]) for row in rows), reverse=True)[:3]
    assert shown == largest
    assert all(abs(errors[row]) >= largest[-1] for row in set(rows) - ends)


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, 2, 10, 11, 1000])
def test_rows_of_a_run_with_so_many_samples(count):
    random = np.random.default_rng(count)
    x = [float(each) for each in random.normal(size=count).astype(np.float32)]
    y = [float(each) for each in random.normal(size=count).astype(np.float32)]
    values = {"inputs": x, "targets": y, "learning_rate": 0.001, "epochs": 3}
    for stage in ("manual", "model"):
        script = Script.stage(stage).with_settings(values)
        for _, study, _ in epochs_of(script):
            table = explain(study).table
            assert table.values.shape[0] == count
            if count <= 10:
                assert table.rows == tuple(range(count))
                continue
            order = sorted(range(count), key=lambda row: -abs(table.column("error")[row]))
            expected = {0, 1, 2, count - 2, count - 1, *order[:3]}
            assert table.rows == tuple(sorted(expected))


def test_errors_that_are_no_numbers_are_not_the_largest():
    errors = np.zeros(20)
    errors[7], errors[9], errors[12], errors[13] = np.nan, 1.0, -3.0, 2.0
    assert rows_to_show(errors) == (0, 1, 2, 9, 12, 13, 18, 19)
    errors[7] = np.inf
    assert rows_to_show(errors) == (0, 1, 2, 7, 12, 13, 18, 19)


# A run that diverges -----------------------------------------------------------------


@pytest.mark.parametrize("stage", ["manual", "autograd", "model"])
def test_a_diverging_run_has_a_table_up_to_its_end_and_never_warns(stage):
    values = {"learning_rate": 1e6, "epochs": 60}
    script = Script.stage(stage).with_settings(values)
    status = None
    for moment, study, _ in epochs_of(script):
        status = moment.status
        table = explain(study).table
        if table is not None:
            assert table.sums.shape == table.means.shape == (len(table.headings),)
            assert table.rows == (0, 1, 2, 3)
    assert status == "diverged"
