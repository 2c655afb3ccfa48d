"""The runs that are drawn behind the present one: the pinned ones, and the one before a change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gdtui.engine.script.script import Script
from gdtui.ui.plots.ghost import Ghost
from gdtui.ui.plots.picture import Curve, Palette, Points
from gdtui.ui.plots.pins import Pin, legend
from gdtui.ui.plots.run_curves import RunCurves, Series

Chosen = Callable[[RunCurves], Sequence[Series]]
"""Chooses the curves of a run that are drawn."""


class RunsBehind:
    """What is drawn behind one run.

    Attributes:
        pins: the pinned runs; if the run itself is one of them, it is not drawn behind itself.
    """

    def __init__(self, run: int, script: Script, note: str) -> None:
        """``run`` is the number of the run, ``note`` says what its script is where that is a branch
        of another run."""
        self.pins: tuple[Pin, ...] = ()
        self._run, self._script, self._note = run, script, note
        self._ghost: Ghost | None = None
        self._change = ""
        self._legend_of: tuple[tuple[Pin, ...] | None, str] = (None, "")

    def follow(self, script: Script, curves: RunCurves, before: RunsBehind) -> None:
        """Draw the run before, if it ran the same script before a change; a run without a change
        keeps what was drawn behind it.

        Args:
            script: the script of the run before.
            curves: its curves.
            before: what was drawn behind it.
        """
        if script.name != self._script.name:
            return
        changed = script.text != self._script.text and curves.epochs > 0
        self._ghost = Ghost(script, curves) if changed else before._ghost
        # Once a run: a long script takes a while to compare, and this stands below every drawing.
        self._change = f"┄ {self._ghost.change_to(self._script)}" if self._ghost else ""

    def forget_before(self) -> None:
        """Do not draw the run before any more."""
        self._ghost, self._change = None, ""

    @property
    def key(self) -> object:
        """A key that changes whenever other runs are drawn."""
        return id(self._before), *map(id, self.pins)

    @property
    def is_empty(self) -> bool:
        """Whether no other run is drawn."""
        return self._before is None and not self._others

    @property
    def last(self) -> float:
        """The last epoch up to which a pinned run is drawn; 0 without one."""
        return max((pin.last for pin in self._others), default=0.0)

    def curves(self, colour: Palette, chosen: Chosen, until: float) -> list[Curve]:
        """The curves of the run before, up to an epoch, and of the pinned ones."""
        curves = []
        if (before := self._before) is not None:
            curves += [
                Curve(*before.points(each, until), colour("faint"), dashed=True)
                for each in chosen(before.curves)
            ]
        for pin in self._others:
            curves += pin.curves(chosen(pin.ghost.curves), colour)
        return curves

    def letters(self, colour: Palette, chosen: Chosen) -> list[Points]:
        """The letters on the curves of the pinned runs."""
        return [
            each for pin in self._others for each in pin.letters(chosen(pin.ghost.curves), colour)
        ]

    @property
    def legend(self) -> str:
        """What stands behind this run: the pinned ones, or the one before; empty for nothing."""
        if not self._others:
            return self._change if self._before is not None else ""
        # Once for the same pins: scripts take a while to compare, and this stands below every
        # drawing.
        if self._legend_of[0] is not self.pins:
            self._legend_of = self.pins, legend(self.pins, self._script, self._note)
        return self._legend_of[1]

    @property
    def _others(self) -> list[Pin]:
        """The pinned runs, without this one."""
        return [pin for pin in self.pins if pin.run != self._run]

    @property
    def _before(self) -> Ghost | None:
        """The run before, unless it is drawn as a pinned one."""
        pinned = {id(pin.ghost.curves) for pin in self.pins}
        is_apart = self._ghost is not None and id(self._ghost.curves) not in pinned
        return self._ghost if is_apart else None
