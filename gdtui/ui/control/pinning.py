"""Pins runs, so that others can be compared with them, and goes back to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gdtui.ui.control.editing import Editing
from gdtui.ui.edits.checked_edits import carry_over
from gdtui.ui.edits.undo import Choices

if TYPE_CHECKING:
    from gdtui.engine.script.script import Script
    from gdtui.ui.plots.pins import Pin


@dataclass(frozen=True, eq=False)
class PinnedRun:
    """A pinned run, and what it takes to run it again.

    Attributes:
        pin: what is drawn of it.
        choices: the learner's choices then.
        original: its script before any change.
    """

    pin: Pin
    choices: Choices
    original: Script


class Pinning(Editing):
    """The part of the app that keeps pinned runs."""

    _pinned: Sequence[PinnedRun] = ()
    """The pinned runs, by their letters."""

    def pin(self) -> None:
        """Pin the present run; unpin it, if it is pinned as it is now."""
        from gdtui.ui.plots.pins import LABELS, free_label

        present = self.main.present_run("")
        if present is None:
            return
        for each in self._pinned:
            if not each.pin.is_of(self._script):
                continue
            if each.pin.run == present.run or present.epochs < each.pin.epochs:
                self._unpin(each.pin)
                self.say(f"{each.pin.label} is unpinned.")
            else:  # the same settings once more, and further
                self._keep([*self._without(each.pin), self._run_as(each.pin.label)])
                self.say(f"{each.pin.label} is this run now.")
            return
        label = free_label(self.pins)
        if label is None:
            self.complain(
                f"{len(LABELS)} runs are pinned, and no more fit: C lists them, delete unpins one."
            )
            return
        self._keep([*self._pinned, self._run_as(label)])
        hint = "" if len(self._pinned) > 1 else " Change something, and play: its curves stay."
        self.say(f"{label} is pinned.{hint}")

    @property
    def pins(self) -> tuple[Pin, ...]:
        """The pinned runs, by their letters."""
        return tuple(each.pin for each in self._pinned)

    def _run_as(self, label: str) -> PinnedRun:
        present = self.main.present_run(label)
        assert present is not None
        return PinnedRun(present, self._undo.now, self._original)

    def _without(self, pin: Pin) -> list[PinnedRun]:
        return [each for each in self._pinned if each.pin is not pin]

    def _unpin(self, pin: Pin) -> None:
        self._keep(self._without(pin))

    def _keep(self, pinned: Sequence[PinnedRun]) -> None:
        self._pinned = sorted(pinned, key=lambda each: each.pin.label)
        self.main.show_pins(self.pins)
        self.main.show_situation(self.situation)

    def list_pins(self) -> None:
        """Show the table of pinned runs, to go to one."""
        from gdtui.ui.screens.pins import PinsScreen

        present = self.main.present_run("")
        if present is not None and present.run in [pin.run for pin in self.pins]:
            present = None
        screen = PinsScreen(self.pins, present, self.main.write, self._unpin)
        self.push_screen(screen, self._go_to)

    async def _go_to(self, pin: Pin | None) -> None:
        """Run a pinned run again, up to its last recorded epoch; None stays."""
        found = next((each for each in self._pinned if each.pin is pin), None)
        if found is None or pin is None:
            return
        self._own = None
        self._choose_original(found.original)
        self._undo.note(found.choices)
        edits = carry_over(self._base, self._changed)
        if edits.script.text != pin.script.text:
            # Its file has changed since, or a setting is no longer allowed.
            texts = {**found.choices.texts, pin.script.name: pin.script.text}
            self._undo.note(replace(found.choices, texts=texts))
            edits = carry_over(self._base, self._changed)
        self.main.show_stop(self._stop)
        await self._use(edits, undo=True)
        epochs = pin.epochs
        self.ask(lambda worker: worker.seek(epochs))

    def _choose_original(self, script: Script) -> None:
        """Choose a stage, or the learner's own script."""
        names = [each.name for each in self._scripts]
        if script.name in names:
            self._current = names.index(script.name)
