"""The plots of a run, from its records and its analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textual.content import Content

from gdtui.analysis.curvature.curve import CurvatureCurve
from gdtui.analysis.diagnose.diagnosis import Diagnosis
from gdtui.analysis.landscape.landscape import Landscape
from gdtui.analysis.landscape.loss_slice import LossSlice
from gdtui.analysis.landscape.parameter_slice import ParameterSlice
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.analysis.study import Study
from gdtui.engine.record.history import History
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.metrics import is_loss
from gdtui.engine.script.pipeline import has_batches
from gdtui.engine.script.script import Script
from gdtui.ui.plots.axis_choices import AxisChoices, axis_choices
from gdtui.ui.plots.curvature_plot import (
    curvature_curves,
    curvature_said,
    curvature_title,
    is_logarithmic,
)
from gdtui.ui.plots.fit_plots import Plot, fit_plot
from gdtui.ui.plots.ghost import Ghost
from gdtui.ui.plots.landscape_plots import landscape_plot
from gdtui.ui.plots.parameter_curves import ParameterCurves
from gdtui.ui.plots.picture import (
    MOST_CURVES,
    NOTHING,
    Colour,
    Curve,
    CurveChoice,
    Level,
    Palette,
    Picture,
    Points,
    Sketch,
)
from gdtui.ui.plots.pins import Pin
from gdtui.ui.plots.read_out import ReadOut
from gdtui.ui.plots.run_curves import RunCurves, Series
from gdtui.ui.plots.run_titles import (
    LOSS_COLOUR,
    curve_colour,
    loss_title,
    metrics_title,
    norms_title,
    parameters_title,
)
from gdtui.ui.plots.runs_behind import RunsBehind

_CURSOR_COLOUR = "text-secondary"
_FIRST_EPOCHS = 10
_FEW_EPOCHS = 20
"""Up to so many epochs each has a mark: the loss takes steps, and no curve lies between them."""

_EPOCH = "•"
_LABEL_WIDTH = 4
"""Columns for the labels of most axes, so that those of loss and parameters begin alike."""

_ROUNDING = 1e-12


class RunPlots:
    """The plots of one run, kept up to date.

    Attributes:
        run: the number of the run.
        script: its script.
        study: what is known of it.
        log: whether the loss is drawn on a logarithmic scale.
        cursor: the epoch that is read out; None for none.
        chosen: the parameters whose norms are drawn, where there are too many numbers for a curve
            each; with none of them those are drawn that move most.
        write: writes the numbers in the titles. What the cursor reads out has all its digits.
        can_play: whether space would play the run now.
        runs_behind: the runs that are drawn behind this one.
        cut: a slice through the loss, made last; None if none was made.
        curve: the largest curvature over the epochs; None if it was not asked for.
        curve_note: why there is none, or that it is on its way; empty for nothing.
    """

    def __init__(self, run: int, script: Script, note: str = "") -> None:
        """``note`` says what the script is where it is a branch of another run."""
        self.run = run
        self.study = Study(script)
        self.log = False
        self.cursor: int | None = None
        self.chosen: tuple[str, ...] = ()
        self.write: Numerals = SHORT
        self.can_play = False
        self.cut: LossSlice | ParameterSlice | None = None
        self.curve: CurvatureCurve | None = None
        self.curve_note = ""
        self.script = script
        self.runs_behind = RunsBehind(run, script, note)
        self._note = note
        self._curves = RunCurves()
        self._landscape = Landscape()
        self._moment: Moment | None = None
        self._history = History()

    def catch_up(self, moment: Moment, history: History) -> None:
        """Read the records up to a moment. Must be called for every moment that is shown: some
        moments tell how the run began."""
        self._moment, self._history = moment, history
        self.study.catch_up(moment, history)
        self._curves.catch_up(history, self.study.start)

    def follow(self, before: RunPlots | None) -> None:
        """Draw the run before behind this one, if it ran the same script before a change."""
        if before is not None:
            self.runs_behind.follow(before.script, before._curves, before.runs_behind)

    def diagnose(self) -> Diagnosis:
        """The diagnosis at the present moment, with the curvature once its curve is known."""
        found, curve = self.study.diagnose(self.write), self.curve
        if curve is None or not curve.is_of(self._history.loss):
            return found
        return curve.beside(found, self.write)

    def pinned(self, label: str) -> Pin:
        """This run as a pinned one."""
        return Pin(label, self.run, Ghost(self.script, self._curves), self.study, note=self._note)

    @property
    def key(self) -> object:
        """A key that changes whenever a plot changes."""
        moment = self._moment
        place = (moment.position, moment.status, moment.loss) if moment else None
        problem = (self.study.problem is not None, self.study.is_proved)
        waits = self.can_play and not self.epochs
        looks = (self.log, self.cursor, self.chosen, self.write, waits)
        curve = self.curve.points if self.curve else self.curve_note
        drawn = (self.runs_behind.key, id(self.cut), curve)
        return (self.run, self._curves.epochs, place, *looks, *problem, *drawn)

    @property
    def _epochs_key(self) -> tuple[object, ...]:
        """A key that changes whenever a plot over the epochs changes."""
        marker = self._moment.epoch if self.behind and self._moment else None
        known = self.study.is_proved
        others = self.runs_behind.key
        return self.run, self._curves.epochs, marker, self.cursor, self.chosen, known, others

    @property
    def epochs(self) -> int:
        """How many epochs are drawn."""
        return self._curves.epochs

    @property
    def _first_epochs(self) -> int:
        """The number of epochs on the axis from the start, so that early epochs do not move."""
        total = self._moment.epochs_total if self._moment else None
        return _FIRST_EPOCHS if total is None else max(1, min(total, _FIRST_EPOCHS))

    @property
    def _until(self) -> float:
        """The last epoch on the axis."""
        return float(max(self._curves.epochs, self._first_epochs, self.runs_behind.last))

    @property
    def behind(self) -> bool:
        """Whether the run is shown at an earlier epoch than the last one recorded."""
        return self._moment is not None and self._moment.epoch < self._curves.epochs

    # The plots ------------------------------------------------------------------------

    def loss(self) -> Plot:
        """The loss over the epochs; of several all, and dashed the losses that the script measures
        once an epoch, such as a validation loss."""
        more, measured = self._curves.more_losses, self._measured_losses()
        title = loss_title(self.study, self._history, more, measured, self.write, log=self.log)
        if not self.epochs and self.runs_behind.is_empty:
            what = "mean loss" if has_batches(self.study.script) else "loss"
            return title, NOTHING, self._before_first(f"the {what} of each epoch is")

        def picture(colour: Palette) -> Picture:
            least = self._least_loss()
            return self._picture(
                colour,
                [
                    *self.runs_behind.curves(colour, _losses, self._until),
                    Curve(*self._curves.loss.points(), colour(LOSS_COLOUR)),
                    *(
                        Curve(*each.points(), colour(curve_colour(index)))
                        for index, each in enumerate(more.values())
                    ),
                    *(
                        Curve(*each.points(), colour(curve_colour(index)), dashed=True)
                        for index, each in enumerate(measured.values(), len(more))
                    ),
                ],
                [Level(least, colour("faint"))] if least is not None else [],
                self.runs_behind.letters(colour, _losses),
                log=self.log,
            )

        said = self._read_out.loss() or self._undrawn or self.runs_behind.legend
        return title, Sketch((*self._epochs_key, self.log), picture), said

    def parameters(self) -> Plot:
        """The parameters over the epochs; before the first one those that the run starts with."""
        parameters = self._parameter_curves
        drawn = parameters.drawn()
        if not drawn and self.runs_behind.is_empty:
            return (
                self._parameters_title(),
                NOTHING,
                self._before_first("the parameters of each epoch are"),
            )

        def picture(colour: Palette) -> Picture:
            problem = self.study.problem if self.study.is_proved else None
            best = problem.best_parameters() if problem else {}
            return self._picture(
                colour,
                [
                    *self.runs_behind.curves(colour, parameters.of, self._until),
                    *(
                        Curve(*series.points(), colour(curve_colour(index)))
                        for index, (_, series) in enumerate(drawn)
                    ),
                ],
                [
                    Level(best[name], colour(curve_colour(index)))
                    for index, (name, _) in enumerate(drawn)
                    if name in best
                ],
                self.runs_behind.letters(colour, parameters.of),
            )

        # Of several there is not enough room below the plot; they are read out in the line of
        # the diagnosis.
        said = self._read_out.parameters() if len(drawn) == 1 else ""
        if self.cursor is not None and not said:
            said = f"epoch {self.cursor}"
        key = *self._epochs_key, tuple(name for name, _ in drawn)
        return self._parameters_title(), Sketch(key, picture), said

    def metrics(self) -> Plot:
        """The metrics of each epoch that are not losses, such as an accuracy."""
        series = {name: each for name, each in self._curves.metrics.items() if not is_loss(name)}
        if not series:
            return Content("Metrics"), NOTHING, self._why_no_metrics()
        shown = dict(list(series.items())[:MOST_CURVES])

        def picture(colour: Palette) -> Picture:
            curves = [
                Curve(*each.points(), colour(curve_colour(index)))
                for index, each in enumerate(shown.values())
            ]
            return self._picture(colour, curves, [], alone=True)

        title = metrics_title(self.study, self._history.metrics, shown, self.write)
        return title, Sketch(self._epochs_key, picture), self._read_out.metrics(shown)

    def fit(self) -> Plot:
        """The samples and the model's predictions."""
        return fit_plot(self.study, self.cursor, self.write)

    def landscape(self) -> Plot:
        """The loss over the parameters."""
        view = self._landscape.look(self.study)
        return landscape_plot(self.study, view, self.cursor, self.write, self.cut)

    @property
    def has_landscape(self) -> bool:
        """Whether the landscape is drawn from its formula, and needs no slice."""
        return self._landscape.look(self.study) is not None

    def axis_choices(self) -> AxisChoices:
        """The numbers that a slice can be drawn along."""
        return axis_choices(self._history, self.study, self.write)

    def curvature(self) -> Plot:
        """The largest curvature of the loss over the epochs, beside the limit of the updates."""
        curve = self.curve
        said = curvature_said(curve, self.curve_note, self.cursor, self._history.loss)
        title = curvature_title(curve, self.study.epochs, self.write)
        if curve is None or not curve.points:
            return title, NOTHING, said

        def picture(colour: Palette) -> Picture:
            log = is_logarithmic(curve)
            drawn = self._picture(colour, curvature_curves(curve, colour), [], log=log, alone=True)
            return replace(drawn, y_label="curvature, logarithmic" if log else "curvature")

        return title, Sketch((*self._epochs_key, "curvature", curve.points), picture), said

    # What the cursor reads ------------------------------------------------------------

    def epoch_near(self, pane: str, x: float, y: float | None) -> int | None:
        """The epoch at a place in one of the plots."""
        if pane in ("loss", "parameters", "metrics", "curvature"):
            return min(max(0, round(x)), self.epochs) if self.epochs else None
        if pane == "landscape" and y is not None:
            if isinstance(self.cut, ParameterSlice) and not self.has_landscape:
                return self.cut.epoch_near(x, y)
            return self._landscape.epoch_near(self.study, x, y)
        return None

    @property
    def said(self) -> str:
        """The values at the cursor: loss, metrics and parameters of its epoch."""
        return self._read_out.all()

    @property
    def _read_out(self) -> ReadOut:
        return ReadOut(self.cursor, self.study, self._history)

    # Parts ----------------------------------------------------------------------------

    def _parameters_title(self) -> Content:
        moment = self._moment
        if moment is None or not moment.parameters:
            return Content("Parameters")
        drawn = [name for name, _ in self._parameter_curves.drawn()]
        titled = norms_title if self._curves.are_many else parameters_title
        return titled(moment, drawn, self.write)

    def _measured_losses(self) -> dict[str, Series]:
        """The metrics that can be drawn beside the loss: losses of other data."""
        return {name: each for name, each in self._curves.metrics.items() if is_loss(name)}

    def _before_first(self, what: str) -> str:
        """What is said in place of a plot before the first epoch is over."""
        if self._moment is not None and self._moment.status.is_over:
            return "nothing to draw: no epoch has ended"
        return f"{'space plays: ' if self.can_play else ''}{what} drawn here"

    def _why_no_metrics(self) -> str:
        losses = ", ".join(self._measured_losses())
        if losses:
            return f"no other metric than {losses}, which stands dashed beside the loss"
        return "drawn as soon as the script computes a number once an epoch, such as an accuracy"

    @property
    def _undrawn(self) -> str:
        """A note on losses that a logarithmic scale cannot show; empty for none."""
        below = self._curves.below
        if not self.log or not below:
            return ""
        return f"{below} losses ≤ 0 are not drawn" if below > 1 else "1 loss ≤ 0 is not drawn"

    def _picture(
        self,
        colour: Callable[[str], Colour],
        curves: list[Curve],
        levels: list[Level],
        letters: Sequence[Points] = (),
        *,
        log: bool = False,
        alone: bool = False,
    ) -> Picture:
        """A picture over the epochs. The title names what is drawn, so the axes need no labels."""
        epochs = self._curves.epochs
        until = float(max(epochs, self._first_epochs)) if alone else self._until
        few = [each for each in curves if not each.dashed] if until <= _FEW_EPOCHS else []
        return Picture(
            curves=curves,
            points=[*(Points(each.x, each.y, _EPOCH, each.colour) for each in few), *letters],
            levels=levels,
            marker=self._moment.epoch if self.behind and self._moment else None,
            x_limits=(0.0, until),
            log=log,
            cursor=self.cursor,
            cursor_colour=colour(_CURSOR_COLOUR),
            round_ends=True,
            label_width=_LABEL_WIDTH,
        )

    @property
    def _parameter_curves(self) -> ParameterCurves:
        return ParameterCurves(self._curves, self.study, self.chosen)

    def choices(self) -> list[CurveChoice]:
        """The parameters whose norms can be drawn, those that move most first; empty if each number
        has a curve."""
        return self._parameter_curves.choices(self._history, self.write)

    def _least_loss(self) -> float | None:
        """The smallest loss of the model; None if it is not known or 0."""
        problem = self.study.problem
        if problem is None or not self.study.is_proved:
            return None
        # A perfect fit leaves rounding errors, which a logarithmic scale would show as a level.
        least = problem.least_loss
        return None if least is None or (self.log and least < _ROUNDING) else least


def _losses(curves: RunCurves) -> list[Series]:
    return [curves.loss]
