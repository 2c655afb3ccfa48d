"""What a process of its own finds out about a script: what is wrong with it, and what its loss is
like around its parameters."""

from __future__ import annotations

import warnings

from gdtui.analysis.diagnose.examination import examine
from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.diagnose.findings import find_findings
from gdtui.analysis.landscape.loss_slice import LossSlice, slice_loss
from gdtui.analysis.study import Study
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.timeline import Timeline
from gdtui.experiments.job import Recipe, settle
from gdtui.experiments.proof import Proof, prove

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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Timeline(script, stop=stop) as timeline:
            study = Study(script)
            study.catch_up(timeline.start(), timeline.history)
            timeline.run_for(LONGEST)
            moment = timeline.moment
            study.catch_up(moment, timeline.history)
        rate = study.learning_rate
        facts = examine(script, moment, timeline.history, study.diagnosis, rate, stop)
        findings = find_findings(facts)
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
