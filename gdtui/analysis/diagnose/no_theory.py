"""Why theory does not apply to a run."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gdtui.analysis.affine import epoch_start_parameters
from gdtui.analysis.linear.recognition import candidates, has_layout, has_loss, made_by
from gdtui.analysis.values import as_array
from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import History
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.names import LoopNames
from gdtui.engine.script.pipeline import has_batches
from gdtui.engine.script.script import Script

_CURVED = 1e-3
"""The share of the predictions that may deviate from a line by rounding."""

_ONLY_LINEAR = "gdtui knows exact theory only for linear models, and "
_ONLY_SQUARES = "gdtui knows exact theory only for squared errors, and "


def what_does_not_match(
    script: Script,
    moment: Moment,
    names: LoopNames,
    history: History,
    start: Mapping[str, object],
) -> str:
    """What shows at this moment that a run is not a linear model with squared errors, as the end of
    a sentence; empty if nothing does.

    Args:
        script: the script that runs.
        moment: the present moment of the run.
        names: the names in its loop.
        history: the recorded epochs.
        start: the parameters before the first epoch, by name.
    """
    if not moment.parameters:
        return "no parameters were found in this script"
    prediction = names.prediction
    predicted = _column(moment, prediction)
    if predicted is None or prediction not in moment.assigned:
        return ""
    if has_batches(script):
        return "it trains on batches, so none of its losses covers all samples"
    if not has_layout(moment.parameters):
        if _is_curved(moment, names, predicted):
            return f"{_ONLY_LINEAR}{prediction} is not a linear function of the inputs"
        return f"{_ONLY_LINEAR}it trains more than the weights and the bias of one"
    fitting = [
        each
        for each in candidates(moment, names)
        if each.x_name in names.inputs and each.samples == len(predicted)
    ]
    if not fitting:
        return "the inputs and targets of its loss were not found"
    begun = [epoch_start_parameters(each, history, start, moment.epoch) for each in fitting]
    if any(vector is None for vector in begun):
        return ""  # the parameters behind the predictions are unknown
    if not any(
        (vector is not None and each.predicts(vector, predicted))
        or made_by(each, moment, predicted)
        for each, vector in zip(fitting, begun, strict=True)
    ):
        return f"{_ONLY_LINEAR}{prediction} is not a weight times the inputs, plus a bias"
    if has_loss(moment):
        return f"{_ONLY_SQUARES}its loss is not a multiple of those of {prediction}"
    return ""


def _is_curved(moment: Moment, names: LoopNames, predicted: FloatArray) -> bool:
    """Whether the predictions are clearly not a linear function of any possible inputs. With as few
    samples as a plane has coefficients, every prediction is linear."""
    seen = False
    for name in names.inputs:
        variable = moment.loop_variable(name)
        x = as_array(variable.value) if variable is not None else None
        if x is not None and variable is not None and variable.shape:
            x = x.reshape(variable.shape)
        if x is None or x.ndim not in (1, 2) or len(x) != len(predicted):
            continue
        design = np.hstack([x.reshape(len(x), -1), np.ones((len(x), 1))])
        if not np.isfinite(design).all() or not np.isfinite(predicted).all():
            continue
        if len(design) <= design.shape[1]:
            return False
        solution = np.linalg.lstsq(design, predicted, rcond=None)[0]
        rest = np.abs(design @ solution - predicted)
        if np.max(rest) <= _CURVED * (np.ptp(predicted) + 1e-300):
            return False
        seen = True
    return seen


def _column(moment: Moment, name: str) -> FloatArray | None:
    variable = moment.loop_variable(name) if name else None
    array = as_array(variable.value) if variable is not None else None
    return array.ravel() if array is not None and array.size else None
