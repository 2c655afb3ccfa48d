"""What each sample adds to the loss and to the gradient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from gdtui.analysis.affine import LossForm
from gdtui.analysis.error_measures import SQUARED, ErrorMeasure, measure_of
from gdtui.analysis.linear.recognition import loss_form
from gdtui.analysis.logistic import recognition as logistic
from gdtui.analysis.logistic.problem import LogisticProblem
from gdtui.analysis.numerals import agree, rounding
from gdtui.analysis.study import Problem, Study
from gdtui.analysis.values import as_array
from gdtui.engine.arrays import FloatArray
from gdtui.engine.run.moment import Moment

MOST_COLUMNS = 3
"""The most inputs, or parameters, that a table shows: the first ones."""

_INPUTS = ("x", "X", "inputs", "x_train", "X_train", "xs")
_TARGETS = ("y", "Y", "targets", "y_train", "Y_train", "ys")

_ALL = 10
"""The most samples that a table shows completely."""

_FIRST, _LAST, _LARGEST = 3, 2, 3
_FLOAT32 = float(np.finfo(np.float32).eps)


class EpochProgress(IntEnum):
    """How much of an epoch's arithmetic is done: predictions; then errors and loss; then the
    gradient."""

    PREDICTED = 0
    COMPARED = 1
    DIFFERENTIATED = 2


@dataclass(frozen=True, eq=False)
class SampleTable:
    """A row for each sample.

    The shares of the gradient are ``2 * x * error`` for a weight and ``2 * error`` for a bias,
    times the factor before the loss, and without the 2 for cross-entropy; the gradient is their
    mean, or their sum if the loss is a sum.

    Attributes:
        headings: the names of the columns.
        values: shape (samples, columns).
        rows: the samples to show, counted from 0, in order: all if they are few; of many the first,
            the last, and those with the largest errors.
        summed: the columns for which sum and mean are useful.
        used: ``sum`` or ``mean``: how the script computes its gradient from the shares; empty if it
            is neither, or not known yet.
    """

    headings: tuple[str, ...]
    values: FloatArray
    rows: tuple[int, ...]
    summed: tuple[int, ...]
    used: str = ""

    @property
    def sums(self) -> FloatArray:
        """The sum of each column, shape (columns,)."""
        with np.errstate(all="ignore"):
            total: FloatArray = self.values.sum(axis=0)
        return total

    @property
    def means(self) -> FloatArray:
        """The mean of each column, shape (columns,)."""
        with np.errstate(all="ignore"):
            mean: FloatArray = self.values.mean(axis=0)
        return mean

    @property
    def sizes(self) -> FloatArray:
        """The sum of the absolute values of each column, shape (columns,)."""
        with np.errstate(all="ignore"):
            total: FloatArray = np.abs(self.values).sum(axis=0)
        return total

    @property
    def mean_sizes(self) -> FloatArray:
        """The mean of the absolute values of each column, shape (columns,)."""
        return self.sizes / len(self.values)

    def column(self, heading: str) -> FloatArray:
        """One column, shape (samples,).

        Raises:
            ValueError: there is no such column.
        """
        values: FloatArray = self.values[:, self.headings.index(heading)]
        return values


@dataclass(frozen=True, eq=False)
class Samples:
    """The samples of a moment, with the script's predictions.

    Attributes:
        predicted: the script's predictions, shape (samples,).
        y: the targets, shape (samples,).
        prediction_name, y_name: the script's names for them.
        problem: the linear or logistic problem; None if the model is neither.
        vector: the parameters behind the predictions, shape (parameters,); None without a problem.
        form: how the script's loss is computed from what each sample loses, by its error or its
            cross-entropy; None if it is not, or if there is no loss yet.
        measure: what a sample loses by its error.
    """

    predicted: FloatArray
    y: FloatArray
    prediction_name: str
    y_name: str
    problem: Problem | None = None
    vector: FloatArray | None = None
    form: LossForm | None = None
    measure: ErrorMeasure = SQUARED

    @property
    def errors(self) -> FloatArray:
        """``y_pred - y``, or ``sigmoid(z) - y`` for a script that keeps ``z``, shape (samples,)."""
        found = self.predicted if self.logistic is None else self.probabilities
        with np.errstate(all="ignore"):
            return found - self.y

    @property
    def logistic(self) -> LogisticProblem | None:
        """The problem, if it is a logistic one."""
        return self.problem if isinstance(self.problem, LogisticProblem) else None

    @property
    def probabilities(self) -> FloatArray:
        """The probabilities that a logistic model predicts, shape (samples,)."""
        assert self.logistic is not None
        return self.logistic.probabilities(self.predicted)

    @property
    def compared_name(self) -> str:
        """What is compared with the targets: the prediction, or the sigmoid of it."""
        taken = self.logistic is not None and self.logistic.of_logits
        return f"sigmoid({self.prediction_name})" if taken else self.prediction_name

    @property
    def sample_losses(self) -> FloatArray:
        """What each sample loses: by its error, or for a logistic model its cross-entropy, shape
        (samples,)."""
        if self.logistic is not None:
            return self.logistic.cross_entropies(self.predicted)
        with np.errstate(all="ignore"):
            return self.measure.of(self.errors)

    def table(
        self,
        progress: EpochProgress,
        gradients: Mapping[str, object] | None = None,
        likely: str = "",
    ) -> SampleTable:
        """The table, up to the progress of the epoch.

        Args:
            progress: how much of the epoch is done.
            gradients: the script's gradients, by the parameters' names.
            likely: ``sum`` or ``mean``, as in earlier epochs. It decides if the gradient is 0, or
                has been cleared.
        """
        problem, errors = self.problem, self.errors
        columns: dict[str, FloatArray] = {}
        if problem is not None:
            for place in range(min(problem.features, MOST_COLUMNS)):
                columns[problem.heading(place)] = problem.x[:, place]
        if progress >= EpochProgress.COMPARED:
            columns[self.y_name] = self.y
        columns[self.prediction_name] = self.predicted
        if self.logistic is not None:
            columns[self.compared_name] = self.probabilities
        before = len(columns)
        if progress >= EpochProgress.COMPARED:
            lost = self.measure.heading if self.logistic is None else "-log p"
            columns |= {"error": errors, lost: self.sample_losses}
        used = ""
        if progress >= EpochProgress.DIFFERENTIATED and problem is not None:
            shares = self.shares
            for place in range(min(shares.shape[1], MOST_COLUMNS)):
                columns[self.share_heading(place)] = shares[:, place]
            used = self._used(gradients or {}, likely)
        return SampleTable(
            tuple(columns),
            np.stack(list(columns.values()), axis=1),
            rows_to_show(errors),
            tuple(range(before, len(columns))),
            used,
        )

    @property
    def shares(self) -> FloatArray:
        """Each sample's share of each gradient, ``2 * x * error``, or ``2 * error`` for a bias,
        times the factor before the loss, and without the 2 for cross-entropy, shape (samples,
        parameters); no columns without a problem."""
        if self.problem is None:
            return np.empty((len(self.y), 0))
        with np.errstate(all="ignore"):
            shares: FloatArray = (
                self.problem.factor_of_share * self.problem.design * self.errors[:, np.newaxis]
            )
        return shares

    def share_heading(self, place: int) -> str:
        """The heading of the shares of one parameter, by its index."""
        assert self.problem is not None
        if place == self.problem.ones:
            # Without a factor it is the column of the errors itself.
            one = "" if self.logistic is not None else "1·"
            return f"{self.problem.before_share or one}error"
        return f"{self.problem.before_share}{self.problem.heading(place)}·error"

    def _used(self, gradients: Mapping[str, object], likely: str) -> str:
        """Whether the script's gradient is the sum or the mean of the shares."""
        known = {name: each for name, each in gradients.items() if each is not None}
        if likely and not any(np.any(np.asarray(each)) for each in known.values()):
            return likely
        fitting = [self.fitting(name, each) for name, each in known.items()]
        common = [each for each in ("mean", "sum") if all(each in names for names in fitting)]
        if not known:
            return ""
        return likely if likely in common else next(iter(common), "")

    def fitting(self, name: str, gradient: object) -> tuple[str, ...]:
        """Whether a parameter's gradient is the ``mean`` or the ``sum`` of the samples' shares;
        both are possible."""
        problem = self.problem
        if problem is None or name not in (problem.weight, problem.bias):
            return ()
        features = problem.features
        columns = slice(features) if name == problem.weight else slice(features, None)
        shares, held = self.shares[:, columns], np.ravel(np.asarray(gradient, dtype=np.float64))
        if len(held) != shares.shape[1]:
            return ()
        with np.errstate(all="ignore"):
            sizes = np.abs(shares).sum(axis=0)
            totals = {
                "mean": (shares.mean(axis=0), sizes / len(shares)),
                "sum": (shares.sum(axis=0), sizes),
            }
        return tuple(
            reduction
            for reduction, (total, size) in totals.items()
            if all(agree(*each) for each in zip(held, total, size, strict=True))
        )


