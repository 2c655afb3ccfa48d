"""Opens another script from inside the app."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.control.own_data import OwnData
from gdtui.ui.edits.checked_edits import carry_over
from gdtui.ui.edits.watched_file import WatchedFile

if TYPE_CHECKING:
    from gdtui.ui.edits.recent_files import RecentFiles

ENDINGS = (".py", ".ipynb")
"""The endings of scripts."""


class Opening(OwnData):
    """The part of the app that opens files. One script of the learner's own is open at a time."""

    _recent: RecentFiles | None = None
    """Keeps the files that were opened last; None keeps nothing."""

    async def _open(self, script: Script | None) -> None:
        """Run another script of the learner's own; None stays."""
        if script is None:
            return
        self._own = None
        self._put_in(script)
        texts = self._without_reading(self._undo.now.texts)
        texts.pop(script.name, None)  # the file has the last word
        if self._samples is not None:
            texts |= self._take_many(self._samples)
        self._undo.note(replace(self._undo.now, texts=texts))
        if script.notice:
            self.say(script.notice)
        await self._use(carry_over(self._base, self._changed), undo=True)
        self.lesson_changed()
        self.main.focus_run()

    def _put_in(self, script: Script) -> None:
        """Put a script of the learner's own behind the stages, in the place of the one before."""
        self._scripts = [*self._scripts[: len(KEYS)], script]
        self._current = len(KEYS)
        self._file = WatchedFile(script)
        self.main.list_scripts(self._scripts)
        self._note_recent(script)

    def _note_recent(self, script: Script) -> None:
        if self._recent is not None and script.name not in KEYS:
            self._recent.note(Path(script.path))

    def _choose_original(self, script: Script) -> None:
        if script.name not in KEYS and all(each.name != script.name for each in self._scripts):
            self._put_in(script)  # another file has been opened since
        super()._choose_original(script)
