"""The learner's experiments: changes of settings and of the stop rule, undo and redo."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from gdtui.engine.errors import SettingError
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.script import Script
from gdtui.ui.control.worker_app import WorkerApp
from gdtui.ui.edits.checked_edits import (
    Edits,
    apply_edits,
    carry_over,
    differences,
)
from gdtui.ui.edits.stepping import rate_of, stepped
from gdtui.ui.edits.undo import Choices
from gdtui.ui.messages import SettingsTyped, StopTyped


class Experiments(WorkerApp):
    """The part of the app that applies and undoes the learner's changes. Every change starts a new
    run."""

    # Changes --------------------------------------------------------------------------

    async def on_settings_typed(self, message: SettingsTyped) -> None:
        if message.script is not self._script:
            return  # from the fields of another script
        await self._try_out(apply_edits(self._script, message.texts).script)
        if message.leave:
            self.main.focus_run()

    async def on_stop_typed(self, message: StopTyped) -> None:
        with contextlib.suppress(SettingError):  # the field shows the reason
            await self._stop_by(StopRule.parse(message.below, message.stalled))
        if message.leave:
            self.main.focus_run()

    async def step_rate(self, direction: int) -> None:
        setting = rate_of(self._script)
        if setting is None:
            return
        value = stepped(setting, setting.value, direction)
        await self._try_out(self._script.with_settings({setting.name: value}))
        self.main.show_setting(setting.name)

    async def _try_out(self, script: Script) -> None:
        """Run the script with other settings."""
        if script.text == self._script.text:
            return
        names = {setting.name for setting in script.settings}
        kept = {name: value for name, value in self._changed.items() if name not in names}
        values = kept | script.changed_from(self._base)
        self._undo.note(replace(self._undo.now, values=values))
        await self._use(Edits(script))
        await self.guide.script_changed()

    async def _stop_by(self, rule: StopRule) -> None:
        if rule != self._stop:
            self._undo.note(replace(self._undo.now, stop=rule))
            self._load()
            await self.guide.script_changed()
        self.main.show_stop(rule)

    # The way back ---------------------------------------------------------------------

    async def reset(self) -> None:
        texts = self._undo.now.texts.items()
        name = self._original.name
        self._undo.note(Choices(texts={key: text for key, text in texts if key != name}))
        await self._return()

    async def undo(self) -> None:
        before = self._undo.now
        await self._say_and_return(before, self._undo.undo())

    async def redo(self) -> None:
        before = self._undo.now
        await self._say_and_return(before, self._undo.redo())

    async def _say_and_return(self, before: Choices, now: Choices) -> None:
        for text in differences(self._original, before, now):
            self.say(text)
        await self._return()

    async def _return(self) -> None:
        """Run the script with the current choices."""
        self.main.show_stop(self._stop)
        await self._use(carry_over(self._base, self._changed), undo=True)
        await self.guide.script_changed()