@dataclass(frozen=True, eq=False)
class Data:
    """Inputs and targets of a script, whatever its model.

    Attributes:
        x: the inputs, shape (samples, features).
        y: the targets, shape (samples,).
        x_name, y_name: the script's names for them.
    """

    x: FloatArray
    y: FloatArray
    x_name: str
    y_name: str


def find_data(study: Study) -> Data | None:
    """The inputs and targets of a script, by the names in its loop or else by usual names; None if
    there are none, or if the loop takes batches."""
    moment, names = study.moment, study.names
    if moment is None:
        return None
    usual = [(x, y) for x in _INPUTS for y in _TARGETS]
    for x_name, y_name in [*((x, y) for x in names.inputs for y in names.targets), *usual]:
        if x_name == y_name or {x_name, y_name} & {*moment.assigned, *moment.parameters}:
            continue
        x, y = _array(moment, x_name), _column(moment, y_name)
        if x is not None and y is not None and 1 < len(y) == len(x) and x.ndim <= 2:
            return Data(x.reshape(len(x), -1), y, x_name, y_name)
    return None


def find_samples(study: Study) -> Samples | None:
    """The samples at the present moment of a study; None if they are unknown, or if this epoch has
    predicted nothing."""
    moment, names = study.moment, study.names
    if moment is None or names.prediction not in moment.assigned:
        return None
    predicted = _column(moment, names.prediction)
    if predicted is None:
        return None
    problem = study.problem
    if problem is not None and len(predicted) == problem.samples:
        vector = _made_with(study, problem, predicted)
        if vector is not None:
            return Samples(
                predicted,
                problem.y,
                names.prediction,
                problem.y_name,
                problem,
                vector,
                _form_of(problem, moment, predicted),
            )
    for name in names.targets:
        y = _column(moment, name)
        if y is None or len(y) != len(predicted):
            continue
        form = _form(moment, predicted, y)
        if form is not None:
            return Samples(predicted, y, names.prediction, name, form=form)
        if moment.loss is not None and moment.loss_name in moment.assigned:
            found = measure_of(predicted, y, moment.loss)
            if found is not None:
                measure, form = found
                return Samples(predicted, y, names.prediction, name, form=form, measure=measure)
    return None


