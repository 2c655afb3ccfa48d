"""Pinned runs: their curves stay behind those of later runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.experiments.comparison import differing_settings
from gdtui.ui.plots.ghost import Ghost, short_literal
from gdtui.ui.plots.picture import Curve, Palette, Points
from gdtui.ui.plots.run_curves import Series

LABELS = "ABCDEFGH"
"""A letter for each pinned run, which also stands on its curves. More curves would be a tangle."""

_COLOURS = ("text-primary", "text-success", "text-accent", "text-secondary")
_LONGEST = 24


@dataclass(frozen=True, eq=False)
class Pin:
    """A pinned run.

    Attributes:
        label: its letter.
        run: its number.
        ghost: its script and its curves. As long as the run goes on, its curves grow.
        study: what is known of it; None for a run of a session, of which only curves were kept.
        kept_verdict: its verdict then.
        note: what it is where it is a branch of another run; empty otherwise.
    """

    label: str
    run: int
    ghost: Ghost
    study: Study | None
    kept_verdict: str = ""
    note: str = ""

    @property
    def script(self) -> Script:
        """Its script, with the settings of that run."""
        return self.ghost.script

    @property
    def epochs(self) -> int:
        """How many epochs were recorded."""
        return self.ghost.curves.epochs

    @property
    def loss(self) -> float | None:
        """The loss of the last recorded epoch; None before the first."""
        _, values = self.ghost.curves.loss.points()
        return float(values[-1]) if len(values) else None

    @property
    def verdict(self) -> str:
        """How the run behaves, one of :class:`~gdtui.analysis.diagnose.diagnosis.Verdict`."""
        return str(self.study.diagnosis.verdict) if self.study else self.kept_verdict

    @property
    def last(self) -> float:
        """The epoch up to which its curves are drawn."""
        return self.ghost.last

    def is_of(self, script: Script) -> bool:
        """Whether it is a run of this script with these settings and arguments."""
        mine = self.script
        return (mine.name, mine.text, mine.arguments) == (
            script.name,
            script.text,
            script.arguments,
        )

    def curves(self, series: Sequence[Series], colour: Palette) -> list[Curve]:
        """These of its curves, dimmed."""
        return [Curve(*self._points(each), self._dimmed(colour)) for each in series]

    def letters(self, series: Sequence[Series], colour: Palette) -> list[Points]:
        """Its letter on each of these curves. Those of other runs stand at other epochs: where
        curves meet, their letters do not."""
        found = []
        place = (LABELS.index(self.label) + 1) / (len(LABELS) + 1)
        for each in series:
            at, values = self._points(each)
            if len(at):
                there = np.array([round(place * (len(at) - 1))])
                found.append(Points(at[there], values[there], self.label, self._dimmed(colour)))
        return found

    def _points(self, series: Series) -> tuple[FloatArray, FloatArray]:
        return self.ghost.points(series, np.inf)

    def _dimmed(self, colour: Palette) -> tuple[int, int, int]:
        return colour(f"dim {_COLOURS[LABELS.index(self.label) % len(_COLOURS)]}")


def free_label(pins: Sequence[Pin]) -> str | None:
    """The first letter that no run has; None where all are taken."""
    taken = {each.label for each in pins}
    return next((each for each in LABELS if each not in taken), None)


def differences(scripts: Sequence[Script]) -> list[str]:
    """In what each of several scripts differs from the others: its name, where they are different
    scripts, and its values of the settings that not all of them have alike. ``the same`` where it
    differs in nothing, or only in the text."""
    names = differing_settings(scripts)
    found = []
    for script in scripts:
        parts = [clean_line(script.name)] if len({each.name for each in scripts}) > 1 else []
        settings = {each.name: each for each in script.settings}
        for name in names:
            if name in settings:
                value = short_literal(script, settings[name], _LONGEST)
                parts.append(value if len(names) == 1 else f"{name} {value}")
        others = {each.text for each in scripts if each.name == script.name}
        if not parts and len(others) > 1:
            parts = ["another text"]
        found.append(", ".join(parts) or "the same")
    return found


def legend(pins: Sequence[Pin], script: Script, note: str = "") -> str:
    """What the letters on the curves mean, and how the present run differs; only what differs.
    ``note`` says what the present run is where it is a branch."""
    if not pins:
        return ""
    scripts = [*(pin.script for pin in pins), script]
    names = differing_settings(scripts)
    tail = f"  {names[0]}" if len(names) == 1 else ""
    labels = [*(pin.label for pin in pins), "now"]
    notes = [*(pin.note for pin in pins), note]
    said = [own or text for own, text in zip(notes, differences(scripts), strict=True)]
    parts = [f"{label} {text}" for label, text in zip(labels, said, strict=True)]
    return "  ".join(parts) + tail
