"""Which learning rates are stable by theory, told from the first epochs of a script's own run."""

from __future__ import annotations

from typing import NamedTuple

from gdtui.analysis.linear.problem import LinearProblem
from gdtui.analysis.study import Study
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.experiments.linear_sweep import LOOKED_FOR


class Rates(NamedTuple):
    """Learning rates by theory: below which the script is stable, and the best; None if unknown."""

    limit: float | None
    best: float | None


UNKNOWN = Rates(None, None)


def rates_by_theory(script: Script) -> Rates:
    """The rates of a script that fits a linear model by squared errors; unknown for any other."""
    with Timeline(script) as timeline:
        study = Study(script)
        study.catch_up(timeline.start(), timeline.history)
        timeline.run_for(float("inf"), LOOKED_FOR)
        study.catch_up(timeline.moment, timeline.history)
        return rates_of(study)


def rates_of(study: Study) -> Rates:
    """The rates of a run that is known."""
    if not (isinstance(study.problem, LinearProblem) and study.is_proved):
        return UNKNOWN
    found = study.diagnosis
    return Rates(found.largest_stable_learning_rate, found.best_learning_rate)
