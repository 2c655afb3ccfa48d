"""The moves that a lesson makes in a run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gdtui.engine.parsing import literal
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.pipeline import statement_at
from gdtui.engine.script.settings import MAX_EPOCHS, shown
from gdtui.engine.script.syntax import children, in_order
from gdtui.lessons.errors import LessonError, UnfitError

_LONGEST_EPOCH = 1000
"""The number of statements after which a phase counts as missing in the loop."""

MOVES = (
    "start, end, statement, 3 statements, back, epoch, 3 epochs, epoch 20, "
    f"{', '.join(Phase)}, set NAME = VALUE, stage NAME, edit NAME or mended"
)
"""The moves that a lesson can make, in words."""


@dataclass(frozen=True)
class Go:
    """A move in a run.

    Attributes:
        text: the move as the lesson writes it.
        line: its line in the lesson's file.
    """

    text: str
    line: int = 0

    def perform(self, timeline: Timeline, times: int = 1) -> None:
        """Make the move. ``back`` may be made several times at once, which takes no longer than
        once. At its end the run does not move.

        Raises:
            UnfitError: the run ended before its destination.
        """
        words = self.text.split()
        count = int(words[0]) if words[0].isdigit() else 1
        match words[-1].removesuffix("s") if words[-1] not in set(Phase) else "phase":
            case "start":
                timeline.seek(0)
            case "end":
                timeline.run()
            case "back":
                timeline.back(times)
            case "statement":
                self._repeat(timeline, Timeline.step, count)
            case "phase":
                self._run_to(timeline, Phase(words[-1]))
            case "epoch":
                self._run_epochs(timeline, count)
            case number:
                self._seek(timeline, int(number))

    def _repeat(self, timeline: Timeline, move: Callable[[Timeline], object], count: int) -> None:
        for _ in range(count):
            self._check(timeline)
            before = timeline.moment
            move(timeline)
            now = timeline.moment
            if now.position == before.position and now.failure is None:
                self._check(timeline)  # the run has ended instead

    def _run_epochs(self, timeline: Timeline, count: int) -> None:
        self._check(timeline)
        last = timeline.epoch + count - (not timeline.between_epochs)
        if count > 1:
            timeline.seek(last - 1)
            self._check(timeline)
        timeline.seek(last)
        moment = timeline.moment
        if timeline.epoch < last and moment.failure is None:
            self._check(timeline)  # the run has ended instead

    def _seek(self, timeline: Timeline, epoch: int) -> None:
        moment = timeline.seek(epoch)
        if (moment.epoch, moment.epoch_over) != (epoch, True):
            raise UnfitError(
                f"the run does not reach the end of epoch {epoch}: {moment.message}", self.line
            )

    def _run_to(self, timeline: Timeline, phase: Phase) -> None:
        loop = timeline.script.loop
        statements = (each for each in in_order(loop.node) if isinstance(each, ast.stmt))
        if not any(loop.phase(each) is phase for each in statements):
            raise UnfitError(f"no statement of the loop belongs to {phase}", self.line)
        for _ in range(_LONGEST_EPOCH):
            self._check(timeline)
            moment = timeline.step()
            node = statement_at(timeline.script, moment.line) if moment.line else None
            if moment.failure is not None:
                return
            if moment.phase is phase and node is not None and not children(node):
                return
        raise UnfitError(f"the run does not reach a statement of {phase}", self.line)

    def _check(self, timeline: Timeline) -> None:
        if timeline.outcome is not None:
            message = timeline.moment.message
            raise UnfitError(f"the run ends before the move {self.text!r}: {message}", self.line)


@dataclass(frozen=True)
class Set:
    """Start a new run of the script with another setting."""

    name: str
    value: object
    line: int = 0


@dataclass(frozen=True)
class Load:
    """Start a run of another script, with the lesson's own settings."""

    name: str
    line: int = 0


@dataclass(frozen=True)
class Mended:
    """Start a run of the script without the lesson's edits."""

    line: int = 0


@dataclass(frozen=True)
class Alter:
    """Start a run of the script after one of the lesson's named edits, with the present
    settings."""

    name: str
    line: int = 0


def same_at_start(moves: Sequence[Go]) -> int:
    """The number of first moves that can be made at once."""
    count = 0
    while count < len(moves) and moves[count].text == "back":
        count += 1
    return max(1, count)


Move = Go | Set | Load | Mended | Alter

_GO = re.compile(
    r"start|end|back|statement|[1-9]\d{0,2} statements|"
    r"epoch|[1-9]\d{0,6} epochs|epoch [1-9]\d{0,7}|" + "|".join(Phase),
    re.ASCII,
)


def parse_move(text: str, line: int = 0) -> Move:
    """A move as a lesson writes it.

    Raises:
        LessonError: the text is not a move.
    """
    text = " ".join(text.split())
    if match := re.fullmatch(r"set ([^\W\d]\w*) ?= ?(.+)", text):
        try:
            return Set(match[1], literal(match[2]), line)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            raise LessonError(f"{shown(match[2])} is not a Python literal", line) from None
    if match := re.fullmatch(r"stage (\S+)", text):
        return Load(match[1], line)
    if match := re.fullmatch(r"edit (\S+)", text):
        return Alter(match[1], line)
    if text == "mended":
        return Mended(line)
    if _GO.fullmatch(text) and all(int(each) <= MAX_EPOCHS for each in re.findall(r"\d+", text)):
        return Go(text, line)
    raise LessonError(f"{shown(text)} is not a move; one is {MOVES}", line)
