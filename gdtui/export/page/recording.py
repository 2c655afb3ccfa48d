"""Plays a run, and takes down as much of it as there is room for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gdtui.analysis.study import Study
from gdtui.engine.printable import clean_line
from gdtui.engine.record.transcript import Transcript
from gdtui.engine.run.moment import Moment
from gdtui.engine.run.timeline import Timeline
from gdtui.export.page.encoding import encoded
from gdtui.export.page.views import Shared, ViewKind, view_of

_LONGEST_LINE = 200
_TAIL_SHARE = 4
"""One part in so many of the room for what was printed is for its end."""

_MOST_LINES = 5_000


@dataclass
class Recording:
    """A run that has been played to its end.

    Attributes:
        study: what is known of the run, at its end.
        views: what was shown, in the order of time: the moment before the first epoch, each
            statement, each epoch that is over, and the end of the run.
        shared: what several of them show.
        detailed: the epochs from the first whose statements are all among the views.
        last_step: the last statement among the views of the epoch after those; 0 for none.
        is_whole: whether there is a view for each statement of the run.
    """

    study: Study
    views: list[dict[str, Any]] = field(default_factory=list)
    shared: Shared = field(default_factory=Shared)
    detailed: int = 0
    last_step: int = 0
    is_whole: bool = False


def record(timeline: Timeline, room: int) -> Recording:
    """Play a run from its start to its end.

    Statements are taken down until ``room`` bytes of JSON are full; an epoch that would probably
    not fit whole is not begun, unless it is the first. After that the run goes on flat out.
    """
    return _Recorder(timeline, room).record()


class _Recorder:
    def __init__(self, timeline: Timeline, room: int) -> None:
        self._timeline = timeline
        self._room = room
        self._used = 0
        self._found = Recording(Study(timeline.script))

    def record(self) -> Recording:
        timeline, found = self._timeline, self._found
        moment = timeline.start()
        if not moment.status.is_over:
            self._take(moment, ViewKind.START)
            self._step_through()
            moment = timeline.run()
        else:
            found.is_whole = True
        self._take(moment, ViewKind.END)
        return found

    def _step_through(self) -> None:
        """Take down each statement until the room is full or the run is over."""
        timeline, found = self._timeline, self._found
        begun = self._used
        while True:
            at = timeline.moment.position
            moment = timeline.step()
            if moment.status.is_over or moment.position == at:
                found.is_whole = moment.status.is_over
                return
            self._take(moment, ViewKind.STATEMENT)
            if not moment.epoch_over:
                found.last_step = moment.step
                if self._used > self._room:
                    return
                continue
            self._take(moment.beside(None, moment.epoch_start), ViewKind.EPOCH)
            found.detailed, found.last_step = moment.epoch, 0
            cost = self._used - begun
            begun = self._used
            if self._used + cost > self._room:
                return

    def _take(self, moment: Moment, kind: ViewKind) -> None:
        found, timeline = self._found, self._timeline
        found.study.catch_up(moment, timeline.history)
        before = found.shared.size
        view = view_of(found.study, kind, found.shared, timeline.transcript.line_count)
        found.views.append(view)
        self._used += len(encoded(view)) + 1 + found.shared.size - before


def printed_lines(transcript: Transcript, room: int) -> dict[str, Any]:
    """What a run has printed, as a JSON object: ``head`` and ``tail``, the first and the last
    lines as far as they fit into ``room`` bytes of JSON, and ``left_out``, how many there are
    between. A line is a list: its epoch, its text, and whether it was written to standard error.
    """
    count = transcript.line_count
    head = _lines_until(transcript, range(count), room - room // _TAIL_SHARE)
    rest = range(count - 1, len(head) - 1, -1)
    tail = _lines_until(transcript, rest, room // _TAIL_SHARE)[::-1]
    return {"head": head, "left_out": count - len(head) - len(tail), "tail": tail}


def _lines_until(transcript: Transcript, places: range, room: int) -> list[list[Any]]:
    """The lines at some places, as many as there is room for."""
    found: list[list[Any]] = []
    for place in places[:_MOST_LINES]:
        (line,) = transcript.lines(place, place + 1)
        row = [line.epoch, clean_line(line.text, _LONGEST_LINE), line.error]
        room -= len(encoded(row)) + 1
        if room < 0:
            break
        found.append(row)
    return found
