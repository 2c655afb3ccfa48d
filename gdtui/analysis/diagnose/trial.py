"""The losses of a script that runs once more with one thing changed."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.engine.run.rates import RateError
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

_LONGEST = 10.0
"""Seconds that the run may take."""


def losses_of(facts: Facts, script: Script, rate: float | None = None) -> list[float]:
    """The losses of this script or of one much like it, with another learning rate if one is given;
    none where the run takes too long, fails, or has no rate that can be changed."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with Timeline(script, stop=facts.stop) as timeline:
            timeline.start()
            try:
                if rate is not None:
                    timeline.set_learning_rate(rate)
            except RateError:
                return []
            if timeline.run_for(_LONGEST) or timeline.moment.failure is not None:
                return []
            return replace(facts, moment=timeline.moment, history=timeline.history).losses
