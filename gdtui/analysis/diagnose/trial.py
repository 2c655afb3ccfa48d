"""The losses of a script that runs once more with one thing changed."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.engine.kinds import is_a
from gdtui.engine.run.rates import RateError
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

RATES = ("lr", "rate", "eta", "alpha", "step")
"""What the name of a learning rate has in it."""

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


def rate_of(facts: Facts) -> float | None:
    """The learning rate of a script; where no optimizer or update shows it, that of the only
    setting that is called so. None if unknown."""
    if facts.learning_rate is not None:
        return facts.learning_rate
    found = _rate_setting(facts.script)
    return float(found[1]) if found is not None else None


def losses_at(facts: Facts, script: Script, rate: float) -> list[float]:
    """The losses of this script or of one much like it at another learning rate, which is a setting
    or the rate of its optimizers; none where these cannot be had."""
    if facts.learning_rate is not None:
        return losses_of(facts, script, rate)
    found = _rate_setting(script)
    return losses_of(facts, script.with_settings({found[0]: rate})) if found is not None else []


def _rate_setting(script: Script) -> tuple[str, float] | None:
    found = [
        (each.name, each.value)
        for each in script.settings
        if is_a(each.value, float) and any(word in each.name.lower() for word in RATES)
    ]
    return found[0] if len(found) == 1 else None
