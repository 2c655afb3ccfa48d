"""Lets a run go on in another way from an epoch on."""

from __future__ import annotations

from dataclasses import replace

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.continuation import branched
from gdtui.engine.script.script import Script
from gdtui.ui.control.sweeping import Sweeping
from gdtui.ui.edits.checked_edits import carry_over


class Branching(Sweeping):
    """The part of the app that branches runs. The next change after :meth:`branch` makes a script
    of its own, which does everything as before up to that epoch; the run before is pinned."""

    _branch_at: int | None = None
    """How many epochs are over where the next change starts a branch; None to start anew."""

    def branch(self) -> None:
        """Let the next change start a branch here; or not, if it would."""
        moment = self.report.moment
        if self._branch_at is not None or moment is None:
            self._branch_at = None
        else:
            self._branch_at = moment.epoch if moment.epoch_over else moment.epoch - 1
        self.main.show_situation(self.situation)

    @property
    def _branch_notice(self) -> str:
        if self._branch_at is None:
            return ""
        return (
            f"The next change starts a branch after epoch {self._branch_at}: what came before "
            "stays. j gives it up."
        )

    async def _try_out(self, script: Script) -> None:
        if self._branch_at is None or script.text == self._script.text:
            await super()._try_out(script)
        else:
            await self._go_on_like(script, self._branch_at)

    async def _take(self, script: Script | None) -> None:
        if self._branch_at is None or script is None or script.text == self._script.text:
            await super()._take(script)
        else:
            await self._go_on_like(script, self._branch_at)

    def _leave_run(self) -> None:
        self._branch_at = None  # another run has other epochs
        super()._leave_run()

    async def _go_on_like(self, changed: Script, epoch: int) -> None:
        """Run up to an epoch as before, and from there on like another script."""
        old = self._script
        try:
            made = branched(old, changed, epoch)
        except ScriptError as error:
            self.complain(clean_line(str(error), 300))
            await self.main.show_script(old, self._original, self._current, undo=True)
            return
        parent = self._pinned_label()
        note = f"from {parent} after epoch {epoch}: {_change(old, changed)}"
        self.main.note_branch(made.text, note.strip())
        original, now = self._original, self._undo.now
        values = {name: made.values.get(name, value) for name, value in now.values.items()}
        texts = {**now.texts, original.name: made.text}
        self._undo.note(replace(now, values=values, texts=texts))
        await self._use(carry_over(self._base, self._changed), undo=True)
        self.ask(lambda worker: worker.seek(epoch))
        self.say(f"A branch {note.strip()}")

    def _pinned_label(self) -> str:
        """The letter of the present run, which is pinned if it is not and there is one left."""
        if not any(pin.is_of(self._script) for pin in self.pins):
            self.pin()
        return next((pin.label for pin in self.pins if pin.is_of(self._script)), "a run")


def _change(old: Script, new: Script) -> str:
    """What is changed, in a few words."""
    from gdtui.ui.plots.ghost import short_literal

    names = new.changed_from(old)
    settings = [each for each in new.settings if each.name in names]
    said = [f"{each.name} {short_literal(new, each)}" for each in settings[:2]]
    more = len(settings) - len(said)
    return ", ".join(said) + (f" and {more} more" if more else "") or "another text"
