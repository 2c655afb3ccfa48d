"""Draws the plots of the screen, and moves the cursor that they share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from gdtui.engine.play.report import Activity, Report
from gdtui.ui.panes.plot import PlotPane

if TYPE_CHECKING:
    from gdtui.analysis.curvature.curve import CurvatureCurve
    from gdtui.analysis.landscape.loss_slice import LossSlice
    from gdtui.analysis.landscape.parameter_slice import ParameterSlice
    from gdtui.analysis.numerals import Numerals
    from gdtui.ui.plots.axis_choices import AxisChoices
    from gdtui.ui.plots.fit_plots import Plot
    from gdtui.ui.plots.picture import CurveChoice
    from gdtui.ui.plots.pins import Pin
    from gdtui.ui.plots.run_plots import RunPlots


_RARE_TEXT = 3
"""While a run goes flat out, one look in so many updates the slow texts."""

_RARE_PLOT = 10
"""How many other plots are drawn between two drawings of a slow one, while a run goes flat out."""


class PlotPanes:
    """Draws the visible plots, and only if they have changed.

    Attributes:
        log: whether the loss is on a logarithmic scale.
        cursor: the epoch under the cursor; None without a cursor.
        full: whether numbers have all their digits.
        chosen: the parameters whose norms are drawn; empty for those that move most.
        pins: the pinned runs.
        notes: what a script of such a text is, where it is a branch.
    """

    def __init__(
        self,
        sources: Mapping[PlotPane, Callable[[RunPlots], Plot]],
        slow: Collection[PlotPane] = (),
    ) -> None:
        """``sources`` holds a function for each pane that returns its plot; those in ``slow`` are
        drawn rarely while a run goes flat out."""
        self._slow = slow
        self._compares = True
        self._looks = 0
        self.log = False
        self.full = False
        self.chosen: tuple[str, ...] = ()
        self.pins: tuple[Pin, ...] = ()
        self.notes: dict[str, str] = {}
        self.cursor: int | None = None
        self._sources = sources
        self._report: Report | None = None
        self._run_plots: RunPlots | None = None
        # The key of each pane's plot, and the number of its last drawing.
        self._drawn: dict[PlotPane, tuple[object, int]] = {}
        self._drawings = 0

    def compare(self, does: bool) -> None:
        """Draw the run before a change behind the next one, or draw none any more. In a lesson the
        learner does not change the script, and may be asked what was changed."""
        self._compares = does
        if not does and self._run_plots is not None:
            self._run_plots.runs_behind.forget_before()

    def look(self, report: Report) -> RunPlots | None:
        """Take in a report. Returns the plots of its run; None while it is loading."""
        self._looks += 1
        return self._catch_up(report)

    def _catch_up(self, report: Report) -> RunPlots | None:
        self._report = report
        if report.moment is None or report.history is None or report.script is None:
            return None
        if self._run_plots is None or self._run_plots.run != report.run:
            # Imports NumPy, which the first screen must not wait for.
            from gdtui.ui.plots.run_plots import RunPlots

            before = self._run_plots
            note = self.notes.get(report.script.text, "")
            self._run_plots = RunPlots(report.run, report.script, note)
            if self._compares:
                self._run_plots.follow(before)
            self.cursor = None
        self._run_plots.catch_up(report.moment, report.history)
        # In a lesson a question may wait, and the key may belong to its answer.
        self._run_plots.can_play = self._compares and report.activity is Activity.PAUSED
        self._run_plots.write = self.write
        self._run_plots.runs_behind.pins = self.pins if self._compares else ()
        return self._run_plots

    def show_slice(self, run: int, cut: LossSlice | ParameterSlice) -> None:
        """Take a slice through the loss of a run, if it is still the present one."""
        if self._run_plots is not None and self._run_plots.run == run:
            self._run_plots.cut = cut

    def show_curve(self, run: int, curve: CurvatureCurve | None, note: str = "") -> None:
        """Take the curvature of a run over its epochs, as far as it is known, or why it is not; if
        the run is still the present one."""
        if self._run_plots is not None and self._run_plots.run == run:
            self._run_plots.curve, self._run_plots.curve_note = curve, note

    @property
    def curve(self) -> CurvatureCurve | None:
        """The curvature over the epochs; None if it is not known."""
        return self._run_plots.curve if self._run_plots is not None else None

    def pinned(self, label: str) -> Pin | None:
        """The present run as a pinned one; None before it has a moment."""
        return self._run_plots.pinned(label) if self._run_plots else None

    @property
    def write(self) -> Numerals:
        from gdtui.analysis.numerals import FULL, SHORT

        return FULL if self.full else SHORT

    @property
    def is_between_looks(self) -> bool:
        """Whether a run goes flat out and the slow texts can wait. Nobody reads texts that change
        so fast, and showing them slows the run."""
        return self._hurries and self._looks % _RARE_TEXT > 0

    @property
    def _hurries(self) -> bool:
        return self._report is not None and self._report.hurries

    def draw(self, report: Report | None = None) -> None:
        """Draw the visible plots that have changed. While a run goes flat out, draw only the one
        that has waited longest, so that a key waits for one drawing at most."""
        report = report or self._report
        if report is None:
            return
        if self._catch_up(report) is None or self._run_plots is None:
            # Plots of the previous run must not stay under the name of the next.
            for pane in self._sources if self._drawn else ():
                pane.clear()
            self._drawn.clear()
            return
        self._run_plots.log, self._run_plots.cursor = self.log, self.cursor
        self._run_plots.chosen = self.chosen
        self._run_plots.write = self.write
        key = self._run_plots.key
        due = [pane for pane in self._sources if pane.region and self._is_due(pane, key)]
        for pane in sorted(due, key=self._last_drawn)[: 1 if self._hurries else None]:
            self._drawings += 1
            self._drawn[pane] = key, self._drawings
            pane.show(*self._sources[pane](self._run_plots))
            if self._hurries:
                pane.prepare()

    def plot_of(self, pane: PlotPane) -> Plot | None:
        """The plot of a pane, in sight or not; None while the run is loading."""
        return self._sources[pane](self._run_plots) if self._run_plots else None

    def _is_due(self, pane: PlotPane, key: object) -> bool:
        """Whether a pane has changed and may be drawn now."""
        shown, number = self._drawn.get(pane, (None, 0))
        waits = bool(number) and pane in self._slow and self._hurries
        return key != shown and (not waits or self._drawings - number >= _RARE_PLOT)

    def _last_drawn(self, pane: PlotPane) -> int:
        """The number of the pane's last drawing; 0 if it was never drawn."""
        return self._drawn.get(pane, (None, 0))[1]

    @property
    def has_landscape(self) -> bool:
        """Whether the landscape is drawn from its formula."""
        return self._run_plots is not None and self._run_plots.has_landscape

    def axis_choices(self) -> AxisChoices | None:
        """The numbers that a slice can be drawn along; None while the run is loading."""
        return self._run_plots.axis_choices() if self._run_plots else None

    def choices(self) -> list[CurveChoice]:
        """The parameters whose norms can be drawn."""
        return self._run_plots.choices() if self._run_plots else []

    def moved(self, epochs: int, share: float) -> int | None:
        """The epoch of the cursor after a move by so many epochs, or by a share of all. The first
        move goes to the present epoch."""
        last = self._run_plots.epochs if self._run_plots else 0
        if not last:
            return None
        if self.cursor is None:
            moment = self._report.moment if self._report else None
            return min(moment.epoch if moment else last, last)
        leap = max(1, round(last * abs(share)))
        step = epochs + (leap if share > 0 else -leap if share < 0 else 0)
        return min(max(0, self.cursor + step), last)

    def near(self, pane: str, x: float, y: float | None) -> int | None:
        """The epoch at a place in a pane; without one, that of the cursor."""
        found = self._run_plots.epoch_near(pane, x, y) if self._run_plots else None
        return self.cursor if found is None else found

    @property
    def said(self) -> str:
        """The values at the cursor in one line; empty without a cursor."""
        if self._run_plots is None or self.cursor is None:
            return ""
        self._run_plots.cursor = self.cursor
        return self._run_plots.said
