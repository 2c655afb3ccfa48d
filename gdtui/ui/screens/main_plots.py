"""The plots of the main screen, and what the panes beside them say of the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtui.engine.play.report import Activity, Report
from gdtui.engine.script.script import Script
from gdtui.ui.messages import CursorPointed, CursorSet
from gdtui.ui.panes.code import CodePane
from gdtui.ui.panes.plot import PlotPane
from gdtui.ui.panes.transcript import TranscriptPane
from gdtui.ui.screens.main_panes import MainPanes
from gdtui.ui.screens.plot_panes import PlotPanes
from gdtui.ui.widgets.lines import LinesPane

if TYPE_CHECKING:
    from gdtui.analysis.curvature.curve import CurvatureCurve
    from gdtui.analysis.landscape.loss_slice import LossSlice
    from gdtui.analysis.landscape.parameter_slice import ParameterSlice
    from gdtui.analysis.numerals import Numerals
    from gdtui.ui.plots.axis_choices import AxisChoices
    from gdtui.ui.plots.fit_plots import Plot
    from gdtui.ui.plots.picture import CurveChoice, Palette
    from gdtui.ui.plots.pins import Pin


class MainPlots(MainPanes):
    """The part of the main screen that draws plots."""

    def __init__(self, scripts: list[Script]) -> None:
        super().__init__(scripts)
        self._plots = PlotPanes(
            {
                self._loss: lambda plots: plots.loss(),
                self._parameters: lambda plots: plots.parameters(),
                self._fit: lambda plots: plots.fit(),
                self._landscape: lambda plots: plots.landscape(),
                self._metrics: lambda plots: plots.metrics(),
                self._curvature: lambda plots: plots.curvature(),
            },
            slow=(self._fit, self._landscape),
        )

    def show_plots(self, report: Report | None = None) -> None:
        """Update the visible plots, with ``report`` if it is newer than the one shown; while a run
        goes flat out, only the plot whose turn it is. Called on a tick, which bounds the cost. This
        also clears the panes of an earlier run; a run that loads before the next tick clears
        nothing."""
        if report is not None:
            self._report = report
        self._plots.draw(report)
        if self._report is not None and self._report.moment is None:
            for pane in (self._numbers, self._variables, self._graph):
                pane.clear()
            self._diagnosis.diagnosis = None

    def _study(self, report: Report) -> None:
        """Show the texts and the diagnosis of the moment."""
        moment = report.moment
        plots = self._plots.look(report)
        self._diagnosis.said = self._plots.said
        if moment is None or plots is None or self._plots.is_between_looks:
            return
        key = plots.key
        full = self._plots.full
        self._numbers.show_moment(moment, plots.study, key, full=full)
        self._variables.show_moment(moment, key, full=full)
        self._graph.show_moment(moment, plots.study, key, full=full)
        self._diagnosis.diagnosis = plots.diagnose()

    @property
    def write(self) -> Numerals:
        """Writes numbers as the screen does."""
        return self._plots.write

    def plot_to_take(self) -> tuple[str, Plot, Palette]:
        """The name of the plot with the focus, else of that of the loss; the plot; its colours."""
        pane = self.focused if isinstance(self.focused, PlotPane) else self._loss
        plot = self._plots.plot_of(pane)
        assert plot is not None, "a run is loaded"
        return pane.id or "", pane.labelled(plot), pane.colour

    @property
    def text_to_copy(self) -> str:
        """The values under the cursor of the plots; without one, what the pane with the focus has
        at its mark or first in sight, of the code if no such pane has the focus. Empty if there is
        nothing."""
        if self._plots.said:
            return self._plots.said
        panes = (CodePane, LinesPane, TranscriptPane, PlotPane)
        pane = self.focused if isinstance(self.focused, panes) else self._code
        return pane.text_to_copy

    # Pinned runs ----------------------------------------------------------------------

    def present_run(self, label: str) -> Pin | None:
        """The present run as a pinned one; None while it loads."""
        return self._plots.pinned(label) if self._report and self._report.moment else None

    def show_pins(self, pins: tuple[Pin, ...]) -> None:
        """Draw these runs behind the present one: with the next redraw of a run that is playing,
        at once otherwise."""
        self._plots.pins = pins
        self._draw_soon()

    def note_branch(self, text: str, note: str) -> None:
        """Note what the branch is whose script has this text."""
        self._plots.notes[text] = note

    # Slices and the curvature ---------------------------------------------------------

    def show_slice(self, run: int, cut: LossSlice | ParameterSlice) -> None:
        """Draw a slice through the loss of a run, and bring it in sight."""
        self._plots.show_slice(run, cut)
        self.bring_landscape()

    def bring_landscape(self) -> bool:
        """Bring the landscape in sight. Returns whether it is drawn from its formula."""
        self._view.choose("Landscape")
        self.bring("view")
        self.show_plots()
        return self._plots.has_landscape

    @property
    def axes_to_choose(self) -> AxisChoices | None:
        """The numbers that a slice can be drawn along; None while the run is loading."""
        return self._plots.axis_choices()

    def show_curve(self, run: int, curve: CurvatureCurve | None, note: str = "") -> None:
        """Draw the curvature of a run over its epochs, as far as it is known; in its place, say why
        it is not."""
        self._plots.show_curve(run, curve, note)
        self.show_plots()
        if self._report is not None:
            self._study(self._report)

    def bring_curve(self) -> CurvatureCurve | None:
        """Bring the plot of the curvature in sight. Returns the curve; None if there is none."""
        self._view.offer("Curvature", True)
        self._view.choose("Curvature")
        self.bring("view")
        self.call_after_refresh(self.settle)
        return self._plots.curve

    # The cursor of the plots ----------------------------------------------------------

    @property
    def cursor(self) -> int | None:
        """The epoch under the plots' cursor; None without a cursor."""
        return self._plots.cursor

    def move_cursor(self, epochs: int = 0, share: float = 0.0) -> None:
        """Move the cursor by so many epochs, or by a share of all. The first move puts it where
        the run is."""
        self._read_out(self._plots.moved(epochs, share))

    def clear_cursor(self) -> None:
        """Remove the cursor."""
        self._read_out(None)

    def on_cursor_pointed(self, message: CursorPointed) -> None:
        message.stop()
        if message.x is None:
            self.clear_cursor()
        else:
            self._read_out(self._plots.near(message.pane, message.x, message.y))

    def _read_out(self, epoch: int | None) -> None:
        if epoch == self.cursor:
            return
        self._plots.cursor = epoch
        self.post_message(CursorSet())
        self._diagnosis.said = self._plots.said
        self._draw_soon()

    # How they are drawn ---------------------------------------------------------------

    @property
    def curves_to_choose(self) -> list[CurveChoice]:
        """The parameters of which some can be chosen, to have their norms drawn."""
        return self._plots.choices()

    def choose_curves(self, names: tuple[str, ...]) -> None:
        """Draw the norms of these parameters; of those that move most where there are none."""
        self._plots.chosen = names
        self.show_plots()

    def _draw_soon(self) -> None:
        """Draw the plots at once, unless a run is playing, which redraws them anyway."""
        if self._report is None or self._report.activity is not Activity.PLAYING:
            self.show_plots()

    def switch_log_scale(self) -> None:
        """Draw the loss on a logarithmic scale, or on a plain one again: with the next redraw
        of a run that is playing, at once otherwise."""
        self._plots.log = not self._plots.log
        self._draw_soon()

    @property
    def full_digits(self) -> bool:
        """Whether numbers have all their digits."""
        return self._plots.full

    def switch_digits(self) -> None:
        """Switch between all digits of every number and five: in the plots with the next redraw of
        a run that is playing, everywhere at once otherwise."""
        self._plots.full = self._header.full = not self._plots.full
        if self._report is not None:
            self._study(self._report)
        self._draw_soon()
