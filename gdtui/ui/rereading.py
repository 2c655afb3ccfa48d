"""The file of a script that the learner edits elsewhere: said when it has changed, and read
again."""

from __future__ import annotations

from abc import abstractmethod

from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.edits import carry_over
from gdtui.ui.experiments import Experiments
from gdtui.ui.watched import News, WatchedFile

LOOK = 1.0
"""Seconds between two looks at the file."""


class Rereading(Experiments):
    """The part of the app that looks after the file it was opened with, if there is one."""

    _scripts: list[Script]
    _current: int
    _own: Script | None

    @abstractmethod
    def lesson_changed(self) -> None:
        """Other keys are alive now, and other things are to be said of the file."""

    def watch_file(self, script: Script, *, alone: bool) -> None:
        """Look after the file of a script; ``alone`` reads it again without being asked."""
        self._file = None if script.name in KEYS else WatchedFile(script)
        self._alone = alone
        self._fresh = False
        self._fault = ""

    @property
    def file_news(self) -> str:
        """What there is to say of the file; empty for nothing."""
        if self._file is None:
            return ""
        if self._fault:
            return f"{self._fault}. The run goes on with what was read."
        if not self._fresh:
            return ""
        if self.guide.walk is not None:
            return f"{self._file.name} has changed. Once you leave the lesson, R reads it again."
        return f"R reads {self._file.name} again: it has changed."

    async def look_at_file(self) -> None:
        """Look whether the file has changed."""
        if self._file is None:
            return
        if news := self._file.look():
            self._hear_of(news)
        if self._fresh and self._alone and self.guide.walk is None:
            await self.read_again()

    async def read_again(self) -> None:
        if self._file is None:
            return
        news = self._file.read()
        self._hear_of(news)
        if news.script is None:
            return
        self._fresh = False
        before, self._scripts[-1] = self._scripts[-1], news.script
        name = self._file.name
        if self._current != len(self._scripts) - 1 or self._own is not None:
            self.say(f"{name} is read again; {len(self._scripts)} opens it.")
            self.lesson_changed()
            return
        now = {setting.name for setting in news.script.settings}
        lost = [each.name for each in before.settings if each.name not in now]
        for setting in lost:
            if setting in self._changed:
                self.complain(f"{setting} is no setting of {name} any more")
        notice = news.script.notice
        self.say(f"{name} is read again{f', {notice}' if notice else ''}.")
        await self._use(carry_over(news.script, self._changed))
        self.lesson_changed()

    def _hear_of(self, news: News) -> None:
        self._fault = news.reason
        self._fresh = news.script is not None and news.script.text != self._scripts[-1].text
        self.lesson_changed()
