"""Runs a script once more, for a few epochs, and watches what happens."""

from __future__ import annotations

import math
import warnings

from gdtui.analysis.diagnose.diagnosis import Diagnosis
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.log import Log
from gdtui.analysis.diagnose.facts.watcher import Watcher
from gdtui.engine.record.history import History
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

_WATCHED = 4
"""So many epochs are watched: what goes wrong from epoch to epoch shows in the second, and that it
goes on in the third."""

_LONGEST = 60.0
"""Seconds after which no further epoch is watched."""


def examine(
    script: Script,
    moment: Moment,
    history: History,
    diagnosis: Diagnosis,
    learning_rate: float | None = None,
    stop: StopRule = NO_RULE,
) -> Facts:
    """The facts of a run that is over.

    Args:
        script: the script.
        moment: the end of its run.
        history: the epochs of that run.
        diagnosis: what is known of how it behaves.
        learning_rate: the learning rate by its settings and optimizers; None if unknown.
        stop: when the run stopped before its script would have ended it.
    """
    failed = moment.status is Status.FAILED
    last = moment.epoch if failed else min(_WATCHED, max(1, len(history)))
    log = Log(script.path, range(0, _WATCHED + 1), moment.epoch - 1 if failed else math.inf)
    grows = not failed and _grows(history)
    watcher = Watcher(log, asks_curvature=grows)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the run before has shown them
        with Timeline(script, stop=stop, observer=watcher) as timeline:
            timeline.start()
            while timeline.outcome is None and (failed or timeline.epoch < last):
                if not timeline.run_for(_LONGEST, until_epoch=math.inf if failed else last):
                    break
                if not failed and timeline.between_epochs:
                    break
            seen = timeline.moment
    same = seen.message == moment.message if failed else True
    return Facts(
        script=script,
        moment=moment,
        history=history,
        diagnosis=diagnosis,
        learning_rate=learning_rate,
        events=log.events if same else [],
        watched=watcher.watched,
        epochs=seen.epoch - (not seen.epoch_over),
        is_cut=log.is_full,
        stop=stop,
        owners=tuple(watcher.owners.values()),
    )


def _grows(history: History) -> bool:
    """Whether the loss of a run grows, as far as it is finite."""
    losses = [float(each) for each in history.loss[:] if not math.isnan(each)]
    return len(losses) > 1 and (losses[-1] > losses[0] or not math.isfinite(losses[-1]))
