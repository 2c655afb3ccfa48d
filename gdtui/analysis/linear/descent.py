"""The update rule of a run, measured from its recorded epochs and verified on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.affine import AffineProblem
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History

_EARLY, _LATE = 12, 32
"""The numbers of first and of last epochs in which a rule must hold."""

_TOLERANCE = 2e-4
_WHOLE = 1e-3
"""How far a scale may be from 1, or from the number of samples, and still count as that."""

_CHANGE = 5e-3
"""The least change of the gradient over the first epochs that tells a rule measured from the steps
alone from another rule, such as steps of one length. Batches that change the gradient so much
cannot have losses that look like those of all samples."""

_TOLD, _MEASURED = 0.1, 0.01
"""The share of a step that may be rounding: to tell rules apart, and to measure a number from the
step."""

_FLOAT32 = float(np.finfo(np.float32).eps)
_FLOAT64 = float(np.finfo(np.float64).eps)


@dataclass(frozen=True)
class Descent:
    """One update per epoch by the rule ``step = momentum * last step - rate * scale * gradient``
    with the gradient of the problem's loss.

    Attributes:
        rate: the learning rate that the script names; negative if the update goes uphill.
        scale: the multiple of the gradient of the loss that the update uses: 1; the number of
            samples if the loss is a mean and the update uses a sum; 1 divided by that number in the
            opposite case.
        momentum: the share of the last step in a step; 0 for plain gradient descent.
        accumulates: whether the momentum comes from gradients that are never zeroed: each then
            contains all earlier ones, which acts as a momentum of 1.
    """

    rate: float
    scale: float = 1.0
    momentum: float = 0.0
    accumulates: bool = False


@dataclass(frozen=True, eq=False)
class _Moves:
    """Steps of some epochs, with the gradient of the loss at their start, the step of the epoch
    before, and the rounding of the gradient and of the sum of parameter and step; each of shape
    (epochs, parameters)."""

    steps: FloatArray
    gradients: FloatArray
    last_steps: FloatArray
    rounding: FloatArray
    sum_rounding: FloatArray

    def __len__(self) -> int:
        return len(self.steps)


def find_descent(
    problem: AffineProblem,
    history: History,
    start: Mapping[str, object],
    *,
    until: int,
    rates: Iterable[float] = (),
    momenta: Iterable[float] = (),
) -> Descent | None:
    """The update rule of a run; None if it is another kind of rule, or if nothing has moved yet.

    The rule must reproduce every step of the first twelve epochs and of the last 32 from the
    recorded parameters.

    Args:
        problem: the problem of the run.
        history: the recorded epochs.
        start: the parameters before the first epoch, by name.
        until: the last epoch that counts.
        rates: learning rates that the script names; one that fits counts as exact.
        momenta: momenta that the script names.
    """
    until = min(until, len(history))
    if until < 1:
        return None
    with np.errstate(all="ignore"):
        moves = _moves(problem, history, start, until)
        if not len(moves):
            return None
        recorded = _recorded_gradient(problem, history)
        named = [rate for rate in rates if rate]
        named_momenta = list(momenta)
        pairs = [
            *_named(problem, moves, recorded, named),
            *_measured(problem, moves, recorded, named),
        ]
        for momentum in dict.fromkeys((0.0, 1.0, *named_momenta, *_momentum(moves))):
            for rate, scale in pairs:
                if _follow(moves, rate * scale, momentum):
                    accumulates = momentum == 1.0 and 1.0 not in named_momenta
                    return Descent(rate, scale, momentum, accumulates)
    return None


def is_within_rounding(
    problem: AffineProblem, history: History, start: Mapping[str, object], until: int
) -> bool:
    """Whether every step of a run is so close to the rounding of its parameters that no rule can be
    measured."""
    with np.errstate(all="ignore"):
        moves = _moves(problem, history, start, min(until, len(history)))
        return bool(len(moves) and (np.abs(moves.steps) <= moves.sum_rounding / _TOLD).all())


def _named(
    problem: AffineProblem, moves: _Moves, recorded: FloatArray | None, rates: list[float]
) -> Iterator[tuple[float, float]]:
    """Learning rates that the script names, each with a scale: the one that the recorded gradient
    shows, or 1."""
    for scale in _scales(problem):
        if recorded is None:
            plain = scale == 1
        else:
            expected = scale * moves.gradients[0]
            allowed = _WHOLE * np.abs(expected) + scale * moves.rounding[0]
            plain = any(
                (np.abs(sign * recorded - expected) <= allowed).all() for sign in (1.0, -1.0)
            )
        for rate in rates if plain else ():
            if np.min(_doubts(moves, rate * scale)) <= _TOLD:
                yield from ((rate, scale), (-rate, scale))


def _measured(
    problem: AffineProblem, moves: _Moves, recorded: FloatArray | None, rates: list[float]
) -> Iterator[tuple[float, float]]:
    """A learning rate and a scale measured from the first step, if that step is exact enough and
    later steps can verify them."""
    product, first = _product(moves), moves.gradients[0]
    if not product or not np.isfinite(product) or _doubts(moves, product)[0] > _MEASURED:
        return
    change = np.max(np.abs(moves.gradients[:_EARLY] - first))
    if not change >= _CHANGE * np.max(np.abs(first)):
        return
    if rates:
        ratio = abs(product / rates[0])
    elif recorded is not None:
        largest = int(np.argmax(np.abs(first)))
        ratio = abs(float(recorded[largest] / first[largest]))
    else:
        ratio = 1.0
    for whole in _scales(problem):
        if abs(ratio - whole) <= _WHOLE * whole:
            ratio = whole
            yield from ((rate * sign, whole) for rate in rates for sign in (1.0, -1.0))
    if ratio and np.isfinite(ratio):
        yield product / ratio, ratio


def _scales(problem: AffineProblem) -> tuple[float, ...]:
    """The multiples of a gradient that an update may use: 1; the number of samples for a sum where
    the loss is a mean; 1 divided by it in the opposite case."""
    if problem.samples == 1:
        return (1.0,)
    return 1.0, (1 / problem.samples if problem.form.summed else float(problem.samples))


def _moves(
    problem: AffineProblem, history: History, start: Mapping[str, object], until: int
) -> _Moves:
    """The first epochs up to ``until``, and the last."""
    early = _path(problem, history, start, 1, min(until, _EARLY))
    before, steps = early[:-1], np.diff(early, axis=0)
    last_steps = np.vstack([np.zeros_like(before[:1]), steps[:-1]])
    if until > _EARLY:
        late = _path(problem, history, start, max(_EARLY, until - _LATE), until)
        late_steps = np.diff(late, axis=0)
        before = np.vstack([before, late[1:-1]])
        steps = np.vstack([steps, late_steps[1:]])
        last_steps = np.vstack([last_steps, late_steps[:-1]])
    both = np.stack([before, before + steps])
    units = np.where((both == both.astype(np.float32)).all(axis=(0, 2)), _FLOAT32, _FLOAT64)
    return _Moves(
        steps,
        problem.gradients(before),
        last_steps,
        8 * _FLOAT32 * problem.gradient_sizes(before),
        4 * units[:, None] * np.max(np.abs(both), axis=0),
    )


def _path(
    problem: AffineProblem, history: History, start: Mapping[str, object], first: int, last: int
) -> FloatArray:
    """The parameters at the start of some epochs and at the end of the last, up to the first value
    that is not finite, shape (epochs + 1, parameters)."""
    columns = history.parameters
    names = [problem.weight] + ([problem.bias] if problem.bias else [])
    nothing = np.empty((0, problem.design.shape[1]))
    if any(name not in columns for name in names):
        return nothing
    rows = slice(max(first - 2, 0), last)
    parts = [column[rows] for column in (columns[name] for name in names)]
    path = np.hstack([part.reshape(len(part), -1) for part in parts])
    if first == 1:
        begun = problem.vector(start)
        if begun is None or path.shape[1] != len(begun):
            return nothing
        path = np.vstack([begun, path])
    finite = np.isfinite(path).all(axis=1)
    return path[: len(path) if finite.all() else int(np.argmin(finite))]


def _product(moves: _Moves) -> float:
    """The learning rate times the scale, measured from the first step alone."""
    # In units of the largest component, so that squares stay finite.
    unit = float(np.max(np.abs(moves.gradients[0])))
    if not unit:
        return 0.0
    gradient = moves.gradients[0] / unit
    return float(-(moves.steps[0] / unit) @ gradient / (gradient @ gradient))


def _momentum(moves: _Moves) -> list[float]:
    """The momentum measured from the second step. A third step must verify it."""
    if len(moves) < 3:
        return []
    rest, last = moves.steps[1] + _product(moves) * moves.gradients[1], moves.last_steps[1]
    momentum = float(rest @ last / (last @ last)) if np.any(last) else 0.0
    return [momentum] if np.isfinite(momentum) and 0 < momentum < 1.5 else []


def _recorded_gradient(problem: AffineProblem, history: History) -> FloatArray | None:
    """The gradient that the script recorded in the first epoch."""
    columns = history.gradients
    names = [problem.weight] + ([problem.bias] if problem.bias else [])
    if any(name not in columns or not len(columns[name]) for name in names):
        return None
    return problem.vector({name: columns[name][0] for name in names})


def _doubts(moves: _Moves, product: float) -> FloatArray:
    """The share of each step's length along its gradient that may be rounding, shape (epochs,)."""
    # In units of the largest component, so that squares stay finite.
    units = np.max(np.abs(moves.gradients), axis=1)
    parts = np.abs(moves.gradients) / units[:, None]
    rounded = np.sum(parts * (abs(product) * moves.rounding + moves.sum_rounding), axis=1)
    lengths = abs(product) * units * np.sum(parts**2, axis=1)
    shares: FloatArray = np.where(lengths > 0, rounded / lengths, np.inf)
    return shares


def _follow(moves: _Moves, product: float, momentum: float) -> bool:
    """Whether all steps follow a rule."""
    kept, pulled = momentum * moves.last_steps, product * moves.gradients
    allowed = _TOLERANCE * (np.abs(kept) + np.abs(pulled))
    allowed += abs(product) * moves.rounding + moves.sum_rounding
    return bool((np.abs(moves.steps - (kept - pulled)) <= allowed).all())
