"""The rule by which a run moves: found where there is one, and never claimed where there is
another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.analysis.linear.descent import Descent, find_descent
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.study import Study
from gdtui.engine.record.history import Field, History, Kind
from gdtui.stages import STAGES

LINEAR = [stage.key for stage in STAGES if stage.linear]

ONE = LinearProblem(np.array([[1.0], [2], [3], [4]]), np.array([2.0, 4, 6, 9]), "w")
TWO = replace(ONE, bias="b")
START = {1: np.array([0.3]), 2: np.array([-0.3, 0.4])}
PROBLEMS = [ONE, TWO]


class Run:
    """A run of gradient descent in NumPy, recorded as the engine records one.

    ``update`` gives the step of an epoch, counted from 1, from the gradient of the mean squared
    error, the steps so far and the parameters.
    """

    def __init__(self, problem, update, epochs=60, start=None, gradient_scale=1.0, float32=False):
        self.problem = problem
        number = np.float32 if float32 else np.float64
        vector = (START[len(problem.names)] if start is None else np.array(start)).astype(number)
        design, y = problem.design.astype(number), problem.y.astype(number)
        rows, steps = [], []
        self.start = self.named(vector)
        for epoch in range(1, epochs + 1):
            errors = design @ vector - y
            slope = (2 / number(len(y))) * (design.T @ errors)
            step = np.asarray(update(epoch, slope, steps, vector), dtype=number)
            steps.append(step)
            vector = (vector + step).astype(number)
            gradient = [] if gradient_scale is None else gradient_scale * slope
            rows.append([np.mean(errors**2), *vector, *gradient])
        names = ["w", "b"][: len(problem.names)]
        fields = [Field(Kind.LOSS, "loss"), *(Field(Kind.PARAMETER, name) for name in names)]
        if gradient_scale is not None:
            fields += [Field(Kind.GRADIENT, name) for name in names]
        self.history = History()
        self.history.lay_out(fields)
        self.history.table.extend(np.array(rows, dtype=float))

    def named(self, vector):
        return {name: float(each) for name, each in zip(("w", "b"), vector, strict=False)}

    def rule(self, until=None, rates=(0.01,), momenta=()):
        until = len(self.history) if until is None else until
        return find_descent(
            self.problem, self.history, self.start, until=until, rates=rates, momenta=momenta
        )

    def rules(self, **named):
        """The rules found after each epoch."""
        return [self.rule(until, **named) for until in range(1, len(self.history) + 1)]


def velocity(rate, momentum):
    def update(epoch, slope, steps, vector):
        return -rate * slope + (momentum * steps[-1] if steps else 0)

    return update


# Where there is a rule ----------------------------------------------------------------


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("float32", [False, True])
def test_plain_descent_is_found_from_the_first_epoch_on(problem, float32):
    run = Run(problem, velocity(0.01, 0), float32=float32)
    assert run.rules() == [Descent(0.01)] * 60


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("float32", [False, True])
def test_a_sum_over_the_samples_is_a_scale(problem, float32):
    run = Run(problem, velocity(4 * 0.01, 0), gradient_scale=4, float32=float32)
    assert run.rules() == [Descent(0.01, scale=4)] * 60


@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_wrong_sign_is_a_rate_below_0_whether_of_the_step_or_of_the_gradient(problem):
    assert Run(problem, velocity(-0.01, 0)).rules() == [Descent(-0.01)] * 60
    assert Run(problem, velocity(-0.01, 0), gradient_scale=-1).rules() == [Descent(-0.01)] * 60


@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_momentum_that_is_named_is_known_at_once_and_another_from_the_third_step(problem):
    run = Run(problem, velocity(0.01, 0.8))
    assert run.rules(momenta=(0.8,))[1:] == [Descent(0.01, momentum=0.8)] * 59
    found = run.rules()
    assert found[1] is None
    for rule in found[2:]:
        assert rule.rate == 0.01
        assert rule.momentum == pytest.approx(0.8, rel=1e-6)
        assert not rule.accumulates


@pytest.mark.parametrize("problem", PROBLEMS)
def test_gradients_that_pile_up_are_a_momentum_of_1(problem):
    """The third gradient holds the first two, so each step holds the one before it."""

    def update(epoch, slope, steps, vector):
        sums.append(slope + (sums[-1] if sums else 0))
        return -0.01 * sums[-1]

    sums = []
    run = Run(problem, update)
    assert run.rules()[1:] == [Descent(0.01, momentum=1.0, accumulates=True)] * 59
    assert run.rule(momenta=(1.0,)) == Descent(0.01, momentum=1.0)


# The learning rate is that of the script ----------------------------------------------


@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize(
    ("update_scale", "gradient_scale", "scale"),
    [
        (1, 4, 1),  # w -= learning_rate / samples * dw, with dw a sum
        (4, 1, 4),  # w -= learning_rate * samples * dw, with dw a mean
        (0.25, 1, 0.25),  # w -= learning_rate / samples * dw, with dw a mean
        (0.5, 0.5, 0.5),  # the gradient of half the squared error
        (2, 1, 2),  # two updates with the same gradient
        (0.2, None, 0.2),  # no gradient that could be seen
        (4, None, 4),
        (1, None, 1),
    ],
)
def test_the_rate_is_the_named_one_and_what_else_stands_there_a_scale(
    problem, update_scale, gradient_scale, scale
):
    run = Run(problem, velocity(0.01 * update_scale, 0), gradient_scale=gradient_scale)
    rule = run.rule()
    assert rule.rate == pytest.approx(0.01, rel=1e-9)
    assert rule.scale == pytest.approx(scale, rel=1e-9)
    assert (rule.momentum, rule.accumulates) == (0, False)


def test_a_momentum_that_averages_scales_the_learning_rate():
    """``v = 0.8 * v + 0.2 * dw``: the rate may be five times as large as with ``v = 0.8 * v + dw``."""
    rule = Run(ONE, velocity(0.01 * 0.2, 0.8)).rule()
    assert rule.rate == pytest.approx(0.01, rel=1e-6)
    assert rule.scale == pytest.approx(0.2, rel=1e-6)
    assert rule.momentum == pytest.approx(0.8, rel=1e-6)


@pytest.mark.parametrize(("gradient_scale", "rate", "scale"), [(1, 0.02, 1), (4, 0.005, 4)])
def test_without_a_named_rate_it_is_what_the_gradient_is_multiplied_by(gradient_scale, rate, scale):
    rule = Run(TWO, velocity(0.02, 0), gradient_scale=gradient_scale).rule(rates=())
    assert rule.rate == pytest.approx(rate, rel=1e-9)
    assert rule.scale == scale


amounts = st.floats(-4, -1.3).map(lambda power: 10**power)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 3),
    st.booleans(),
    st.integers(2, 8),
    st.floats(0.02, 1.2),
    st.just(0.0) | st.floats(0.05, 0.95),
    st.sampled_from([1.0, None, 0.37]),
)
def test_whatever_the_numbers_of_a_rule_they_are_found(
    seed, features, bias, samples, share, momentum, named
):
    """With a rate that is a share of the largest stable one; named, half named or not at all."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(samples, features))
    if features > 1:
        x[:, 1:] *= 0.5
    problem = LinearProblem(x[:, :1], random.normal(size=samples), "w", "b" if bias else None)
    steep = 2 / samples * np.linalg.eigvalsh(problem.design.T @ problem.design)[-1]
    if steep < 1e-3:
        problem = ONE
        steep = 17.0
    rate = share * 2 * (1 + momentum) / steep
    run = Run(problem, velocity(rate, momentum), start=random.normal(size=1 + bias), epochs=40)
    rates = () if named is None else (rate * named,)
    rule = run.rule(rates=rates)
    assert rule.rate * rule.scale == pytest.approx(rate, rel=2e-4)
    assert rule.momentum == pytest.approx(momentum, rel=1e-3, abs=1e-3)
    if named is not None:
        assert rule.rate == pytest.approx(rate * named, rel=1e-3)


