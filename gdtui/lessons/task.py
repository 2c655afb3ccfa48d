"""What has to be done for a lesson to go on, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from gdtui.engine.run.timeline import Timeline
from gdtui.lessons.errors import LessonError
from gdtui.lessons.scene import Scene
from gdtui.lessons.travel import Address, Traveller
from gdtui.lessons.trial import Trial, Verdict


@dataclass(frozen=True)
class Task:
    """What has to be done for a walk to go on.

    Attributes:
        address: where the run has to be.
        trial: what is to be tried first; None for nothing.
    """

    address: Address
    trial: Trial | None = None

    def carry_out(self, timeline: Timeline, traveller: Traveller) -> Arrival:
        """Do it, with a run of the address's script."""
        verdict = self.trial.run() if self.trial else None
        try:
            return Arrival(traveller.travel(timeline, self.address), verdict=verdict)
        except LessonError as error:
            return Arrival(None, str(error), line=error.line)


@dataclass(frozen=True)
class Arrival:
    """What came of a task.

    Attributes:
        scene: what is to be seen there; None where the run did not get there.
        trouble: why it did not.
        line: the line of the lesson's file that asked for it; 0 for none.
        verdict: what the trial showed.
    """

    scene: Scene | None
    trouble: str = ""
    line: int = 0
    verdict: Verdict | None = None


class Runner:
    """Carries out tasks with runs of its own, for whoever has no worker to do it. Use it in a
    ``with`` statement, which ends the last run."""

    def __init__(self) -> None:
        self._traveller = Traveller()
        self._timeline: Timeline | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *error: object) -> None:
        if self._timeline:
            self._timeline.close()

    def carry_out(self, task: Task) -> Arrival:
        """Do what a task says, in the present run where that is one of its script."""
        script = task.address.script
        if self._timeline is None or self._timeline.script.text != script.text:
            if self._timeline:
                self._timeline.close()
            self._timeline = Timeline(script)
        return task.carry_out(self._timeline, self._traveller)
