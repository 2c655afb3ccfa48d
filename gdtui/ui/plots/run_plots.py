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
from gdtui.engine.record.history import Column, History
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.moment import Moment
from gdtui.engine.script.metrics import is_loss
from gdtui.engine.script.names import short_name
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
from gdtui.ui.plots.parameter_curves import ParameterCurves, norm_of
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
from gdtui.ui.plots.pins import Pin, legend
from gdtui.ui.plots.read_out import ReadOut
from gdtui.ui.plots.run_curves import RunCurves, Series, latest
from gdtui.ui.texts.wording import size_text

_LOSS_COLOUR = "text-warning"
_COLOURS = ("text-primary", "text-success", "text-accent", "text-secondary", "foreground")
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
        pins: the pinned runs, whose curves are drawn behind.
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
        self.pins: tuple[Pin, ...] = ()
        self._legend_of: tuple[tuple[Pin, ...] | None, str] = (None, "")
        self.cut: LossSlice | ParameterSlice | None = None
        self.curve: CurvatureCurve | None = None
        self.curve_note = ""
        self.script = script
        self._note = note
        self._curves = RunCurves()
        self._ghost: Ghost | None = None
        self._change = ""
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
        """Draw the run before behind this one, if it ran the same script before a change; a run
        without a change keeps what was drawn behind it."""
        if before is None or before.script.name != self.script.name:
            return
        changed = before.script.text != self.script.text and before.epochs > 0
        self._ghost = Ghost(before.script, before._curves) if changed else before._ghost
        # Once a run: a long script takes a while to compare, and this stands below every drawing.
        self._change = f"┄ {self._ghost.change_to(self.script)}" if self._ghost else ""

    def diagnose(self) -> Diagnosis:
        """The diagnosis at the present moment, with the curvature once all of its curve is
        known."""
        found, curve = self.study.diagnose(self.write), self.curve
        if curve is None or not curve.points or len(curve.points) < curve.planned:
            return found
        return replace(
            found,
            sentences=(*found.sentences, curve.short(self.write)),
            text=f"{found.text} {curve.text(self.write)}",
        )

    def forget_before(self) -> None:
        """Draw no other run behind this one."""
        self._ghost, self._change = None, ""

    def pinned(self, label: str) -> Pin:
        """This run as a pinned one."""
        return Pin(label, self.run, Ghost(self.script, self._curves), self.study, note=self._note)

    @property
    def _pins_behind(self) -> list[Pin]:
        """The pinned runs, without this one."""
        return [pin for pin in self.pins if pin.run != self.run]

    @property
    def _before(self) -> Ghost | None:
        """The run before, unless it is drawn as a pinned one."""
        pinned = {id(pin.ghost.curves) for pin in self.pins}
        is_apart = self._ghost is not None and id(self._ghost.curves) not in pinned
        return self._ghost if is_apart else None

    def _behind(
        self, colour: Palette, chosen: Callable[[RunCurves], Sequence[Series]]
    ) -> list[Curve]:
        """The curves of the run before and of the pinned ones; ``chosen`` chooses those of a
        run."""
        curves = []
        if (before := self._before) is not None:
            until = self._until
            curves += [
                Curve(*before.points(each, until), colour("faint"), dashed=True)
                for each in chosen(before.curves)
            ]
        for pin in self._pins_behind:
            curves += pin.curves(chosen(pin.ghost.curves), colour)
        return curves

    def _letters(
        self, colour: Palette, chosen: Callable[[RunCurves], Sequence[Series]]
    ) -> list[Points]:
        """The letters on the curves of the pinned runs."""
        return [
            each
            for pin in self._pins_behind
            for each in pin.letters(chosen(pin.ghost.curves), colour)
        ]

    @property
    def _until(self) -> float:
        """The last epoch on the axis."""
        pinned = [pin.last for pin in self._pins_behind]
        return float(max([self._curves.epochs, self._first_epochs, *pinned]))

    @property
    def _legend(self) -> str:
        """What stands behind this run: the pinned ones, or the one before."""
        if not self._pins_behind:
            return self._before_said
        # Once for the same pins: scripts take a while to compare, and this stands below every
        # drawing.
        if self._legend_of[0] is not self.pins:
            self._legend_of = self.pins, legend(self.pins, self.script, self._note)
        return self._legend_of[1]

    @property
    def _before_said(self) -> str:
        return self._change if self._before is not None else ""

    @property
    def key(self) -> object:
        """A key that changes whenever a plot changes."""
        moment = self._moment
        place = (moment.position, moment.status, moment.loss) if moment else None
        problem = (self.study.problem is not None, self.study.is_proved)
        waits = self.can_play and not self.epochs
        looks = (self.log, self.cursor, self.chosen, self.write, waits)
        behind = (*map(id, self.pins), id(self.cut), id(self.curve), self.curve_note)
        return (self.run, self._curves.epochs, place, *looks, *problem, *behind)

    @property
    def _epochs_key(self) -> tuple[object, ...]:
        """A key that changes whenever a plot over the epochs changes."""
        marker = self._moment.epoch if self.behind and self._moment else None
        known = self.study.is_proved
        before = id(self._before), *map(id, self.pins)
        return self.run, self._curves.epochs, marker, self.cursor, self.chosen, known, before

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
    def _has_behind(self) -> bool:
        """Whether another run is drawn behind this one."""
        return self._before is not None or bool(self._pins_behind)

    @property
    def behind(self) -> bool:
        """Whether the run is shown at an earlier epoch than the last one recorded."""
        return self._moment is not None and self._moment.epoch < self._curves.epochs

    # The plots ------------------------------------------------------------------------

    def loss(self) -> Plot:
        """The loss over the epochs; of several all, and dashed the losses that the script measures
        once an epoch, such as a validation loss."""
        title = self._loss_title()
        if not self.epochs and not self._has_behind:
            what = "mean loss" if has_batches(self.study.script) else "loss"
            return title, NOTHING, self._before_first(f"the {what} of each epoch is")
        more, measured = self._curves.more_losses, self._measured_losses()

        def picture(colour: Palette) -> Picture:
            least = self._least_loss()
            return self._picture(
                colour,
                [
                    *self._behind(colour, _losses),
                    Curve(*self._curves.loss.points(), colour(_LOSS_COLOUR)),
                    *(
                        Curve(*each.points(), colour(_colour(index)))
                        for index, each in enumerate(more.values())
                    ),
                    *(
                        Curve(*each.points(), colour(_colour(index)), dashed=True)
                        for index, each in enumerate(measured.values(), len(more))
                    ),
                ],
                [Level(least, colour("faint"))] if least is not None else [],
                self._letters(colour, _losses),
                log=self.log,
            )

        said = self._read_out.loss() or self._undrawn or self._legend
        return title, Sketch((*self._epochs_key, self.log), picture), said

    def parameters(self) -> Plot:
        """The parameters over the epochs; before the first one those that the run starts with."""
        parameters = self._parameter_curves
        drawn = parameters.drawn()
        if not drawn and not self._has_behind:
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
                    *self._behind(colour, parameters.of),
                    *(
                        Curve(*series.points(), colour(_colour(index)))
                        for index, (_, series) in enumerate(drawn)
                    ),
                ],
                [
                    Level(best[name], colour(_colour(index)))
                    for index, (name, _) in enumerate(drawn)
                    if name in best
                ],
                self._letters(colour, parameters.of),
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
                Curve(*each.points(), colour(_colour(index)))
                for index, each in enumerate(shown.values())
            ]
            return self._picture(colour, curves, [], alone=True)

        title = Content("  ").join(
            Content.assemble(
                (f"{name} {self._latest(self._history.metrics[name])}", f"bold ${_colour(index)}")
            )
            for index, name in enumerate(shown)
        )
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
        curve, losses = self.curve, self._history.loss[: self._curves.epochs]
        said = curvature_said(curve, self.curve_note, self.cursor, losses)
        title = curvature_title(curve, self.study.epochs, self.write)
        if curve is None or not curve.points:
            return title, NOTHING, said

        def picture(colour: Palette) -> Picture:
            log = is_logarithmic(curve)
            drawn = self._picture(colour, curvature_curves(curve, colour), [], log=log, alone=True)
            return replace(drawn, y_label="curvature, logarithmic" if log else "curvature")

        return title, Sketch((*self._epochs_key, "curvature", id(curve)), picture), said

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

    def _loss_title(self) -> Content:
        scale = "  log scale" if self.log else ""
        more, measured = self._curves.more_losses, self._measured_losses()
        found = list(self._history.losses)
        first = f"{found[0]} " if more else ""
        parts: list[str | tuple[str, str]] = [
            "Loss ",
            (first + self._loss_text, f"bold ${_LOSS_COLOUR}"),
        ]
        columns = [(name, self._history.losses[name]) for name in more]
        columns += [(name, self._history.metrics[name]) for name in measured]
        for index, (name, column) in enumerate(columns):
            parts += ["  ", (f"{name} {self._latest(column)}", f"bold ${_colour(index)}")]
        return Content.assemble(*parts, scale)

    def _measured_losses(self) -> dict[str, Series]:
        """The metrics that can be drawn beside the loss: losses of other data."""
        return {name: each for name, each in self._curves.metrics.items() if is_loss(name)}

    def _latest(self, column: Column) -> str:
        """The last value of a loss or a metric, up to the moment."""
        value = latest(column, self.study.epochs)
        return "-" if value is None else self.write(value)

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
    def _loss_text(self) -> str:
        """The loss of the moment; where an epoch has one for each batch, their mean in the last
        epoch that is over, which is what the curve shows."""
        moment, column = self._moment, self._history.loss
        if moment is None:
            return ""
        if not has_batches(self.study.script):
            return size_text(moment.loss, self.write)
        over = self.study.epochs
        return f"mean {self.write(float(column[over - 1]))}" if over else "-"

    @property
    def _undrawn(self) -> str:
        """A note on losses that a logarithmic scale cannot show; empty for none."""
        below = self._curves.below
        if not self.log or not below:
            return ""
        return f"{below} losses ≤ 0 are not drawn" if below > 1 else "1 loss ≤ 0 is not drawn"

    def _parameters_title(self) -> Content:
        moment = self._moment
        if moment is None or not moment.parameters:
            return Content("Parameters")
        if self._curves.are_many:
            return self._norms_title(moment)
        parts: list[Content] = []
        index = 0
        for name, value in moment.parameters.items():
            style = f"bold ${_colour(index)}"
            short = short_name(name, moment.parameters)
            # A large array has only its norm, which the curve shows.
            norm = norm_of(value) if isinstance(value, Summary) else None
            text = size_text(value, self.write) if norm is None else f"norm {self.write(norm)}"
            parts.append(Content.assemble((f"{short} {text}", style)))
            index += sum(drawn == name for drawn, _ in self._parameter_curves.drawn()) or 1
        return Content("  ").join(parts)

    def _norms_title(self, moment: Moment) -> Content:
        parts = [Content.assemble(("norms of ", "$text-muted"))]
        for index, (name, _) in enumerate(self._parameter_curves.drawn()):
            norm = norm_of(moment.parameters.get(name))
            shown = "" if norm is None else f" {self.write(norm)}"
            text = f"{short_name(name, moment.parameters)}{shown}  "
            parts.append(Content.assemble((text, f"bold ${_colour(index)}")))
        return Content.assemble(*parts)

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


def _colour(index: int) -> str:
    return _COLOURS[index % len(_COLOURS)]
