"""Whether gradients and loss are functions of the parameters alone.

A script that draws samples anew has other gradients from the same parameters, and one that holds a
target of its own fixed has gradients that are on purpose not the slopes of its loss.
"""

from __future__ import annotations

import warnings

import numpy as np

from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.holding import read_by
from gdtui.analysis.diagnose.facts.slopes import LONGEST, Slopes
from gdtui.engine.kinds import is_a
from gdtui.engine.run.timeline import Timeline


def repeats(slopes: Slopes, later: Slopes) -> bool:
    """Whether a later epoch has the same gradients and the same loss, once the parameters are those
    of this one; where a gradient has no name, the same step."""
    moves = {name: slopes.value(name) - later.value(name) for name in slopes.names}
    shifter = later.shifter(moves)
    row = later.epoch - 1
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with Timeline(slopes.facts.script, stop=slopes.facts.stop, observer=shifter) as timeline:
            timeline.start()
            timeline.run_for(LONGEST, until_epoch=later.epoch)
            history = timeline.history
            if shifter.done != len(moves) or len(history) < later.epoch:
                return False
            for name in slopes.names:
                wanted, column = slopes.recorded(name), history.gradients.get(name)
                if wanted is None or column is None:
                    wanted, found = slopes.step(name), history.parameters[name][row]
                    found = np.atleast_1d(found) - slopes.value(name)
                else:
                    found = np.atleast_1d(column[row])
                if not np.allclose(found, wanted, rtol=1e-4, atol=1e-12):
                    return False
    return bool(np.isclose(later.loss(moves), slopes.base, rtol=1e-6, atol=0))


def is_read_twice(slopes: Slopes) -> bool:
    """Whether several statements behind the loss compute arrays of the same parameter: it may be in
    a target as well, by which the loss is not to be differentiated."""
    at = slopes.loss_event()
    events = [] if at is None else behind(slopes, at)
    for name in slopes.names:
        reading = {
            each.index
            for each in events
            if name in read_by(slopes.facts.watched[each.index].node)
            and any(is_a(held, np.ndarray) and held.size > 1 for held in each.after.values())
        }
        if len(reading) > 1:
            return True
    return False


def behind(slopes: Slopes, event: Ran) -> list[Ran]:
    """The statements of the same call, or turn, by whose results one is computed."""
    facts = slopes.facts
    read = read_by(facts.watched[event.index].node)
    found = []
    for each in reversed(facts.ran[: facts.ran.index(event)]):
        if each.epoch == event.epoch and each.frame == event.frame and read & set(each.after):
            found.append(each)
            read |= read_by(facts.watched[each.index].node)
    return found
