"""Runs a script for a limited time, even if it loops without an end inside an epoch."""

from __future__ import annotations

import threading
from collections.abc import Callable

from gdtui.engine.libraries import imports_library
from gdtui.engine.play.thrown import frame_of, take_back, throw
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.timeline import Timeline

_GRACE = 0.5
"""Seconds for an epoch to end behind the limit, and for a statement once the run is interrupted."""

_AGAIN = 0.05
"""Seconds after which a statement that goes on gets another exception: it may catch one."""


class TimeIsUp(BaseException):
    """Raised inside a statement that does not end."""


def run_within(
    timeline: Timeline, seconds: float, at_loop: Callable[[Moment], object] = lambda moment: None
) -> bool:
    """Run to the end of the script, for so many seconds at most. ``at_loop`` gets the moment at
    which the training loop begins. Returns False where the run then was inside an epoch and did not
    come to its end, or before its training loop. Such a run cannot go on.

    Only a call into C that never returns is waited for without an end.
    """
    over = threading.Event()
    thread = threading.get_ident()
    script = timeline.script

    def watch() -> None:
        if over.wait(seconds + _GRACE):
            return
        timeline.interrupt()
        wait = _GRACE
        while not over.wait(wait):
            wait = _AGAIN
            # The engine's own code is not to be cut short.
            if frame_of(script.path, thread) and not imports_library(thread, script.folder):
                throw(TimeIsUp, thread)

    watcher = threading.Thread(target=watch, name="gdtui time limit", daemon=True)
    watcher.start()
    hangs = False
    try:
        at_loop(timeline.start())
        timeline.run_for(seconds)
    except TimeIsUp:
        hangs = True
    while True:
        try:
            over.set()
            watcher.join()
            take_back()
            break
        except TimeIsUp:  # it was on its way
            hangs = True
    return not hangs and (timeline.outcome is not None or timeline.between_epochs)
