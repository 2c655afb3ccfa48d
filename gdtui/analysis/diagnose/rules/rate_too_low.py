"""Is the learning rate far too low?

Condition: nothing else was found, no gradient is clipped and no state loaded; over the whole run
the loss has changed by less than a hundredth; and with a rate a thousand times higher, or a hundred
thousand times, or with a usual one where it is 0, the script, all else the same, ends with a loss
of less than a half. That is tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from gdtui.analysis.diagnose.facts.events import Clipped
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.diagnose.rules.rate_too_high import changed_rate, rate_line
from gdtui.analysis.diagnose.trial import losses_at, rate_of

_CHANGED = 0.01
_BELOW = 0.5

_TIMES = (1e3, 1e5)
_USUAL = 0.01

_FEWEST = 5
"""So many epochs are needed to say that a loss stays."""


def find(facts: Facts) -> Iterator[Finding]:
    rate, losses = rate_of(facts), facts.losses
    if facts.failure or facts.found or rate is None or rate < 0 or len(losses) < _FEWEST:
        return
    first, last = losses[0], losses[-1]
    if not isfinite(first) or max(losses) - min(losses) > _CHANGED * abs(first) or not first > 0:
        return
    if facts.of(Clipped) or facts.calls("load_state_dict"):
        return  # what holds the parameters may be that
    for higher in [float(f"{rate * times:.3g}") for times in _TIMES] if rate else [_USUAL]:
        tried = losses_at(facts, facts.script, higher)
        if tried and isfinite(tried[-1]) and tried[-1] < _BELOW * last:
            break
    else:
        return
    made = next((each for each in facts.created if each.line), None)
    line = rate_line(facts, rate, made)
    if not line:
        return
    title = f"the learning rate {rate:g} is far too low" if rate else "the learning rate is 0"
    text = (
        f"{title[:1].upper()}{title[1:]}: over {len(losses)} epochs the loss goes from "
        f"{first:.4g} to {last:.4g}, and with {higher:g}, all else the same, it ends at "
        f"{tried[-1]:.4g}. Raise it."
    )
    evidence = {"learning_rate": rate, "higher": higher, "loss_at_higher": tried[-1]}
    mend = changed_rate(facts, line, rate, higher)
    yield Finding("rate_too_low", line, title, text, evidence, mend)
