"""What each sample adds to a cross-entropy, of two classes or of many, whatever the model.

A table appears only if the mean or the sum of what it shows is the loss that the script has.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdtui.analysis.numerals import rounding
from gdtui.analysis.samples import SampleTable, rows_to_show
from gdtui.analysis.study import Study
from gdtui.analysis.values import as_array
from gdtui.engine.arrays import FloatArray
from gdtui.engine.run.moment import Moment

_MOST = 12
"""So many names are tried for the predictions, and for the targets."""

_LARGEST_LOSS = 100.0
"""What a sample loses at most by a probability of 0: PyTorch cuts the logarithm off there."""


def find_class_table(study: Study) -> SampleTable | None:
    """A row for each sample of a loss that is a cross-entropy; None if the loss of the present
    moment is none, or not of what the script has names for."""
    moment = study.moment
    if moment is None or moment.loss is None or moment.loss_name not in moment.assigned:
        return None
    names = study.names
    for name, predicted in _arrays(moment, [names.prediction or "", *moment.assigned]):
        for target_name, targets in _arrays(
            moment, [*names.targets, *(each.name for each in moment.loop_variables)]
        ):
            if target_name == name or targets.size != len(targets) or len(targets) < 2:
                continue
            table = _table(name, predicted, target_name, targets.ravel(), moment.loss)
            if table is not None:
                return table
    return None


def _table(
    name: str, predicted: FloatArray, target_name: str, targets: FloatArray, loss: float
) -> SampleTable | None:
    if len(predicted) != len(targets) or (targets != np.floor(targets)).any():
        return None
    if predicted.size == len(targets):
        return _of_two(name, predicted.ravel(), target_name, targets, loss)
    return _of_many(predicted, target_name, targets, loss) if predicted.ndim == 2 else None


def _of_two(
    name: str, predicted: FloatArray, target_name: str, targets: FloatArray, loss: float
) -> SampleTable | None:
    """Of two classes: ``predicted`` are probabilities of class 1, or what the sigmoid is taken
    of, shape (samples,)."""
    if not np.isin(targets, (0, 1)).all():
        return None
    with np.errstate(all="ignore"):
        # Of 1 - p for large scores nothing would be left.
        away = np.where(targets == 1, -predicted, predicted)
        by_score = np.logaddexp(0.0, away)
        likely = np.where(targets == 1, predicted, 1 - predicted)
        by_chance = np.minimum(-np.log(likely), _LARGEST_LOSS)
        columns = {target_name: targets, name: predicted}
        if not ((predicted < 0) | (predicted > 1)).any() and _is_loss(by_chance, 1.0, loss):
            columns |= {"error": predicted - targets, "-log p": by_chance}
        elif _is_loss(by_score, float(np.abs(predicted).mean()), loss):
            chance = np.exp(-np.logaddexp(0.0, -predicted))
            columns |= {
                f"sigmoid({name})": chance,
                "error": chance - targets,
                "-log p": by_score,
            }
        else:
            return None
    return _of_columns(columns, 2)


def _of_many(
    predicted: FloatArray, target_name: str, targets: FloatArray, loss: float
) -> SampleTable | None:
    """Of many classes: ``predicted`` are scores, logarithms of probabilities, or probabilities,
    shape (samples, classes)."""
    classes = predicted.shape[1]
    if (targets < 0).any() or (targets >= classes).any():
        return None
    chosen = targets.astype(int)
    place = np.arange(len(targets))
    with np.errstate(all="ignore"):
        highest = predicted.max(axis=1, keepdims=True)
        # Of logarithms of probabilities the softmax gives the same probabilities again.
        logs = predicted - highest - np.log(np.exp(predicted - highest).sum(1, keepdims=True))
        size = float(np.abs(predicted).max(axis=1).mean())
        lost = -logs[place, chosen]
        if not _is_loss(lost, size, loss):
            are_chances = (predicted >= 0).all() and np.allclose(predicted.sum(1), 1, atol=1e-4)
            lost = np.minimum(-np.log(predicted[place, chosen]), _LARGEST_LOSS)
            if not are_chances or not _is_loss(lost, 1.0, loss):
                return None
        chance = np.exp(-lost)
    columns = {
        target_name: targets,
        "guess": predicted.argmax(axis=1).astype(float),
        "p": chance,
        "p - 1": chance - 1,
        "-log p": lost,
    }
    return _of_columns(columns, 3)


def _of_columns(columns: dict[str, FloatArray], before: int) -> SampleTable:
    """The table of columns, of which those from the one that ``before`` counts are summed."""
    first = next(n for n, name in enumerate(columns) if name in ("error", "p - 1"))
    return SampleTable(
        tuple(columns),
        np.stack(list(columns.values()), axis=1),
        rows_to_show(columns["-log p"]),
        tuple(range(max(before, first), len(columns))),
    )


def _is_loss(lost: FloatArray, size: float, loss: float) -> bool:
    """Whether the mean or the sum of what samples lose is a loss, within float32 rounding of
    numbers of this ``size``."""
    mean = float(lost.mean())
    noise = rounding(size + abs(mean), single=True)
    count = len(lost)
    return abs(loss - mean) <= noise or abs(loss - count * mean) <= count * noise


def _arrays(moment: Moment, names: list[str]) -> Iterator[tuple[str, FloatArray]]:
    """The first of these variables that are finite arrays of numbers, each once."""
    for name in list(dict.fromkeys(filter(None, names)))[:_MOST]:
        variable = moment.loop_variable(name)
        value = variable.value if variable is not None else None
        if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.ndim <= 2:
            array = as_array(value)
            if array is not None and len(array) and np.isfinite(array).all():
                yield name, array
