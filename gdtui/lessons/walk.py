"""A learner's way through a lesson: what is shown now, and what follows from what they do.

A walk never runs anything itself. It says by a :class:`Task` where the run has to be, is told by
:meth:`Walk.arrive` what there is to be seen there, and then has a :class:`Page` to show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from gdtui.engine.errors import ScriptError, SettingError
from gdtui.engine.script import Script
from gdtui.engine.timeline import Timeline
from gdtui.lessons.edits import difference
from gdtui.lessons.errors import LessonError, UnfitError
from gdtui.lessons.grading import (
    Grade,
    Said,
    grade,
    options,
    read_answer,
    right_answer,
)
from gdtui.lessons.lesson import Kind, Lesson, Question, Step
from gdtui.lessons.plan import Leg, Plan, make_plan
from gdtui.lessons.scene import Scene
from gdtui.lessons.score import Outcome, Score
from gdtui.lessons.travel import Address, Traveller
from gdtui.lessons.trial import Trial, Verdict


class State(StrEnum):
    """What a walk waits for."""

    MOVING = "moving"
    READING = "reading"
    ASKING = "asking"
    ANSWERED = "answered"
    STUCK = "stuck"
    OVER = "over"


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
            return Arrival(None, str(error))


@dataclass(frozen=True)
class Arrival:
    """What came of a task.

    Attributes:
        scene: what is to be seen there; None where the run did not get there.
        trouble: why it did not.
        verdict: what the trial showed.
    """

    scene: Scene | None
    trouble: str = ""
    verdict: Verdict | None = None


@dataclass(frozen=True)
class Page:
    """What there is to show. Texts are Markdown.

    Attributes:
        title: the step's heading.
        place: where in the lesson it is, such as ``step 3 of 14``.
        state: what the walk waits for.
        text: what the step says.
        look: the panes to look at.
        only: whether they alone are to be seen, without the code.
        prompt: the question; empty for none.
        kind: what it asks for.
        options: what there is to choose from.
        form: how an answer is to be written.
        hints: the hints that have been shown.
        hints_left: how many more there are.
        outcome: how the question went; None as long as it has not been answered.
        said: what there is to say to the answer.
        why: why the answer is what it is.
        note: whose numbers these are, where they are not the lesson's own.
        trouble: why the lesson cannot go on with them; empty where it can.
        can_put_back: whether the lesson's own settings can be put back.
        score: how the questions went so far.
    """

    title: str
    place: str
    state: State
    text: str = ""
    look: tuple[str, ...] = ()
    only: bool = False
    prompt: str = ""
    kind: Kind | None = None
    options: tuple[str, ...] = ()
    form: str = ""
    hints: tuple[str, ...] = ()
    hints_left: int = 0
    outcome: Outcome | None = None
    said: str = ""
    why: str = ""
    note: str = ""
    trouble: str = ""
    can_put_back: bool = False
    score: Score = field(default_factory=lambda: Score(0))


@dataclass
class _Visit:
    """A step that has been come to, or has to be: in the lesson's course or as a question that
    comes back."""

    step: int
    again: bool = False
    hints: int = 0
    grade: Grade | None = None
    # What was put in the place of the script that the lesson would run.
    mended: Script | None = None


class Walk:
    """One learner's way through one lesson.

    Attributes:
        lesson: the lesson.
        state: what it waits for.
        score: how the questions went so far.
        scene: what was last seen of the run; None before anything was.
        fault_line: the line of the lesson's file at which it could not go on; 0 for none.
    """

    def __init__(self, lesson: Lesson, at: int = 0, score: Score | None = None) -> None:
        """Begin at a step, counted from 0, with the score of those before it.

        Raises:
            LessonError: the lesson asks for a script or a setting that there is not.
        """
        self.lesson = lesson
        self.state = State.MOVING
        self.score = score or Score(lesson.questions)
        self._plan: Plan = make_plan(lesson)
        self._visits = [_Visit(step) for step in range(len(lesson.steps))]
        if at >= len(lesson.steps):
            self._visits += self._coming_back()
        self._at = min(max(0, at), len(self._visits) - 1)
        self._answering: Said | None = None
        self._moving_to_answer = False
        # Of the learner: a setting's value, and the run in which they gave it.
        self._changes: dict[str, tuple[object, int]] = {}
        self._elsewhere = ""
        self._kept: dict[str, object] = {}
        # Steps before this one that keep a value have to be passed through to have it.
        self._passing: list[int] = self._keepers()
        self._asked: Scene | None = None
        self.scene: Scene | None = None
        self.fault_line = 0
        self._trouble = ""
        self._page = Page(self.step.title, self._place, State.MOVING)

    # Where it is ----------------------------------------------------------------------

    @property
    def at(self) -> int:
        """Where to begin when the lesson is taken up again: the place of a step, counted from 0,
        or the number of steps where only missed questions are left."""
        return min(self._at + (self.state is State.ANSWERED), len(self.lesson.steps))

    @property
    def page(self) -> Page:
        """What there is to show now."""
        return self._page

    @property
    def task(self) -> Task:
        """What has to be done for it to go on; asked for while it is ``MOVING``.

        Raises:
            UnfitError: the learner's settings do not go with the lesson.
        """
        if self._passing:
            return Task(self._address(self._plan.stops[self._passing[0]].shown))
        stop = self._plan.stops[self._visit.step]
        if isinstance(self._answering, Trial):
            return Task(self._address(stop.shown), self._answering)
        return Task(self._address(stop.answered if self._moving_to_answer else stop.shown))

    @property
    def own_script(self) -> Script:
        """The script of the present step as the lesson has it, without the learner's changes."""
        run = self._plan.stops[self._passing[0]].shown.run if self._passing else self._leg.run
        if self._visit.mended is not None and self._moving_to_answer:
            return self._visit.mended
        return self._script(run, {})

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
    def _place(self) -> str:
        if self._visit.again:
            return "once more"
        return f"step {self._visit.step + 1} of {len(self.lesson.steps)}"

    def _keepers(self) -> list[int]:
        """The steps before this one that keep a value."""
        return [step for step in range(self._visit.step) if self.lesson.steps[step].keep]

    def _address(self, leg: Leg) -> Address:
        if self._visit.mended is not None and self._moving_to_answer:
            return Address(self._visit.mended, leg.moves, leg.mark)
        return Address(self._script(leg.run), leg.moves, leg.mark)

    def _script(self, run: int, changes: Mapping[str, tuple[object, int]] | None = None) -> Script:
        """The script of a run, with the changes of the learner that the lesson has not taken
        back since."""
        script = self._plan.runs[run].script
        own = {setting.name for setting in script.settings}
        values: dict[str, object] = {}
        for name, (value, since) in (self._changes if changes is None else changes).items():
            later = self._plan.runs[since + 1 : run + 1]
            taken = any(name in each.sets for each in later)
            if name in own and run >= since and not taken:
                values[name] = value
        try:
            return script.with_settings(values) if values else script
        except (ScriptError, SettingError) as error:
            raise UnfitError(str(error)) from None

    # What the learner does ------------------------------------------------------------

    def go_on(self) -> None:
        """Go on from what has been read."""
        if self.state not in (State.READING, State.ANSWERED, State.STUCK):
            return
        self._elsewhere = ""
        self._at += 1
        if self._at >= len(self._visits):
            self._visits += self._coming_back()
        if self._at >= len(self._visits):
            self._finish()
        else:
            self._move()

    def _coming_back(self) -> list[_Visit]:
        """A missed question comes back once."""
        return [_Visit(step, again=True) for step in self.score.missed]

    def back(self) -> None:
        """Go back to the step before."""
        if self._at > 0 and self.state is not State.MOVING:
            self._at -= 1
            self._move()

    def answer(self, text: str) -> None:
        """Answer the question. The run then goes on, and shows whether that was right.

        Raises:
            LessonError: that is not an answer to this question.
        """
        if self.state is not State.ASKING:
            return
        assert self.scene is not None
        try:
            self._answering = read_answer(self._question, text, self.scene, self._healthy)
        except ScriptError as error:
            raise LessonError(str(error)) from None
        self._move(to_answer=True, answering=self._answering)

    def skip(self) -> None:
        """Go on without an answer, and see it."""
        if self.state is State.ASKING:
            self._move(to_answer=True)

    def hint(self) -> None:
        """See the next hint."""
        if self.state is State.ASKING and self._visit.hints < len(self._hints):
            self._visit.hints += 1
            self._show()

    def adopt(self, script: Script) -> None:
        """Go on with the script as the learner has changed it. Where that is not the script of
        the present step with other settings, the lesson says so and waits."""
        if self.state is State.OVER:
            return
        self._elsewhere = ""
        run = self._leg.run
        own = self._script(run, {})
        if (script.name, script.path) != (own.name, own.path):
            self._elsewhere = f"This step is about {own.name}; what runs now is {script.name}."
        else:
            values = {setting.name: setting.value for setting in script.settings}
            mine = {setting.name: setting.value for setting in own.settings}
            different = {n: v for n, v in values.items() if n in mine and repr(mine[n]) != repr(v)}
            if own.with_settings(different).text != script.text:
                self._elsewhere = f"What runs now is another text than the {own.name} of this step."
            else:
                kept = {n: c for n, c in self._changes.items() if n not in mine}
                self._changes = kept | {n: (v, run) for n, v in different.items()}
        self._again()

    def put_back(self) -> None:
        """Go on with the lesson's own scripts and settings."""
        if self.state is State.OVER:
            return
        self._changes, self._elsewhere = {}, ""
        self._again()

    def _again(self) -> None:
        self._passing = self._keepers()
        self._move()

    def _move(self, *, to_answer: bool = False, answering: Said | None = None) -> None:
        self._moving_to_answer, self._answering = to_answer, answering
        self._trouble = self._elsewhere
        self.state = State.MOVING
        try:
            _ = self.task
        except UnfitError as error:
            self._trouble = str(error)
        if self._trouble:
            self.state = State.STUCK
        self._show()

    @property
    def _leg(self) -> Leg:
        stop = self._plan.stops[self._visit.step]
        return stop.answered if self._moving_to_answer else stop.shown

    @property
    def _healthy(self) -> Script:
        """What the present script would be without the lesson's edits."""
        assert self.scene is not None
        values = {setting.name: setting.value for setting in self.scene.script.settings}
        healthy = self._plan.healthy
        own = {setting.name: setting.value for setting in healthy.settings}
        edited = {setting.name: setting.value for setting in self._plan.runs[0].script.settings}
        # A setting may be the bug itself; then the healthy value stays.
        taken = {n: v for n, v in values.items() if n in own and v != edited.get(n)}
        return healthy.with_settings(taken)

    # What comes of it -----------------------------------------------------------------

    def arrive(self, arrival: Arrival) -> None:
        """Take in what came of the task."""
        if self.state is not State.MOVING:
            return
        if arrival.scene is None:
            self._be_stuck(LessonError(arrival.trouble, self.step.line))
            return
        try:
            if self._passing:
                self._keep(self.lesson.steps[self._passing.pop(0)], arrival.scene)
            elif isinstance(self._answering, Trial) and arrival.verdict:
                self._try_out(self._answering, arrival.verdict)
            else:
                self._see(arrival.scene.keeping(self._kept))
        except LessonError as error:
            self._be_stuck(error)

    def _try_out(self, trial: Trial, verdict: Verdict) -> None:
        outcome = Outcome.RIGHT if verdict.healed else Outcome.WRONG
        if verdict.healed and trial.named is None:
            self._visit.mended = trial.script
        mends = "" if verdict.healed else f"\n\nThis mends it:\n\n{self._edit_shown}"
        self._settle(Grade(outcome, verdict.text + mends))
        self._answering = None

    def _see(self, scene: Scene) -> None:
        step, visit = self.step, self._visit
        if not self._moving_to_answer:
            self._keep(step, scene)
            self.scene = self._asked = scene = scene.keeping(self._kept)
            for need in step.needs:
                if not need.holds.holds(scene.names):
                    raise UnfitError(need.reason)
            if visit.grade is not None:
                # It has been answered: on to where that is shown.
                self._move(to_answer=True)
                return
            self.state = State.ASKING if step.question else State.READING
        else:
            self.scene = scene
            asked = self._asked or scene
            if visit.grade is None:
                if self._answering is None:
                    right = self._right_answer(asked, scene)
                    self._settle(Grade(Outcome.SKIPPED, f"Skipped. {right}"))
                else:
                    self._settle(grade(self._question, self._answering, asked, scene))
            self._answering = None
            self.state = State.ANSWERED
        self._show()

    def _right_answer(self, asked: Scene, scene: Scene) -> str:
        if self._question.kind is Kind.BUG:
            return f"This mends it:\n\n{self._edit_shown}"
        return f"The answer is: {right_answer(self._question, asked, scene)}."

    def _settle(self, grade: Grade) -> None:
        self._visit.grade = grade
        self.score = self.score.noting(self._visit.step, grade.outcome, self._visit.hints)

    def _keep(self, step: Step, scene: Scene) -> None:
        for name, expression in step.keep:
            self._kept[name] = expression.value(scene.keeping(self._kept).names)

    def _be_stuck(self, error: LessonError) -> None:
        self.state, self._trouble = State.STUCK, str(error)
        self.fault_line = error.line or self.step.line
        self._show()

    def _finish(self) -> None:
        self.state = State.OVER
        self._page = Page(
            "The end of the lesson", "", State.OVER, text=self._summary, score=self.score
        )

    @property
    def _summary(self) -> str:
        lines = [f"**{self.lesson.title}**: {self.score.text}."]
        for step, answered in sorted(self.score.answers.items()):
            went = str(answered.first)
            if answered.again:
                went += f", then {answered.again}"
            if answered.hints:
                went += f", {answered.hints} hint{'s' if answered.hints > 1 else ''}"
            lines.append(f"- {self.lesson.steps[step].title}: {went}")
        return "\n".join([lines[0], "", *lines[1:]])

    # What is shown --------------------------------------------------------------------

    @property
    def _hints(self) -> list[str]:
        """The hints of the question; of a bug the last one shows the edit."""
        if self._asked is None or self.step.question is None:
            return []
        names = self._asked.names
        hints = [each.fill(names) for each in self._question.hints]
        if self._question.kind is Kind.BUG:
            hints.append(f"This mends it:\n\n{self._edit_shown}")
        return hints

    @property
    def _edit_shown(self) -> str:
        assert self._asked is not None
        lines = difference(self._asked.script, self._healthy)
        return "\n".join(["```", *lines, "```"])

    def _show(self) -> None:
        """Make the page anew. While the run is on its way, what was shown stays."""
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
        note = self._note
        page = Page(
            step.title,
            self._place,
            self.state,
            look=step.look,
            only=step.only,
            note=note,
            trouble=self._trouble if self.state is State.STUCK else "",
            can_put_back=bool(self._changes or self._elsewhere),
            score=self.score,
        )
        if self.state is State.STUCK or (self._asked is None and self.scene is None):
            return page
        asked = self._asked or self.scene
        assert asked is not None
        assert self.scene is not None
        text = step.text.fill(asked.names)
        question = step.question
        if question is None:
            return replace(page, text=text)
        hints = self._hints
        answered = self.state is State.ANSWERED
        return replace(
            page,
            text=text,
            prompt=question.prompt.fill(asked.names),
            kind=question.kind,
            options=tuple(options(question, asked)),
            form=form_of(question),
            hints=tuple(hints[: visit.hints]),
            hints_left=len(hints) - visit.hints,
            outcome=visit.grade.outcome if visit.grade else None,
            said=visit.grade.text if visit.grade else "",
            why=question.why.fill(self.scene.names) if answered else "",
        )

    @property
    def _note(self) -> str:
        run = self._leg.run
        try:
            mine, theirs = self._script(run, {}), self._script(run)
        except UnfitError:
            return ""
        own = {setting.name: repr(setting.value) for setting in mine.settings}
        changed = [
            f"`{setting.name} = {theirs.literal(setting)}`"
            for setting in theirs.settings
            if own.get(setting.name) != repr(setting.value)
        ]
        return f"With your {' and '.join(changed)}." if changed else ""


def form_of(question: Question) -> str:
    """How an answer is to be written, in a few words."""
    if question.kind is Kind.NUMBER:
        assert question.within is not None
        if not question.within.size:
            return "a whole number"
        return f"a number, give or take {question.within.text}"
    if question.kind is Kind.LINE:
        return "the number of a line"
    if question.kind is Kind.BUG:
        return "the number of the line, or a mend: 58: code, or +58: code for a line below it"
    return "a letter"
