"""The loss over the parameters of a linear or logistic model, with the path of the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdtui.analysis.landscape.parameter_path import ParameterPath
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.study import Problem, Study
from gdtui.engine.arrays import FloatArray

Limits = tuple[float, float]

_MARGIN = 0.2
_POINTS = 241
_GRID = (48, 96)
"""Rows and columns of the grid over two parameters."""

_DEPTH = 1e-6
"""The share of the largest visible loss below which all losses look alike: at a perfect fit the
logarithm has no lower bound."""

_LARGEST = 1e150

_LINES = 6
"""About how many contour lines a landscape has at most."""

_FACTORS = (1.1, 1.25, 1.5, 2, 5, 10, 100, 1000)
"""What the losses on two neighbouring contour lines can differ by."""

_MOST_LOSSES = 2_000_000
"""How many losses of single samples a landscape is computed from, if it has no closed form."""


@dataclass(frozen=True, eq=False)
class LandscapePoint:
    """A point of the landscape.

    Attributes:
        at: the parameters, shape (parameters,).
        loss: the loss there.
    """

    at: FloatArray
    loss: float


@dataclass(frozen=True, eq=False)
class LossCurve:
    """The loss over one parameter.

    Attributes:
        name: the parameter.
        x, y: the curve, both of shape (points,).
        path_x, path_y: the path of the run so far, both of shape (epochs kept,).
        here: the present point.
        best: the minimum; None if there is no finite one, or if it is unknown.
        next: the point after the next step; None if unknown.
        slope: the derivative at ``here``.
    """

    name: str
    x: FloatArray
    y: FloatArray
    path_x: FloatArray
    path_y: FloatArray
    here: LandscapePoint
    best: LandscapePoint | None
    next: LandscapePoint | None
    slope: float

    def tangent(self, limits: Limits) -> tuple[FloatArray, FloatArray]:
        """The tangent at ``here``, over the range of the curve and between two losses: x and y,
        both of shape (2,)."""
        ends, here = np.array([self.x[0], self.x[-1]]), self.here
        with np.errstate(all="ignore"):
            meets = here.at[0] + (np.array(limits) - here.loss) / self.slope
            x = np.sort(np.clip(meets, *ends)) if self.slope else ends
            return x, here.loss + self.slope * (x - here.at[0])


@dataclass(frozen=True, eq=False)
class LossSurface:
    """The loss over two parameters.

    Attributes:
        names: the parameters, the one along x first.
        x_limits, y_limits: the range of each.
        log_loss: the decimal logarithm of the loss, shape (rows, columns), on an even grid from end
            to end of each range; row 0 is at the lower end of y.
        path: the path of the run so far, shape (epochs kept, 2).
        here: the present point.
        best: the minimum; one of them if there are several; None if there is no finite one, or if
            it is unknown.
        next: the point after the next step; None if unknown.
    """

    names: tuple[str, str]
    x_limits: Limits
    y_limits: Limits
    log_loss: FloatArray
    path: FloatArray
    here: LandscapePoint
    best: LandscapePoint | None
    next: LandscapePoint | None

    @property
    def ends(self) -> tuple[float, float]:
        """The smallest and the largest loss of the grid."""
        with np.errstate(over="ignore"):
            low, high = np.power(10.0, [self.log_loss.min(), self.log_loss.max()])
        return float(low), float(high)

    @property
    def contours(self) -> tuple[int | float, FloatArray]:
        """How many times as large the loss is on each contour line as on the one below, and the
        decimal logarithms of the losses on these lines, shape (lines,).

        Equal factors, since the loss spans orders of magnitude in a long flat valley: equal
        differences would put every line on its walls. And where gradient descent keeps the same
        share of its error in each epoch, as it does along a valley, it takes equally many epochs
        from line to line.
        """
        low, high = float(self.log_loss.min()), float(self.log_loss.max())
        factor = next((each for each in _FACTORS if high - low <= _LINES * np.log10(each)), 1e3)
        step = float(np.log10(factor))
        return factor, step * np.arange(np.floor(low / step) + 1, np.ceil(high / step))


@dataclass(frozen=True, eq=False)
class _Way:
    """The path of the run, the points that are marked, and all of them together."""

    path: FloatArray
    around: FloatArray
    here: LandscapePoint
    best: LandscapePoint | None
    next: LandscapePoint | None


class Landscape:
    """The landscape of one run. It keeps what does not change between moments."""

    def __init__(self) -> None:
        self._path = ParameterPath()
        # The width and the height of the last view, in parameters and loss.
        self._size = (1.0, 1.0)
        self._grid: tuple[object, FloatArray] = (None, np.empty((0, 0)))

    def look(self, study: Study) -> LossCurve | LossSurface | None:
        """The landscape at the present moment of a study; None if the model has not one or two
        parameters, or if its problem or its loss is unknown."""
        problem, moment = study.problem, study.moment
        if problem is None or moment is None or not study.loss_is_seen:
            return None
        here = problem.vector(moment.parameters)
        if here is None or len(here) > 2 or np.max(np.abs(here)) > _LARGEST:
            return None
        self._path.catch_up(study)
        _, path = self._path.between(0, study.epochs)
        if not len(path):
            path = here[np.newaxis]
        path = path[np.max(np.abs(path), axis=1) <= _LARGEST]
        following = next_step(study, here)
        best = problem.minimum
        places = [here, *(each for each in (best, following) if each is not None)]
        way = _Way(
            path,
            np.vstack([path, *places]),
            _place(problem, here),
            None if best is None else _place(problem, best),
            None if following is None else _place(problem, following),
        )
        return self._curve(problem, way) if len(here) == 1 else self._surface(problem, way)

    def epoch_near(self, study: Study, x: float, y: float) -> int | None:
        """The epoch whose point in the last view is nearest to a given point, in units of its width
        and height; None if there is none."""
        problem = study.problem
        epochs, points = self._path.between(0, study.epochs)
        if problem is None or not len(points):
            return None
        up = problem.losses(points) if points.shape[1] == 1 else points[:, 1]
        with np.errstate(all="ignore"):
            distances = ((points[:, 0] - x) / self._size[0]) ** 2 + ((up - y) / self._size[1]) ** 2
        return int(epochs[int(np.argmin(np.nan_to_num(distances, nan=np.inf)))])

    def _curve(self, problem: Problem, way: _Way) -> LossCurve:
        # Both sides of the minimum alike: one side alone does not look like a bowl.
        around = way.around[:, 0]
        if way.best is not None:
            around = np.concatenate([around, 2 * way.best.at[0] - around])
        low, high = _limits(around)
        x = np.linspace(low, high, _POINTS)
        y = problem.losses(x[:, np.newaxis])
        self._size = (high - low, float(np.max(y[np.isfinite(y)], initial=0.0)) or 1.0)
        return LossCurve(
            problem.names[0],
            x,
            y,
            way.path[:, 0],
            problem.losses(way.path),
            way.here,
            way.best,
            way.next,
            float(problem.gradient(way.here.at)[0]),
        )

    def _surface(self, problem: Problem, way: _Way) -> LossSurface:
        x_limits, y_limits = _limits(way.around[:, 0]), _limits(way.around[:, 1])
        self._size = (x_limits[1] - x_limits[0], y_limits[1] - y_limits[0])
        key = (problem, x_limits, y_limits)
        if self._grid[0] != key:
            self._grid = (key, _log_losses(problem, x_limits, y_limits))
        names = problem.names
        return LossSurface(
            (names[0], names[1]),
            x_limits,
            y_limits,
            self._grid[1],
            way.path,
            way.here,
            way.best,
            way.next,
        )


def next_step(study: Study, here: FloatArray) -> FloatArray | None:
    """The parameters after the next step, shape (parameters,), by the update rule of the run; None
    if that is unknown."""
    problem, descent = study.problem, study.descent
    if problem is None:
        return None
    gradient = problem.gradient(here)
    with np.errstate(all="ignore"):
        if descent is not None:
            last = _last_step(study, here)
            if descent.momentum and last is None:
                return None
            kept = descent.momentum * last if last is not None and descent.momentum else 0.0
            step = kept - descent.rate * descent.scale * gradient
        elif study.epochs < 2 and study.reduction and study.learning_rate is not None:
            # The first epochs do not prove the rule yet. The script's own gradient and learning
            # rate count if they explain the first step.
            rate = study.learning_rate * study.scale
            if not _is_plain(study) or not _began_with(study, rate, here):
                return None
            step = -rate * gradient
        else:
            return None
        landing: FloatArray = here + step
    return landing if np.isfinite(landing).all() and np.max(np.abs(landing)) < _LARGEST else None


def _is_plain(study: Study) -> bool:
    """Whether the optimizers, if there are any, compute only ``w - lr * gradient``."""
    return all(
        optimizer.type_name == "SGD"
        and not any(map(each.options.get, ("momentum", "weight_decay", "maximize")))
        for optimizer in (study.moment.optimizers if study.moment else ())
        for each in optimizer.parameters
    )


def _began_with(study: Study, rate: float, here: FloatArray) -> bool:
    """Whether the first step, if there has been one, was ``-rate`` times the gradient."""
    start, then = study.parameters_at(0), study.parameters_at(1) if study.epochs else here
    if study.problem is None or start is None or then is None or np.array_equal(start, then):
        return True
    expected = -rate * study.problem.gradient(start)
    size = np.abs(start) + np.abs(then)
    return bool((np.abs(then - start - expected) <= 1e-3 * np.abs(expected) + 1e-6 * size).all())


def _last_step(study: Study, here: FloatArray) -> FloatArray | None:
    """The step that led to the present parameters."""
    epochs = study.epochs
    end = study.parameters_at(epochs)
    if end is None:
        return None
    if not np.array_equal(end, here):
        return here - end  # this epoch's update is done, but the epoch is not over
    start = study.parameters_at(epochs - 1) if epochs else None
    return np.zeros_like(here) if start is None else end - start


def _place(problem: Problem, vector: FloatArray) -> LandscapePoint:
    return LandscapePoint(vector, problem.loss(vector))


def _limits(values: FloatArray) -> Limits:
    """The range of some values, with a margin on both sides."""
    low, high = float(np.min(values)), float(np.max(values))
    room = (high - low) * _MARGIN
    if room <= 1e-12 * max(abs(low), abs(high)):
        room = max(abs(low), abs(high)) * 0.5 or 1.0
    return low - room, high + room


def _log_losses(problem: Problem, x_limits: Limits, y_limits: Limits) -> FloatArray:
    rows, columns = _GRID
    if not isinstance(problem, LinearProblem):
        rows, columns = _coarser(_GRID, problem.samples)
    across, up = np.linspace(*x_limits, columns), np.linspace(*y_limits, rows)
    points = np.stack(np.meshgrid(across, up), axis=-1)
    with np.errstate(all="ignore"):
        if isinstance(problem, LinearProblem):
            losses = _quadratic(problem, points)
        else:
            losses = np.stack([problem.losses(row) for row in points])
        losses = np.where(np.isfinite(losses), losses, np.finfo(np.float64).max)
        lowest = max(problem.least_loss or 0.0, _DEPTH * float(np.max(losses)))
        logs: FloatArray = np.log10(np.maximum(losses, lowest if lowest > 0 else 1e-300))
    return logs


def _quadratic(problem: LinearProblem, points: FloatArray) -> FloatArray:
    """The loss around the minimum, so that the cost does not depend on the number of samples."""
    away = points - problem.best
    hessian = problem.scale * 2 / problem.samples * problem.design.T @ problem.design
    losses: FloatArray = problem.least_loss + 0.5 * np.einsum(
        "...i,ij,...j->...", away, hessian, away
    )
    return losses


def _coarser(grid: tuple[int, int], samples: int) -> tuple[int, int]:
    """A grid with so few points that the loss of many samples takes no longer than it may."""
    share = min(1.0, (_MOST_LOSSES / (grid[0] * grid[1] * samples)) ** 0.5)
    return max(6, int(grid[0] * share)), max(12, int(grid[1] * share))
