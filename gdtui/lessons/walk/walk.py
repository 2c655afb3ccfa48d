"""A learner's walk through a lesson: what the page shows, and what follows from what they do.

A walk runs nothing itself. A :class:`Task` says where the run must go, :meth:`Walk.arrive` takes
the result, and then there is a :class:`Page` to show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.script import Script
from gdtui.lessons.errors import LessonError, UnfitError
from gdtui.lessons.format.lesson import Lesson, Question, Step
from gdtui.lessons.kinds.kind import Asked, Check, CheckResult, Grade
from gdtui.lessons.score import Outcome, Score
from gdtui.lessons.snapshot import Snapshot
from gdtui.lessons.walk.navigation import Arrival, Destination, Task
from gdtui.lessons.walk.page import COMES_BACK, Page, State
from gdtui.lessons.walk.plan import Leg, LessonPlan, make_plan
from gdtui.lessons.walk.scripts import Scripts


@dataclass
class _Visit:
    """A visit to a step, in the course of the lesson or because its question comes back."""

    step: int
    again: bool = False
    hints: int = 0
    grade: Grade | None = None
    # The learner's script, if it runs in place of the lesson's.
    mended: Script | None = None


class Walk:
    """One learner's walk through one lesson.

    Attributes:
        lesson: the lesson.
        state: what the walk waits for.
        score: the results of the questions so far.
        snapshot: the last snapshot of the run; None before the first.
        fault_line: the line in the lesson's file at which it could not continue; 0 for none.
    """

    def __init__(self, lesson: Lesson, at: int = 0, score: Score | None = None) -> None:
        """Begin at a step, counted from 0, with the score of those before it.

        Raises:
            LessonError: the lesson needs a script or a setting that does not exist.
        """
        self.lesson = lesson
        self.state = State.MOVING
        self.score = score or Score(lesson.questions)
        self._plan: LessonPlan = make_plan(lesson)
        self._visits = [_Visit(step) for step in range(len(lesson.steps))]
        if at >= len(lesson.steps):
            self._visits += self._coming_back()
        self._at = min(max(0, at), len(self._visits) - 1)
        # The answer, or a check that has to run first; None for none.
        self._answering: object = None
        self._moving_to_answer = False
        self._scripts = Scripts(self._plan)
        self._kept: dict[str, object] = {}
        # The walk must pass earlier steps that keep a value, to have it.
        self._passing: list[int] = self._keepers()
        self._asked: Asked | None = None
        self.snapshot: Snapshot | None = None
        self.fault_line = 0
        self._trouble = ""
        self._page = Page(self.step.title, self.place, State.MOVING)

    # Where it is ----------------------------------------------------------------------

    @property
    def at(self) -> int:
        """Where the lesson resumes: the index of a step, or the number of steps if only questions
        that come back are left."""
        return min(self._at + (self.state is State.ANSWERED), len(self.lesson.steps))

    @property
    def page(self) -> Page:
        """The current page."""
        return self._page

    @property
    def task(self) -> Task:
        """What the walk needs to continue, while its state is ``MOVING``.

        Raises:
            UnfitError: the learner's settings do not fit the lesson.
        """
        check = self._answering if isinstance(self._answering, Check) else None
        return Task(self._destination, None if self._passing else check)

    @property
    def own_script(self) -> Script:
        """The script of the present step without the learner's changes."""
        return self._mended or self._scripts.own(self._leg.run)

    @property
    def _visit(self) -> _Visit:
        return self._visits[min(self._at, len(self._visits) - 1)]

    @property
    def step(self) -> Step:
        """The present step."""
        return self.lesson.steps[self._visit.step]

    @property
    def _question(self) -> Question:
        question = self.step.question
        assert question is not None
        return question

    @property
    def place(self) -> str:
        """The position in the lesson, such as ``step 3 of 14``, or ``once more, 1 of 2`` for the
        first of two questions that come back."""
        if self._visit.again:
            count = len(self._visits) - len(self.lesson.steps)
            return f"once more, {self._at - len(self.lesson.steps) + 1} of {count}"
        return f"step {self._visit.step + 1} of {len(self.lesson.steps)}"

    def _keepers(self) -> list[int]:
        """The steps before this one that keep a value."""
        return [step for step in range(self._visit.step) if self.lesson.steps[step].keep]

    @property
    def _leg(self) -> Leg:
        """The place to which the run must go."""
        if self._passing:
            return self._plan.stops[self._passing[0]].shown
        stop = self._plan.stops[self._visit.step]
        # A check runs where the question was asked.
        if self._moving_to_answer and not isinstance(self._answering, Check):
            return stop.answered
        return stop.shown

    @property
    def _destination(self) -> Destination:
        leg = self._leg
        return Destination(self._mended or self._scripts.script(leg.run), leg.moves, leg.mark)

    @property
    def _mended(self) -> Script | None:
        """The learner's own script, if it runs in place of the lesson's."""
        return self._visit.mended if self._moving_to_answer and not self._passing else None

    # What the learner does ------------------------------------------------------------

    def go_on(self) -> None:
        """Go on from a page that the learner has read."""
        if self.state not in (State.READING, State.ANSWERED, State.STUCK):
            return
        self._scripts.come_back()
        self._at += 1
        if self._at >= len(self._visits):
            self._visits += self._coming_back()
        if self._at >= len(self._visits):
            self._finish()
        else:
            self._move()

    def _coming_back(self) -> list[_Visit]:
        """A missed question comes back once, even if it could not be asked that time."""
        come = {visit.step for visit in self._visits if visit.again}
        return [_Visit(step, again=True) for step in self.score.missed if step not in come]

    def back(self) -> None:
        """Go back to the last step."""
        if self._at > 0 and self.state is not State.MOVING:
            self._at -= 1
            self._move()

    def answer(self, text: str) -> None:
        """Answer the question. Then the run goes on and shows whether the answer is right.

        Raises:
            LessonError: the text is not an answer to this question.
        """
        if self.state is not State.ASKING:
            return
        assert self._asked is not None
        if not text.strip():
            raise LessonError(f"no answer yet: give {self._question.kind.form}")
        try:
            self._answering = self._question.kind.read(text.strip(), self._asked)
        except ScriptError as error:
            raise LessonError(str(error)) from None
        self._move(to_answer=True, answering=self._answering)

    def answer_with(self, script: Script) -> None:
        """Answer the question with the script of this step as the learner has edited it.

        Raises:
            LessonError: a script is not an answer to this question, or it is as it was.
        """
        if self.state is State.ASKING:
            assert self._asked is not None
            answer = self._question.kind.read_script(script, self._asked)
            self._move(to_answer=True, answering=answer)

    def skip(self) -> None:
        """Go on without an answer, and see the right one."""
        if self.state is State.ASKING:
            self._move(to_answer=True)

    def hint(self) -> None:
        """Show the next hint."""
        if self.state is State.ASKING and self._visit.hints < len(self._hints):
            self._visit.hints += 1
            self._show()

    def adopt(self, script: Script) -> None:
        """Go on with a script that the learner has changed. If it is not the script of the present
        step with other settings, the page says so and waits."""
        if self.state is State.OVER:
            return
        self._scripts.adopt(self._leg.run, script)
        self._again()

    def put_back(self) -> None:
        """Go on with the lesson's own scripts and settings."""
        if self.state is State.OVER:
            return
        self._scripts.put_back()
        self._again()

    def _again(self) -> None:
        self._passing = self._keepers()
        self._move()

    def _move(self, *, to_answer: bool = False, answering: object = None) -> None:
        self._moving_to_answer, self._answering = to_answer, answering
        self._trouble = self._scripts.elsewhere
        self.state = State.MOVING
        try:
            _ = self.task
        except UnfitError as error:
            self._trouble = str(error)
        if self._trouble:
            self.state = State.STUCK
        self._show()

    # What comes of it -----------------------------------------------------------------

    def arrive(self, arrival: Arrival) -> None:
        """Take the result of the task."""
        if self.state is not State.MOVING:
            return
        if arrival.snapshot is None:
            self._be_stuck(LessonError(arrival.trouble, arrival.line))
            return
        try:
            if self._passing:
                self._keep(self.lesson.steps[self._passing.pop(0)], arrival.snapshot)
            elif isinstance(self._answering, Check) and arrival.result:
                self._settle_check(arrival.result, arrival.snapshot.keeping(self._kept))
            else:
                self._see(arrival.snapshot.keeping(self._kept))
        except LessonError as error:
            self._be_stuck(error)

    def _settle_check(self, result: CheckResult, snapshot: Snapshot) -> None:
        assert self._asked is not None
        self._visit.mended = result.script
        self._settle(self._question.kind.grade(result, self._asked, snapshot))
        self._answering = None

    def _see(self, snapshot: Snapshot) -> None:
        step, visit = self.step, self._visit
        if not self._moving_to_answer:
            try:
                self._keep(step, snapshot)
            except LessonError:
                # The conditions of the step explain better why a value cannot be kept.
                self._check_needs(step, snapshot)
                raise
            self.snapshot = snapshot = snapshot.keeping(self._kept)
            self._asked = self._asked_at(snapshot)
            self._check_needs(step, snapshot)
            if visit.grade is not None:
                # The question has been answered: on to the place where the answer is shown.
                self._move(to_answer=True)
                return
            self.state = State.ASKING if step.question else State.READING
        else:
            self.snapshot = snapshot
            asked = self._asked or self._asked_at(snapshot)
            if visit.grade is None:
                kind = self._question.kind
                if self._answering is None:
                    solution = kind.solution(asked, snapshot)
                    self._settle(Grade(Outcome.SKIPPED, f"Skipped. {solution}"))
                else:
                    self._settle(kind.grade(self._answering, asked, snapshot))
            self._answering = None
            self.state = State.ANSWERED
        self._show()

    def _asked_at(self, snapshot: Snapshot) -> Asked:
        return Asked(snapshot, lambda: self._scripts.healthy(snapshot.script))

    @staticmethod
    def _check_needs(step: Step, snapshot: Snapshot) -> None:
        for need in step.needs:
            if not need.holds.holds(snapshot.names):
                raise UnfitError(need.reason)

    def _settle(self, grade: Grade) -> None:
        self._visit.grade = grade
        self.score = self.score.noting(self._visit.step, grade.outcome, self._visit.hints)

    def _keep(self, step: Step, snapshot: Snapshot) -> None:
        for name, expression in step.keep:
            self._kept[name] = expression.value(snapshot.keeping(self._kept).names)

    def _be_stuck(self, error: LessonError) -> None:
        self.state, self._trouble = State.STUCK, str(error)
        self.fault_line = error.line or self.step.line
        self._show()

    def _finish(self) -> None:
        self.state = State.OVER
        titles = [step.title for step in self.lesson.steps]
        text = f"**{self.lesson.title}**: {self.score.text}.\n\n{self.score.listed(titles)}"
        self._page = Page("The end of the lesson", "", State.OVER, text=text)

    # What is shown --------------------------------------------------------------------

    @property
    def _hints(self) -> list[str]:
        """The hints of the question, and the last hint of its kind."""
        if self._asked is None or self.step.question is None:
            return []
        names, question = self._asked.snapshot.names, self._question
        hints = [each.fill(names) for each in question.hints]
        last = question.kind.last_hint(self._asked)
        return [*hints, last] if last else hints

    def _show(self) -> None:
        """Make a new page. While the run moves, the old one stays."""
        if self.state is State.MOVING:
            return
        try:
            self._page = self._made()
        except LessonError as error:
            self.state, self._trouble = State.STUCK, str(error)
            self.fault_line = error.line or self.step.line
            self._page = self._made()

    def _made(self) -> Page:
        step, visit = self.step, self._visit
        page = Page(
            step.title,
            self.place,
            self.state,
            look=step.look,
            only=step.only,
            note=self._scripts.note(self._leg.run),
            trouble=self._trouble if self.state is State.STUCK else "",
            can_put_back=self._scripts.are_changed,
        )
        if self.state is State.STUCK or (self._asked is None and self.snapshot is None):
            return page
        asked = self._asked.snapshot if self._asked else self.snapshot
        assert asked is not None
        assert self.snapshot is not None
        text = (COMES_BACK if visit.again else "") + step.text.fill(asked.names)
        question = step.question
        if question is None:
            return replace(page, text=text)
        hints = self._hints
        answered = self.state is State.ANSWERED
        return replace(
            page,
            text=text,
            prompt=question.prompt.fill(asked.names),
            kind=question.kind.name,
            takes_script=question.kind.takes_script,
            options=tuple(question.kind.options(asked)),
            form=question.kind.form,
            hints=tuple(hints[: visit.hints]),
            hints_left=len(hints) - visit.hints,
            outcome=visit.grade.outcome if visit.grade else None,
            said=visit.grade.text if visit.grade else "",
            why=question.why.fill(self.snapshot.names) if answered else "",
        )
