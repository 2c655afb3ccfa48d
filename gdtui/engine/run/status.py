"""What state a run is in."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What state a run is in when it pauses."""

    READY = "ready"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether the run cannot go on."""
        return self not in (Status.READY, Status.PAUSED)
