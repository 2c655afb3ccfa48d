"""Reads the script's file again after the learner has edited it elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.script import Script
from gdtui.ui.control.experiments import Experiments
from gdtui.ui.edits.checked_edits import carry_over
from gdtui.ui.edits.watched_file import News, WatchedFile

if TYPE_CHECKING:
    from gdtui.data.samples import Samples

LOOK = 1.0
"""Seconds between two checks of the file."""


class Rereading(Experiments):
    """The part of the app that watches the script's file, if it was opened with one."""

    _alone = False
    """Whether to read a changed file again without being asked."""

    _samples: Samples | None = None
    """The learner's samples, if they are too many to be settings."""

    _texts_that_read: Mapping[str, str] = {}
    """The texts of the scripts, by their names, that differ from the originals only in that they
    read these samples."""

    def _reading(self, scripts: Iterable[Script]) -> dict[str, str]:
        """The texts of those scripts that can learn from the learner's many samples, with lines
        that read them."""
        texts = {}
        if self._samples is not None:
            from gdtui.data.loading import with_samples

            for script in scripts:
                with contextlib.suppress(ScriptError):  # it cannot learn from these
                    texts[script.name] = with_samples(script, self._samples).text
        return texts

    async def look_at_file(self) -> None:
        """Check whether the file has changed."""
        if self._file is None:
            return
        if news := self._file.look():
            self._hear_of(self._file, news)
        if self._file.is_newer and self._alone and self.guide.walk is None:
            await self.read_again()

    async def read_again(self) -> None:
        """Read the script's file again."""
        if self._file is None:
            return
        news = self._file.read()
        self._hear_of(self._file, news)
        if news.script is None:
            return
        self._file.is_newer = False
        before, self._scripts[-1] = self._scripts[-1], news.script
        name = self._file.name
        # The file has the last word, and undo brings the edited text back.
        texts = dict(self._undo.now.texts)
        text = texts.pop(before.name, None)
        if text is not None and text == self._texts_that_read.get(before.name):
            reading = self._reading([news.script])
            self._texts_that_read = {**self._texts_that_read, **reading}
            texts |= reading
        self._undo.note(replace(self._undo.now, texts=texts))
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
        await self._use(carry_over(self._base, self._changed))
        self.lesson_changed()

    def _hear_of(self, file: WatchedFile, news: News) -> None:
        file.fault = news.reason
        file.is_newer = news.script is not None and news.script.text != self._scripts[-1].text
        self.lesson_changed()
