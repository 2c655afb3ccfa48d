"""The runs of a lesson, and the place of each step in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gdtui.engine.errors import ScriptError, SettingError
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import shown
from gdtui.lessons.edits import Edit, edited
from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.lesson import Lesson
from gdtui.lessons.format.moves import Alter, Go, Load, Mended, Move, Set
from gdtui.stages import KEYS


@dataclass(frozen=True)
class Run:
    """A run of a lesson.

    Attributes:
        script: the script with the edits and settings of the lesson.
        sets: the settings that the lesson changes for this run.
    """

    script: Script
    sets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Leg:
    """A place in one of the runs.

    Attributes:
        run: the number of the run, counted from 0.
        moves: the moves from its start.
        mark: the number of moves that lead to the place that the lesson calls ``before``.
    """

    run: int
    moves: tuple[Go, ...] = ()
    mark: int = 0


@dataclass(frozen=True)
class Stop:
    """The places where a step is shown, and where its question is answered."""

    shown: Leg
    answered: Leg


@dataclass(frozen=True)
class LessonPlan:
    """All runs of a lesson, and a stop for each of its steps."""

    runs: tuple[Run, ...]
    stops: tuple[Stop, ...]
    healthy: Script
    """The first run's script without the lesson's edits."""


def make_plan(lesson: Lesson) -> LessonPlan:
    """The plan of a lesson.

    Raises:
        LessonError: a script cannot be read, or has no such setting.
    """
    planner = _Planner(lesson)
    stops = []
    for step in lesson.steps:
        shown = planner.go(step.go)
        answered = planner.go(step.question.then) if step.question else shown
        stops.append(Stop(shown, answered))
    return LessonPlan(tuple(planner.runs), tuple(stops), planner.healthy)


class _Planner:
    """Follows the moves of a lesson, and collects the runs that they start."""

    def __init__(self, lesson: Lesson) -> None:
        self._lesson = lesson
        self._base = self._load(lesson.stage, 1)
        own = {setting.name for setting in self._base.settings}
        if strange := [name for name in lesson.settings if name not in own]:
            raise LessonError(f"settings: {lesson.stage} has no {', '.join(strange)}", 1)
        self._edits: tuple[Edit, ...] = lesson.edit
        self._sets: dict[str, object] = {}
        self._moves: tuple[Go, ...] = ()
        self.runs: list[Run] = []
        self.healthy = self._script((), 1)
        self._begin(frozenset(), 1)

    def go(self, moves: Iterable[Move]) -> Leg:
        """Make some moves."""
        before = (len(self.runs), len(self._moves))
        # Several changes in a row make one run; one of them alone might be invalid.
        sets: set[str] = set()
        changed = 0
        for move in moves:
            match move:
                case Go():
                    if changed:
                        self._begin(frozenset(sets), changed)
                        sets, changed = set(), 0
                    self._moves += (move,)
                    continue
                case Set(name, value):
                    self._sets[name] = value
                    sets.add(name)
                case Load(name):
                    self._base, self._sets, self._edits = self._load(name, move.line), {}, ()
                case Mended():
                    self._edits = ()
                case Alter(name):
                    self._edits += self._named(name, move.line)
            changed = move.line or 1
        if changed:
            self._begin(frozenset(sets), changed)
        same_run = before[0] == len(self.runs)
        return Leg(len(self.runs) - 1, self._moves, before[1] if same_run else 0)

    def _begin(self, sets: frozenset[str], line: int) -> None:
        self.runs.append(Run(self._script(self._edits, line), sets))
        self._moves = ()

    def _named(self, name: str, line: int) -> tuple[Edit, ...]:
        known = self._lesson.edits
        if name not in known:
            there = f"there are {', '.join(known)}" if known else "the lesson has none"
            raise LessonError(f"no edit is called {shown(name)}; {there}", line)
        return known[name]

    def _script(self, edits: tuple[Edit, ...], line: int) -> Script:
        try:
            script = edited(self._base, edits) if edits else self._base
            own = {setting.name for setting in script.settings}
            given = {n: v for n, v in self._lesson.settings.items() if n in own}
            return script.with_settings(given | self._sets)
        except (ScriptError, SettingError) as error:
            raise LessonError(str(error), line) from None

    def _load(self, name: str, line: int) -> Script:
        try:
            if name in KEYS:
                return Script.stage(name)
            # The script keeps the name that the lesson uses, whatever its path.
            return replace(Script.from_file(self._lesson.path.parent / name), name=name)
        except ScriptError as error:
            stages = ", ".join(KEYS)
            raise LessonError(f"{error}; the stages are {stages}", line) from None
