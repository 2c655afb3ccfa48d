"""The plots of the screen: what they show, and the cursor that they share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from gdtui.engine.play.report import Report
from gdtui.ui.panes.plot import PlotPane

if TYPE_CHECKING:
    from gdtui.analysis.numerals import Numerals
    from gdtui.ui.plots.fit_plots import Plot
    from gdtui.ui.plots.picture import CurveChoice
    from gdtui.ui.plots.run_plots import RunPlots


_RARE_TEXT = 3
"""Of how many looks at a run that goes flat out one brings what takes long to explain."""

_RARE_PLOT = 10
"""How many other plots of such a run are drawn before a slow one is drawn again."""


class PlotPanes:
    """Draws the panes that are in sight, and only when something has changed.

    Attributes:
        log: whether the loss is on a logarithmic scale.
        cursor: the epoch that the plots read out; None for none.
        full: whether numbers have all their digits.
        chosen: the parameters whose norms are drawn; those that move most where there are none.
    """

    def __init__(
        self,
        sources: Mapping[PlotPane, Callable[[RunPlots], Plot]],
        slow: Collection[PlotPane] = (),
    ) -> None:
        """``sources`` says how each pane gets at what it shows; those that are ``slow`` are drawn
        only now and then while a run goes flat out."""
        self._slow = slow
        self._looks = 0
        self.log = False
        self.full = False
        self.chosen: tuple[str, ...] = ()
        self.cursor: int | None = None
        self._sources = sources
        self._report: Report | None = None
        self._run_plots: RunPlots | None = None
        # What each pane shows, and which drawing that was.
        self._drawn: dict[PlotPane, tuple[object, int]] = {}
        self._drawings = 0

    def look(self, report: Report) -> RunPlots | None:
        """Take in a report for the panes of text. Returns the plots of its run; None while it
        is being loaded."""
        self._looks += 1
        return self._catch_up(report)

    def _catch_up(self, report: Report) -> RunPlots | None:
        self._report = report
        if report.moment is None or report.history is None or report.script is None:
            return None
        if self._run_plots is None or self._run_plots.run != report.run:
            # Brings in NumPy, for which the first screen does not wait.
            from gdtui.ui.plots.run_plots import RunPlots

            self._run_plots = RunPlots(report.run, report.script)
            self.cursor = None
        self._run_plots.catch_up(report.moment, report.history)
        self._run_plots.write = self._write
        return self._run_plots

    @property
    def _write(self) -> Numerals:
        from gdtui.analysis.numerals import FULL, SHORT

        return FULL if self.full else SHORT

    @property
    def is_between_looks(self) -> bool:
        """Whether a run goes flat out and what takes long to explain can wait for the next look.
        No one reads what changes so often, and showing it takes time from the run."""
        return self._hurries and self._looks % _RARE_TEXT > 0

    @property
    def _hurries(self) -> bool:
        return self._report is not None and self._report.hurries

    def draw(self, report: Report | None = None) -> None:
        """Have the panes in sight drawn that would look different now. Of a run that goes flat out
        only one, the one that has waited longest: a key that comes meanwhile then waits for one
        drawing, and not for all."""
        report = report or self._report
        if report is None:
            return
        if self._catch_up(report) is None or self._run_plots is None:
            # Of a run that has been left nothing stays below the name of the next.
            for pane in self._sources if self._drawn else ():
                pane.clear()
            self._drawn.clear()
            return
        self._run_plots.log, self._run_plots.cursor = self.log, self.cursor
        self._run_plots.chosen = self.chosen
        self._run_plots.write = self._write
        key = self._run_plots.key
        due = [pane for pane in self._sources if pane.region and self._is_due(pane, key)]
        for pane in sorted(due, key=self._last_drawn)[: 1 if self._hurries else None]:
            self._drawings += 1
            self._drawn[pane] = key, self._drawings
            pane.show(*self._sources[pane](self._run_plots))
            if self._hurries:
                pane.prepare()

    def _is_due(self, pane: PlotPane, key: object) -> bool:
        """Whether a pane would look different now, and it is time for it."""
        shown, number = self._drawn.get(pane, (None, 0))
        waits = bool(number) and pane in self._slow and self._hurries
        return key != shown and (not waits or self._drawings - number >= _RARE_PLOT)

    def _last_drawn(self, pane: PlotPane) -> int:
        """Which drawing that was; 0 where there was none."""
        return self._drawn.get(pane, (None, 0))[1]

    def choices(self) -> list[CurveChoice]:
        """The parameters whose norms can be drawn."""
        return self._run_plots.choices() if self._run_plots else []

    def moved(self, epochs: int, share: float) -> int | None:
        """Where the cursor gets by so many epochs, or by a share of all. From nowhere it gets to
        where the run is."""
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
        """The epoch at a place in a pane; where there is none, the one that is read out now."""
        found = self._run_plots.epoch_near(pane, x, y) if self._run_plots else None
        return self.cursor if found is None else found

    @property
    def said(self) -> str:
        """What there is to read out at the cursor, in one line; empty without a cursor."""
        if self._run_plots is None or self.cursor is None:
            return ""
        self._run_plots.cursor = self.cursor
        return self._run_plots.said
