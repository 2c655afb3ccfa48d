"""Takes a run to the place where a step of a lesson is shown."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gdtui.analysis.study import Study
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.moves import Go, same_at_start
from gdtui.lessons.kinds.kind import Check, CheckResult
from gdtui.lessons.snapshot import Snapshot


@dataclass(frozen=True)
class Destination:
    """The place to which a run goes.

    Attributes:
        script: the script that runs.
        moves: the moves from the start of its training loop.
        mark: the number of moves that lead to the place that the lesson calls ``before``.
    """

    script: Script
    moves: tuple[Go, ...] = ()
    mark: int = 0


class Navigator:
    """Moves runs to destinations, and keeps a snapshot at each.

    If the learner has moved the run in between, it starts again from the beginning, with the same
    result.
    """

    def __init__(self) -> None:
        self._run = 0
        self._study: Study | None = None
        self._moves: tuple[Go, ...] = ()
        self._place: object = None
        # Snapshots by the number of moves that lead to them.
        self._snapshots: dict[int, Snapshot] = {}

    def navigate(self, timeline: Timeline, destination: Destination) -> Snapshot:
        """Take a run of the destination's script there. Returns a snapshot of it.

        Raises:
            UnfitError: the run does not reach the destination.
        """
        done = len(self._moves)
        stayed = (timeline.run_number, _place(timeline)) == (self._run, self._place)
        if not stayed or self._moves != destination.moves[:done]:
            self._begin(timeline)
            done = 0
        assert self._study is not None
        self._arrive(timeline, destination, done)
        while done < len(destination.moves):
            stop = destination.mark if done < destination.mark else len(destination.moves)
            times = same_at_start(destination.moves[done:stop])
            destination.moves[done].perform(timeline, times)
            self._look(timeline)
            done += times
            self._arrive(timeline, destination, done)
        here, before = (
            self._snapshots[len(destination.moves)],
            self._snapshots.get(destination.mark),
        )
        return here if before is here else replace(here, before=before)

    def _arrive(self, timeline: Timeline, destination: Destination, count: int) -> None:
        """Note that the first ``count`` moves are made."""
        assert self._study is not None
        self._moves = destination.moves[:count]
        self._place = _place(timeline)
        if count in (destination.mark, len(destination.moves)):
            self._snapshots[count] = Snapshot.of(self._study, _printed_last(timeline))

    def _begin(self, timeline: Timeline) -> None:
        self._study = Study(timeline.script)
        self._run = timeline.run_number
        self._moves, self._snapshots, self._place = (), {}, None
        timeline.seek(0)
        self._look(timeline)

    def _look(self, timeline: Timeline) -> None:
        assert self._study is not None
        self._study.catch_up(timeline.moment, timeline.history)


@dataclass(frozen=True)
class Task:
    """What a walk needs to continue.

    Attributes:
        destination: the place to which the run must go.
        check: an answer to check first; None for none.
    """

    destination: Destination
    check: Check | None = None

    def carry_out(self, timeline: Timeline, navigator: Navigator) -> Arrival:
        """Carry out the task, with a run of the destination's script."""
        result = self.check.run() if self.check else None
        try:
            return Arrival(navigator.navigate(timeline, self.destination), result=result)
        except LessonError as error:
            return Arrival(None, str(error), line=error.line)


@dataclass(frozen=True)
class Arrival:
    """The result of a task.

    Attributes:
        snapshot: the run at the destination; None if it did not get there.
        trouble: the reason if it did not.
        line: the line of the failed move in the lesson's file; 0 for none.
        result: the result of the check; None without one.
    """

    snapshot: Snapshot | None
    trouble: str = ""
    line: int = 0
    result: CheckResult | None = None


class Runner:
    """Carries out tasks with its own runs, where there is no worker. Use it in a ``with``
    statement, which ends the last run."""

    def __init__(self) -> None:
        self._navigator = Navigator()
        self._timeline: Timeline | None = None

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *error: object) -> None:
        if self._timeline:
            self._timeline.close()

    def carry_out(self, task: Task) -> Arrival:
        """Carry out a task, in the present run if that runs the right script."""
        script = task.destination.script
        if self._timeline is None or self._timeline.script.text != script.text:
            if self._timeline:
                self._timeline.close()
            self._timeline = Timeline(script)
        return task.carry_out(self._timeline, self._navigator)


def _printed_last(timeline: Timeline) -> str:
    """The last line that the script has printed by now."""
    transcript, epoch = timeline.transcript, timeline.epoch
    if timeline.outcome is not None:
        # Lines after the loop have no epoch, so they count for the last one.
        last, now = transcript.line_count, ""
    elif timeline.between_epochs:
        last, now = transcript.lines_until(epoch), ""
    else:
        last, now = transcript.lines_until(epoch - 1), transcript.printed_again(epoch)
    lines = now.splitlines()
    return lines[-1] if lines else transcript.last_printed(last)


def _place(timeline: Timeline) -> object:
    moment = timeline.moment
    return moment.position, moment.status, moment.epoch_over
