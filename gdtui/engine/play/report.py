"""What a player tells its listener."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # These bring in NumPy, which a listener need not wait for before it has anything to show.
    from gdtui.engine.record.history import History
    from gdtui.engine.record.transcript import Transcript
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.script.script import Script

FLAT_OUT = math.inf
PACES = (1.0, 2.0, 5.0, 10.0, 30.0, FLAT_OUT)
"""Epochs a second that a learner may choose from."""


class Activity(StrEnum):
    """What a player is doing."""

    EMPTY = "empty"
    LOADING = "loading"
    PAUSED = "paused"
    PLAYING = "playing"
    BROKEN = "broken"


@dataclass(frozen=True)
class Report:
    """What a player tells its listener: plain, frozen, and complete in itself, so a listener
    that misses one loses nothing.

    Attributes:
        activity: what it is doing.
        pace: epochs a second it plays at, or would; infinite for flat out and for running
            to the end.
        script: the script; None before the first.
        moment: where the run is; None while it is loading.
        history: the recorded epochs; may be read from any thread, and grows.
        transcript: what was printed; the same.
        error: a fault of the engine itself, as a traceback; empty without one.
    """

    activity: Activity
    pace: float
    script: Script | None = None
    moment: Moment | None = None
    history: History | None = None
    transcript: Transcript | None = None
    error: str = ""

    @property
    def hurries(self) -> bool:
        """Whether it plays flat out."""
        return self.activity is Activity.PLAYING and self.pace == FLAT_OUT

    @property
    def run(self) -> int:
        """The number of the run, 0 while there is none. A listener that has loaded another
        script drops what still comes of an earlier run."""
        return self.moment.run if self.moment else 0
