"""Edits the script's text, here or in the learner's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from textual.app import SuspendNotSupported

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.control.rereading import Rereading
from gdtui.ui.edits.checked_edits import carry_over

_TAKE_A_LINE = {"vi", "vim", "nvim", "nano", "emacs", "micro", "kak", "joe"}
"""Editors that begin at line N when they are given ``+N`` before the file."""


class Editing(Rereading):
    """The part of the app that edits the script. An edited text starts a new run, and is a change
    like that of a setting: it can be undone."""

    def edit(self) -> None:
        """Open the script in an editor, at the statement that has just run. Where a lesson asks
        for a mend, the edited script is the answer."""
        from gdtui.ui.screens.editor import EditorScreen

        script = self._script
        mends = self.guide.takes_script
        screen = EditorScreen(
            script, self._line, lambda text: replace(script, text=text), mends=mends
        )
        self.push_screen(screen, self.guide.answer_with if mends else self._take)

    async def edit_elsewhere(self) -> None:
        """Open the script in the editor that the environment names: a file of the learner's own as
        it is, a stage or an edited text as a copy."""
        named = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""
        if not named.strip():
            self.complain("E opens the editor that the variable EDITOR names, and it names none.")
            return
        script = self._script
        mends = self.guide.takes_script
        if not mends and script.name not in KEYS and self._base is self._original:
            if self._run_editor(named, Path(script.path)):
                await self.read_again()
            return
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{Path(script.name).stem}.py"
            path.write_text(script.text, encoding="utf-8")
            if not self._run_editor(named, path):
                return
            try:
                edited = replace(script, text=path.read_text(encoding="utf-8"))
            except (OSError, ValueError, ScriptError) as error:
                self.complain(f"your text is not run: {clean_line(str(error))}")
                return
        await (self.guide.answer_with(edited) if mends else self._take(edited))

    def _run_editor(self, named: str, path: Path) -> bool:
        """Run an editor until it ends; returns whether it could be run."""
        try:
            command = shlex.split(named)
            at = [f"+{self._line}"] if Path(command[0]).name in _TAKE_A_LINE else []
            with self.suspend():
                subprocess.run([*command, *at, str(path)], check=False)
        except (OSError, ValueError, SuspendNotSupported) as error:
            self.complain(f"the editor {clean_line(named)} cannot be run: {clean_line(str(error))}")
            return False
        return True

    @property
    def _line(self) -> int:
        """The line of the statement that has just run, or else of the training loop."""
        moment = self.report.moment
        return (moment and moment.line) or self._script.loop.line

    async def _take(self, script: Script | None) -> None:
        """Run an edited script; None changes nothing."""
        if script is None or script.text == self._script.text:
            return
        original, now = self._original, self._undo.now
        # What the text has of the changed settings is now part of it.
        values = {name: script.values.get(name, value) for name, value in now.values.items()}
        texts = {name: text for name, text in now.texts.items() if name != original.name}
        if script.text != original.text:
            texts[original.name] = script.text
        self._undo.note(replace(now, values=values, texts=texts))
        await self._use(carry_over(self._base, self._changed), undo=True)
