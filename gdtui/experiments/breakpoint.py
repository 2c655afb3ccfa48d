"""A condition that pauses a run."""

from __future__ import annotations

from gdtui.engine.run.timeline import Timeline
from gdtui.experiments.condition import Condition
from gdtui.experiments.first_moment import EpochEnds


class Breakpoint:
    """Pauses a run at the moment at which a condition becomes true: it was not at the end of the
    epoch before. A condition that holds already pauses nothing until it has ceased to.

    Attributes:
        condition: the condition.
    """

    def __init__(self, condition: Condition) -> None:
        self.condition = condition
        self._timeline: Timeline | None = None
        self._epochs: EpochEnds | None = None
        self._at = 0
        self._held = False

    def run_for(self, timeline: Timeline, seconds: float, until_epoch: float) -> bool:
        """Run as :meth:`Timeline.run_for` does, but at most to the moment at which the condition
        becomes true. Returns whether it has come to it.

        Raises:
            ConditionError: the condition cannot be told of this run.
        """
        epochs = self._begun(timeline)

        def became_true() -> bool:
            self._at = timeline.epoch
            met = epochs.meets(self._at)
            became, self._held = met and not self._held, met
            return became

        if not timeline.run_until(became_true, seconds, until_epoch):
            return False
        timeline.seek(self._at - 1)
        timeline.step_until(lambda: self.condition.is_met(timeline.present))
        return True

    def _begun(self, timeline: Timeline) -> EpochEnds:
        """What tells of the run's epochs, from where it is now."""
        at = timeline.epoch - (not timeline.between_epochs)
        if self._epochs is None or timeline is not self._timeline or at != self._at:
            self._timeline, self._at = timeline, at
            self._epochs = EpochEnds(timeline, self.condition)
            self._epochs.begin()
            self._held = self.condition.is_met(timeline.present)
        return self._epochs
