"""Taking a run to where a lesson wants it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gdtui.analysis.study import Study
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.lessons.moves import Go, same_at_start
from gdtui.lessons.scene import Scene


@dataclass(frozen=True)
class Address:
    """Where a run is to be.

    Attributes:
        script: the script that runs.
        moves: the moves from the start of its training loop.
        mark: how many of them lead to what the lesson calls ``before``.
    """

    script: Script
    moves: tuple[Go, ...] = ()
    mark: int = 0


class Traveller:
    """Moves runs to addresses, and notes what it sees on the way.

    A learner may have moved the run in between; then it starts from the beginning again, which
    comes out the same.
    """

    def __init__(self) -> None:
        self._run = 0
        self._study: Study | None = None
        self._moves: tuple[Go, ...] = ()
        self._place: object = None
        # What was to be seen after so many moves.
        self._scenes: dict[int, Scene] = {}

    def travel(self, timeline: Timeline, address: Address) -> Scene:
        """Take a run of the address's script there. Returns what is to be seen there.

        Raises:
            UnfitError: the run does not get there.
        """
        done = len(self._moves)
        stayed = (timeline.run_number, _place(timeline)) == (self._run, self._place)
        if not stayed or self._moves != address.moves[:done]:
            self._begin(timeline)
            done = 0
        assert self._study is not None
        self._arrive(timeline, address, done)
        while done < len(address.moves):
            stop = address.mark if done < address.mark else len(address.moves)
            times = same_at_start(address.moves[done:stop])
            address.moves[done].perform(timeline, times)
            self._look(timeline)
            done += times
            self._arrive(timeline, address, done)
        here, before = self._scenes[len(address.moves)], self._scenes.get(address.mark)
        return here if before is here else replace(here, before=before)

    def _arrive(self, timeline: Timeline, address: Address, count: int) -> None:
        """Note where the first of the moves have led to."""
        assert self._study is not None
        self._moves = address.moves[:count]
        self._place = _place(timeline)
        if count in (address.mark, len(address.moves)):
            self._scenes[count] = Scene.of(self._study, _printed_last(timeline))

    def _begin(self, timeline: Timeline) -> None:
        self._study = Study(timeline.script)
        self._run = timeline.run_number
        self._moves, self._scenes, self._place = (), {}, None
        timeline.seek(0)
        self._look(timeline)

    def _look(self, timeline: Timeline) -> None:
        assert self._study is not None
        self._study.catch_up(timeline.moment, timeline.history)


def _printed_last(timeline: Timeline) -> str:
    """The line that the script has printed last, wherever it has been before."""
    transcript, epoch = timeline.transcript, timeline.epoch
    if timeline.outcome is not None:
        # What comes after the loop is printed with no epoch, so it counts as the last one's.
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
