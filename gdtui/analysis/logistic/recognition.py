"""Recognises logistic regression by what a script has computed.

As for linear models, names only suggest inputs and targets: a suggestion counts if the script's
predictions and recorded losses agree with it. It does not matter who computes the sigmoid and the
cross-entropy, nor whether the script keeps probabilities or, as for ``BCEWithLogitsLoss``, what the
sigmoid is taken of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np

from gdtui.analysis.affine import MEAN, SUM, LossForm, epoch_start_parameters
from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.linear.recognition import (
    candidates,
    column,
    contradicted,
    has_loss,
    made_by,
    suggested,
)
from gdtui.analysis.logistic.problem import LogisticProblem, sigmoid
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.names import LoopNames

_TOLERANCE = 1e-4
"""The relative difference allowed between a recorded loss and the computed one. Scripts compute in
float32, and some keep the logarithm finite by adding a small number to the probability."""

_CHECKED = 8
_FLOAT32 = float(np.finfo(np.float32).eps)

_EXACT = 1e-6
_TOLD = 0.1
"""The share of a loss that may be rounding if the loss is to tell anything."""


def guess_logistic_problem(
    moment: Moment, names: LoopNames, refuted: Collection[object] = ()
) -> LogisticProblem | None:
    """The logistic problem that the names in a loop suggest, if what the script has computed in
    this epoch agrees.

    A prediction that is ``x @ weight + bias`` itself may be anybody's; it takes the loss to show
    that the sigmoid of it is meant. Problems with a key in ``refuted`` do not count.
    """
    for linear in suggested(moment, names):
        for problem in _logistic(linear):
            if problem.key in refuted or (problem.of_logits and not has_loss(moment)):
                continue
            for form in (MEAN, SUM):
                formed = replace(problem, form=form)
                if contradicts(formed, moment, names) is False:
                    return formed
    return None


def contradicts(problem: LogisticProblem, moment: Moment, names: LoopNames) -> bool | None:
    """Whether what a script has computed in this epoch contradicts a logistic problem; None if it
    says nothing about it."""

    def explains(predicted: FloatArray, loss: float) -> bool:
        return loss_form(problem, predicted, loss, _TOLERANCE, (problem.form,)) is not None

    return contradicted(problem, moment, names, explains)


def loss_form(
    problem: LogisticProblem,
    predicted: FloatArray,
    loss: float,
    tolerance: float,
    forms: tuple[LossForm, ...] = (MEAN, SUM),
) -> LossForm | None:
    """The form that leads from a script's predictions, shape (samples,), to its loss, within a
    relative tolerance; None if neither does."""
    mean = float(np.mean(problem.cross_entropies(predicted)))
    for form in forms:
        times = form.of_mean(problem.samples)
        # A loss near 0 is the logarithm of a number near 1, which has lost digits.
        if abs(loss - times * mean) <= times * (tolerance * mean + 8 * _FLOAT32):
            return form
    return None


def find_logistic_problem(
    moment: Moment,
    history: History,
    start: Mapping[str, object],
    names: LoopNames,
) -> LogisticProblem | None:
    """The logistic problem that a run solves; None if it solves something else, or if it is too
    early to tell. It tries pairs of the script's arrays, as for a linear problem."""
    predicted = column(moment, names.prediction)
    for linear in candidates(moment, names):
        for problem in _logistic(linear):
            proved = prove(problem, history, start)
            if proved is None:
                break
            # The losses are the same for probabilities and for what the sigmoid is taken of.
            begun = epoch_start_parameters(problem, history, start, moment.epoch)
            if predicted is None or (
                len(predicted) == problem.samples
                and (
                    made_by(problem, moment, predicted)
                    or (begun is not None and problem.predicts(begun, predicted))
                )
            ):
                return proved
    return None


def prove(
    problem: LogisticProblem, history: History, start: Mapping[str, object]
) -> LogisticProblem | None:
    """A logistic problem with the form of its loss, if the recorded losses prove it; None if not.

    The losses must be the mean, or the sum, of the cross-entropies in at least two epochs, with a
    weight that is not 0 in all of them. An epoch whose loss may be mostly rounding counts only if
    it agrees to more digits than chance would have.
    """
    rows = list(_rows(problem, history, start))
    weights = np.arange(problem.design.shape[1]) != problem.ones
    for form in (MEAN, SUM):
        formed = replace(problem, form=form)
        if not all(_agrees(formed, *row) for row in rows):
            continue
        telling = [row[0] for row in rows if _tells(formed, *row)]
        if len(telling) > 1 and any(vector[weights].any() for vector in telling):
            return formed
    return None


def fits(problem: LogisticProblem, history: History, start: Mapping[str, object]) -> bool:
    """Whether the recorded losses agree with a logistic problem, as far as there are any."""
    return all(_agrees(problem, *row) for row in _rows(problem, history, start))


def _logistic(linear: LinearProblem) -> Iterator[LogisticProblem]:
    """The logistic problems with the samples of a linear one; none if a target is neither 0 nor
    1."""
    if not np.isin(linear.y, (0.0, 1.0)).all():
        return
    for of_logits in (False, True):
        yield LogisticProblem(
            linear.x,
            linear.y,
            linear.weight,
            linear.bias,
            linear.x_name,
            linear.y_name,
            headings=linear.headings,
            of_logits=of_logits,
        )


def _rows(
    problem: LogisticProblem, history: History, start: Mapping[str, object]
) -> Iterator[tuple[FloatArray, float]]:
    """The parameters at the start of an epoch and its recorded loss, for a few epochs."""
    losses = history.loss
    for epoch in range(1, min(len(history), _CHECKED) + 1):
        vector = epoch_start_parameters(problem, history, start, epoch)
        loss = float(losses[epoch - 1])
        if vector is not None and np.isfinite(loss):
            yield vector, loss


def _agrees(problem: LogisticProblem, vector: FloatArray, loss: float) -> bool:
    allowed = _TOLERANCE * abs(loss) + problem.scale * (_noise(problem, vector) + 8 * _FLOAT32)
    return _distance(problem, vector, loss) <= allowed


def _tells(problem: LogisticProblem, vector: FloatArray, loss: float) -> bool:
    is_exact = _distance(problem, vector, loss) <= _EXACT * abs(loss)
    return is_exact or problem.scale * _noise(problem, vector) <= _TOLD * abs(loss)


def _distance(problem: LogisticProblem, vector: FloatArray, loss: float) -> float:
    """How far a loss is from that of some parameters, exactly or by probabilities, which may have
    been rounded to 0 or 1."""
    z = problem.affine(vector)
    rounded = replace(problem, of_logits=False).cross_entropies(sigmoid(z))
    return min(
        abs(loss - problem.scale * float(np.mean(each)))
        for each in (problem.sample_losses(z), rounded)
    )


def _noise(problem: LogisticProblem, vector: FloatArray) -> float:
    """How far the mean of the samples' losses may be off, because ``1 - p`` for a ``p`` near 1
    has lost digits in float32."""
    z = problem.affine(vector)
    wrong = np.where(problem.y == 1, sigmoid(z), sigmoid(-z))
    with np.errstate(all="ignore"):
        lost = 4 * _FLOAT32 / np.maximum(wrong, 1e-300)
        noise = np.minimum(lost, problem.sample_losses(z))
    return float(np.mean(noise))