# Where there is another ---------------------------------------------------------------


def adam(rate, first=0.9, second=0.999):
    means = [0.0, 0.0]

    def update(epoch, slope, steps, vector):
        means[0] = first * means[0] + (1 - first) * slope
        means[1] = second * means[1] + (1 - second) * slope**2
        mean, square = means[0] / (1 - first**epoch), means[1] / (1 - second**epoch)
        return -rate * mean / (np.sqrt(square) + 1e-8)

    return update


def nesterov(rate, momentum):
    kept = [0.0]

    def update(epoch, slope, steps, vector):
        kept[0] = momentum * kept[0] + slope
        return -rate * (slope + momentum * kept[0])

    return update


OTHERS = {
    "Adam": lambda: adam(0.01),
    "Adam in tiny steps": lambda: adam(1e-5),
    "Adam without second means": lambda: adam(0.01, second=0.0),
    "Adam without first means": lambda: adam(0.01, first=0.0),
    "Nesterov": lambda: nesterov(0.01, 0.9),
    "the sign of the gradient": lambda: lambda e, slope, s, v: -0.01 * np.sign(slope),
    "its sign in tiny steps": lambda: lambda e, slope, s, v: -1e-6 * np.sign(slope),
    "a clipped gradient": lambda: lambda e, slope, s, v: -0.01 * slope / np.linalg.norm(slope),
    "a rate that decays": lambda: lambda e, slope, s, v: -0.01 * slope / e**0.5,
    "a rate that decays slowly": lambda: lambda e, slope, s, v: -0.01 * slope * 0.999**e,
    "weight decay": lambda: lambda e, slope, s, v: -0.01 * (slope + 0.1 * v),
    "a decay of the step": lambda: lambda e, slope, s, v: -0.01 * slope + 0.01,
    "a square": lambda: lambda e, slope, s, v: -0.0003 * slope * np.abs(slope),
    "every other epoch": lambda: lambda e, slope, s, v: -0.01 * slope * (e % 2),
    "not in the first epoch": lambda: lambda e, slope, s, v: -0.01 * slope * (e > 1),
    "noise": lambda: (
        lambda e, slope, s, v: -0.01 * slope * (1 + 0.01 * np.random.default_rng(e).normal())
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("gradient_scale", [1.0, None])
def test_another_rule_is_taken_for_descent_at_no_time(problem, name, gradient_scale):
    """After the second epoch, which is when a diagnosis begins: one step alone is always one of
    descent with some rate."""
    run = Run(problem, OTHERS[name](), gradient_scale=gradient_scale)
    for rates in ((0.01,), (1e-5,), ()):
        assert run.rules(rates=rates)[1:] == [None] * 59


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("period", [10, 13, 15, 20, 30])
def test_updates_left_out_now_and_then_are_seen(problem, period):
    run = Run(problem, lambda e, slope, s, v: -0.001 * slope * (e % period > 0), epochs=100)
    found = run.rules(rates=(0.001,))
    assert found[: period - 1] == [Descent(0.001)] * (period - 1)
    assert found[period - 1 :] == [None] * (100 - period + 1)


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("change", [5, 30, 70])
def test_a_rate_that_changes_once_ends_the_rule(problem, change):
    run = Run(problem, lambda e, g, s, v: -(0.001 if e <= change else 0.0001) * g, epochs=100)
    for now in (0.001, 0.0001):
        assert run.rules(rates=(now,))[change:] == [None] * (100 - change)
    assert run.rules(rates=(0.001,))[:change] == [Descent(0.001)] * change


def test_one_sample_after_another_is_not_a_sum():
    """With tiny steps four updates in an epoch move as far as one with the sum of the gradients;
    but they are stable up to another rate."""

    def update(epoch, slope, steps, vector):
        step = np.zeros_like(vector)
        for x, y in zip(ONE.design, ONE.y, strict=True):
            step -= rate * 2 * x * (x @ (vector + step) - y)
        return step

    # With larger ones the losses are not those of all samples at once, and give it away.
    for rate in (3e-6, 1e-6, 1e-7):
        last = 2 * 16 / 15  # the last sample's share of the gradient, near enough
        for gradient_scale in (last, None):
            run = Run(ONE, update, gradient_scale=gradient_scale)
            assert run.rules(rates=(rate,)) == [None] * 60


def test_what_never_moves_has_no_rule():
    still = Run(TWO, lambda e, slope, s, v: 0 * slope)
    assert still.rules() == [None] * 60
    assert still.rules(rates=(0.0,)) == [None] * 60
    at_the_best = Run(TWO, velocity(0.01, 0), start=TWO.best)
    assert at_the_best.rule() is None
    zero = LinearProblem(np.zeros((3, 1)), np.ones(3), "w")
    assert Run(zero, velocity(0.01, 0)).rule() is None


@pytest.mark.slow
@given(st.integers(1, 12), st.booleans(), st.sampled_from([1.0, 4.0]), st.integers(0, 2**32 - 1))
def test_near_the_minimum_a_rule_is_right_or_not_claimed(digits, float32, scale, seed):
    """There the gradient is rounding, and rounding must not be taken for a scale."""
    random = np.random.default_rng(seed)
    for problem in PROBLEMS:
        start = problem.best + 10.0**-digits * random.normal(size=len(problem.best))
        run = Run(
            problem,
            velocity(0.01 * scale, 0),
            start=start,
            epochs=20,
            gradient_scale=scale,
            float32=float32,
        )
        for rates in ((0.01,), ()):
            for until in (2, 3, 12, 20):
                rule = run.rule(until, rates=rates)
                if rule is not None:
                    assert rule.rate == pytest.approx(0.01, rel=0.01)
                    assert rule.scale == pytest.approx(scale, rel=0.01)
                    assert rule.momentum == pytest.approx(0, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("float32", [False, True])
def test_a_rule_holds_until_the_numbers_overflow_and_to_the_last_digit_of_a_minimum(
    problem, float32
):
    with np.errstate(all="ignore"):
        wild = Run(problem, velocity(10.0, 0), epochs=300, float32=float32)
    assert wild.rules(rates=(10.0,)) == [Descent(10.0)] * 300
    settled = Run(problem, velocity(0.1, 0), epochs=2000, float32=float32)
    assert settled.rule(rates=(0.1,)) == Descent(0.1)


@pytest.mark.parametrize("unit", [1e-6, 1e6])
@pytest.mark.parametrize("float32", [False, True])
def test_inputs_of_any_size(unit, float32):
    problem = replace(ONE, x=ONE.x * unit)
    rate = 0.01 / unit**2
    run = Run(problem, velocity(rate, 0), start=[0.0], float32=float32)
    assert run.rule(rates=(rate,)) == Descent(rate)


# In real runs -------------------------------------------------------------------------


def studied(script, epoch):
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        study.catch_up(timeline.seek(epoch), timeline.history)
    return study


@pytest.mark.slow
@pytest.mark.parametrize("stage", LINEAR)
@pytest.mark.parametrize("epoch", [2, 3, 10])
@pytest.mark.parametrize("rate", [1e-5, 0.003, 0.01, 0.05, 0.3])
def test_the_stages_descend_and_stage_1_by_the_sum(stage, epoch, rate):
    study = studied(Script.stage(stage).with_settings({"learning_rate": rate}), epoch)
    assert study.descent == Descent(rate, scale=4 if stage == "manual" else 1)


def test_stage_1_descends_by_the_mean_where_it_is_told_to():
    assert studied(Script.stage("manual").with_settings({"reduction": "mean"}), 3).descent == (
        Descent(0.01)
    )


@pytest.mark.parametrize("epochs", [12, 100, 100_000])
def test_finding_the_rule_of_a_long_run_reads_no_more_rows(monkeypatch, epochs):
    run = Run(TWO, velocity(0.001, 0), epochs=100)
    if epochs > 100:
        # The last rows again and again: it stands still at the end of a long run.
        settled = Run(TWO, velocity(0.1, 0), epochs=2000).history.table.block(1500, 2000, 0, 5)
        run = Run(TWO, velocity(0.1, 0), epochs=1500)
        run.history.table.extend(np.vstack([settled] * ((epochs - 1500) // 500)))
    table = type(run.history.table)
    read, block = [], table.block

    def counted(self, start, stop, left, right):
        read.append(stop - start)
        return block(self, start, stop, left, right)

    monkeypatch.setattr(table, "block", counted)
    assert len(run.history) >= epochs
    assert run.rule(until=epochs, rates=(0.1 if epochs > 100 else 0.001,)) is not None
    assert sum(read) <= 2 * (12 + 34) + 2
