"""A walk through a lesson with a run of its own, for tests that act as a learner does."""

from __future__ import annotations

from collections.abc import Callable

from gdtui.engine.run.timeline import Timeline
from gdtui.lessons.format.lesson import Lesson
from gdtui.lessons.score import Score
from gdtui.lessons.walk.navigation import Navigator
from gdtui.lessons.walk.page import Page, State
from gdtui.lessons.walk.walk import Walk


class Tour:
    """A walk that is taken, after all that is done, to where it waits again.

    Attributes:
        walk: the walk.
        timeline: the run that it is shown.
        pages: all pages that there were to see.
    """

    def __init__(
        self,
        lesson: Lesson,
        at: int = 0,
        score: Score | None = None,
        disturb: Callable[[Timeline], object] = lambda timeline: None,
    ) -> None:
        """``disturb`` is what the learner does with the run on each page."""
        self.walk = Walk(lesson, at, score)
        self.timeline: Timeline | None = None
        self.pages: list[Page] = []
        self._navigator = Navigator()
        self._disturb = disturb
        self._settle()

    @property
    def page(self) -> Page:
        """What there is to see now."""
        return self.walk.page

    def do(self, *actions: str) -> Page:
        """Do something: ``on``, ``back``, ``skip``, ``hint``, ``put back``, or give an answer
        behind a ``=``. Returns the page that this leads to."""
        for action in actions:
            if action.startswith("="):
                self.walk.answer(action[1:])
            else:
                act = {"on": "go_on", "put back": "put_back"}.get(action, action)
                getattr(self.walk, act)()
            self._settle()
        return self.page

    def adopt(self, stage: str | None = None, **settings: object) -> Page:
        """Go on with other settings than the lesson's, or with another stage."""
        from gdtui import Script

        script = Script.stage(stage) if stage else self.walk.own_script
        self.walk.adopt(script.with_settings(settings))
        self._settle()
        return self.page

    def finish(self, limit: int = 50) -> Page:
        """Skip and go on until the end."""
        for _ in range(limit):
            if self.walk.state is State.OVER:
                break
            self.do("skip" if self.walk.state is State.ASKING else "on")
        return self.page

    def close(self) -> None:
        """End the run."""
        if self.timeline:
            self.timeline.close()

    def _settle(self) -> None:
        walk = self.walk
        while walk.state is State.MOVING:
            task = walk.task
            if self.timeline is None or self.timeline.script.text != task.destination.script.text:
                self.close()
                self.timeline = Timeline(task.destination.script)
            walk.arrive(task.carry_out(self.timeline, self._navigator))
        self.pages.append(walk.page)
        if self.timeline:
            self._disturb(self.timeline)