def _made_with(study: Study, problem: Problem, predicted: FloatArray) -> FloatArray | None:
    """The parameters behind the predictions: the present ones, or those before this epoch's
    update."""
    moment = study.moment
    assert moment is not None
    start = moment.epoch_start
    candidates = [
        problem.vector(start.parameters) if start else study.parameters_at(moment.epoch - 1),
        problem.vector(moment.parameters),
    ]
    for vector in candidates:
        if vector is not None and problem.predicts(vector, predicted):
            return vector
    return None


def _form_of(problem: Problem, moment: Moment, predicted: FloatArray) -> LossForm | None:
    if not isinstance(problem, LogisticProblem):
        return _form(moment, predicted, problem.y, problem.form)
    if moment.loss is None or moment.loss_name not in moment.assigned:
        return None
    return logistic.loss_form(
        problem, predicted, moment.loss, rounding(1.0, single=True), (problem.form,)
    )


def _form(
    moment: Moment, predicted: FloatArray, y: FloatArray, likely: LossForm | None = None
) -> LossForm | None:
    """How the loss of the moment is computed from predictions and targets; None if it is not."""
    if moment.loss is None or moment.loss_name not in moment.assigned:
        return None
    with np.errstate(all="ignore"):
        squares = (predicted - y) ** 2
        # The error of a difference of nearly equal numbers, squared.
        size = float(np.mean(squares + _FLOAT32 * (predicted**2 + y**2)))
        noise = rounding(size, single=True)
        if likely is not None:
            times = likely.of_mean(len(y))
            is_it = abs(moment.loss - times * float(np.mean(squares))) <= times * noise
            return likely if is_it else None
    return loss_form(predicted, y, moment.loss, noise)


def _array(moment: Moment, name: str) -> FloatArray | None:
    """A variable as finite numbers in its own shape."""
    variable = moment.loop_variable(name)
    value = variable.value if variable is not None else None
    if not isinstance(value, np.ndarray | tuple) or not len(value):
        return None
    array = as_array(value)
    return array if array is not None and array.ndim and np.isfinite(array).all() else None


def _column(moment: Moment, name: str) -> FloatArray | None:
    variable = moment.loop_variable(name)
    if variable is None or not isinstance(variable.value, np.ndarray | tuple | float | int):
        return None
    array = as_array(variable.value)
    if array is None or not array.size or array.size != max(array.shape, default=1):
        return None
    return array.ravel()


def rows_to_show(errors: FloatArray) -> tuple[int, ...]:
    """Which samples to show, by their errors, shape (samples,)."""
    count = len(errors)
    if count <= _ALL:
        return tuple(range(count))
    largest = np.argsort(-np.abs(np.nan_to_num(errors)), kind="stable")[:_LARGEST]
    ends = [*range(_FIRST), *range(count - _LAST, count)]
    return tuple(sorted({*ends, *(int(each) for each in largest)}))
