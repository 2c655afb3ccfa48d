"""The run before the last change of a setting, drawn faintly behind the present one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.engine.script.class_settings import ClassSetting
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import Setting
from gdtui.ui.plots.run_curves import RunCurves, Series

_DIVERGED = 1.5
"""Of how many times its first loss a run counts as diverged. What comes then would leave the
present run no room."""

_MOST_CHANGES = 2
_LONGEST = 12


@dataclass(frozen=True, eq=False)
class Ghost:
    """The curves of an earlier run of a script.

    Attributes:
        script: the script as it was then.
        curves: what was recorded of the run.
    """

    script: Script
    curves: RunCurves

    @cached_property
    def last(self) -> float:
        """The epoch up to which the run is drawn: its last one, or the one before it diverged."""
        at, loss = self.curves.loss.points()
        if not len(loss):
            return float(self.curves.epochs)
        with np.errstate(invalid="ignore"):
            beyond = np.flatnonzero(~(loss <= _DIVERGED * abs(loss[0])))
        return float(at[beyond[0]] - 1) if len(beyond) else float(self.curves.epochs)

    def points(self, series: Series, until: float) -> tuple[FloatArray, FloatArray]:
        """The points of one of its curves up to an epoch, as ``Series.points`` gives them."""
        at, values = series.points()
        kept = at <= min(self.last, until)
        return at[kept], values[kept]

    def change_to(self, script: Script) -> str:
        """What has changed since, such as ``learning_rate 0.01 → 0.05``."""
        if script.text == self.script.text:
            return "the run before"
        names = script.changed_from(self.script)
        changed = [
            f"{new.name} {short_literal(self.script, old)} → {short_literal(script, new)}"
            for old in self.script.settings
            for new in script.settings
            if old.name == new.name and new.name in names
        ]
        more = len(changed) - _MOST_CHANGES
        shown = ", ".join(changed[:_MOST_CHANGES]) or "the text before the last change"
        return f"{shown} and {more} more" if more > 0 else shown


def short_literal(script: Script, setting: Setting, longest: int = _LONGEST) -> str:
    """A value in a few characters: the name of a class, or the literal as it is written."""
    is_class = isinstance(setting, ClassSetting)
    text = " ".join((str(setting.value) if is_class else script.literal(setting)).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
