"""The state of the app, as far as it decides which keys are available."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from gdtui.engine.play.report import PACES, Activity, Report
from gdtui.engine.script.pipeline import has_batches, stepped_functions
from gdtui.ui.plots.picture import MOST_CURVES

if TYPE_CHECKING:
    from gdtui.engine.record.history import Field


class Focus(StrEnum):
    """What has the focus, as far as the keys depend on it."""

    RUN = "run"
    """The code, the details, the timeline, a lesson's text, the list of stages, or nothing."""

    PLOTS = "plots"
    """A plot over the epochs."""

    ANSWER = "answer"
    """The list or the field for a lesson's answer."""

    FIELD = "field"
    """A field for a setting. It takes every character."""


@dataclass(frozen=True)
class LessonSituation:
    """The state of a lesson, as far as commands depend on it.

    Attributes:
        state: what the lesson waits for, a value of ``walk.State``.
        hints_left: how many hints are still hidden.
        can_put_back: whether the learner has changed anything that the lesson can restore.
        at_start: whether this is the first step.
        kind: the kind of its question, by its name in ``lessons.kinds.table``; empty without a
            question.
        options: the number of answers to choose from.
        takes_script: whether the script may be edited to answer.
    """

    state: str
    hints_left: int = 0
    can_put_back: bool = False
    at_start: bool = False
    kind: str = ""
    options: int = 0
    takes_script: bool = False


@dataclass(frozen=True)
class Situation:
    """The state of the app as far as commands depend on it.

    Attributes:
        report: the worker's last report.
        stages: how many scripts there are to choose from.
        changed: whether any setting differs from the script's own.
        can_undo: whether there is a change of a setting to undo.
        can_redo: whether there is an undone one to redo.
        has_rate: whether the script has a learning rate among its settings.
        has_file: whether the app was opened with a script's file.
        file_news: the notice about that file; empty for none.
        cursor: the epoch under the plots' cursor; None without a cursor.
        lesson: the state of the lesson; None outside lessons.
        pending: whether the worker has unfinished commands. A key that moves the run is queued
            behind them, so it counts as available.
        focus: what has the focus.
        pins: how many runs are pinned.
        is_pinned: whether the present run is one of them.
        branch_news: the notice that the next change starts a branch; empty if it does not.
        pause_news: the notice that a condition pauses play; empty if none does.
        has_data: whether the script reads the learner's own samples from their file.
    """

    report: Report
    stages: int
    changed: bool = False
    cursor: int | None = None
    lesson: LessonSituation | None = None
    pending: bool = False
    focus: Focus = Focus.RUN
    can_undo: bool = False
    can_redo: bool = False
    has_rate: bool = False
    has_file: bool = False
    file_news: str = ""
    pins: int = 0
    is_pinned: bool = False
    has_data: bool = False
    branch_news: str = ""
    pause_news: str = ""

    @property
    def loaded(self) -> bool:
        """Whether a run is loaded, so that keys can move in it."""
        return self.report.moment is not None

    @property
    def playing(self) -> bool:
        return self.report.activity is Activity.PLAYING

    @property
    def can_go_on(self) -> bool:
        """Whether there are statements left to run."""
        moment = self.report.moment
        return self.pending or (moment is not None and not moment.status.is_over)

    @property
    def can_go_back(self) -> bool:
        """Whether any statement has run."""
        moment = self.report.moment
        return self.pending or (moment is not None and (moment.epoch > 0 or moment.step > 0))

    @property
    def can_play_faster(self) -> bool:
        return self.report.pace < PACES[-1]

    @property
    def can_play_slower(self) -> bool:
        return self.report.pace > PACES[0]

    @property
    def has_batches(self) -> bool:
        """Whether the script's epochs have batches."""
        script = self.report.script
        return script is not None and has_batches(script)

    @property
    def has_functions(self) -> bool:
        """Whether the script has functions to step into."""
        script = self.report.script
        return script is not None and bool(stepped_functions(script))

    @property
    def is_in_function(self) -> bool:
        """Whether the run is paused in a function that the training loop has called."""
        moment = self.report.moment
        return moment is not None and bool(moment.calls)

    @property
    def has_many_parameters(self) -> bool:
        """Whether the parameters have too many numbers for a curve each."""
        fields = self._parameter_fields
        return len(fields) > 1 and sum(each.width for each in fields) > MOST_CURVES

    @property
    def has_two_numbers(self) -> bool:
        """Whether the parameters have two numbers at least."""
        fields = self._parameter_fields
        return any(each.norm_of is not None for each in fields) or (
            sum(each.width for each in fields) > 1
        )

    @property
    def _parameter_fields(self) -> list[Field]:
        history = self.report.history
        return [each for each in history.fields if each.kind == "parameter"] if history else []

    @property
    def has_epochs(self) -> bool:
        """Whether the cursor of the plots has an epoch to go to."""
        return self.report.history is not None and len(self.report.history) > 0

    @property
    def can_edit(self) -> bool:
        """Whether the script's text can be edited: in a lesson it is the lesson's, and that of a
        notebook stands in its cells."""
        script = self.report.script
        return self.lesson is None and script is not None and not script.cells

    @property
    def can_mend(self) -> bool:
        """Whether the script can be edited to answer the question of a lesson."""
        return self.lesson is not None and self.lesson.takes_script and self.is_asked

    @property
    def can_branch(self) -> bool:
        """Whether a change can start a branch where the run is."""
        moment = self.report.moment
        return self.can_edit and moment is not None and moment.epoch > (not moment.epoch_over)

    @property
    def has_samples(self) -> bool:
        """Whether the script has inputs and targets that other samples can replace."""
        script = self.report.script
        return script is not None and ({"inputs", "targets"} <= set(script.values) or self.has_data)

    @property
    def has_numbers(self) -> bool:
        """Whether the script is loaded and has settings that are numbers, to try others of."""
        script = self.report.script if self.loaded else None
        settings = script.settings if script else ()
        return any(type(each.value) in (int, float) for each in settings if not each.choices)

    @property
    def reads_out(self) -> bool:
        """Whether the cursor of the plots is on an epoch."""
        return self.cursor is not None

    @property
    def enter_reads_out(self) -> bool:
        """Whether enter goes to the epoch under the cursor. In a lesson enter continues the lesson,
        unless a plot has the focus."""
        return self.reads_out and (self.lesson is None or self.focus is Focus.PLOTS)

    @property
    def is_asked(self) -> bool:
        """Whether a lesson waits for an answer."""
        return self.lesson is not None and self.lesson.state == "asking"

    @property
    def can_reset(self) -> bool:
        return self.changed or self.can_go_back or self.playing


def faster(pace: float) -> float:
    """The next faster pace, or the same if it is the fastest."""
    return min((each for each in PACES if each > pace), default=pace)


def slower(pace: float) -> float:
    """The next slower pace, or the same if it is the slowest."""
    return max((each for each in PACES if each < pace), default=pace)
