"""What a process of its own finds out about a script: what is wrong with it, and what its loss is
like around its parameters."""

from __future__ import annotations

import warnings

from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.landscape.loss_slice import LossSlice, slice_loss
from gdtui.analysis.landscape.parameter_slice import Element, ParameterSlice, slice_parameters
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.experiments.job import Recipe, settle
from gdtui.experiments.proof import Proof, prove, run_and_examine

LONGEST = 60.0
"""Seconds that the run may take before it is examined as it is by then."""

Proved = list[tuple[Finding, Proof | None]]


def inspect_script(
    recipe: Recipe, stop: StopRule = NO_RULE, *, tries: bool = True, parent: int = 0
) -> Proved:
    """The findings of a script, the likeliest first, each with the proof of its mend.

    Args:
        recipe: the script.
        stop: when its run stops before the script would end it.
        tries: whether mends are tried; without that they stay, and have no proof.
        parent: the process that has ordered this; 0 for this one.

    Raises:
        ScriptError: the script is nested too deeply to be compiled.
    """
    settle(parent)
    script = recipe.script()
    _, findings = run_and_examine(script, stop, LONGEST)
    return prove(script, findings, stop) if tries else [(each, None) for each in findings]


def slice_script(recipe: Recipe, epoch: int, *, parent: int = 0) -> LossSlice:
    """A slice through the loss of a script: see :func:`~gdtui.analysis.landscape.loss_slice`.

    Raises:
        ScriptError: there is none.
    """
    settle(parent)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return slice_loss(recipe.script(), epoch)


def slice_script_along(
    recipe: Recipe, epoch: int, elements: tuple[Element, Element], *, parent: int = 0
) -> ParameterSlice:
    """A slice along two numbers of a model: see
    :func:`~gdtui.analysis.landscape.parameter_slice.slice_parameters`.

    Raises:
        ScriptError: there is none.
    """
    settle(parent)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return slice_parameters(recipe.script(), epoch, elements)
