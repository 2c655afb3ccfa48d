"""What the plots of a run show, from what has been recorded of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.content import Content

from gdtui.analysis.linear import LinearProblem, find_linear_problem
from gdtui.engine.history import History
from gdtui.engine.moment import Moment
from gdtui.ui.curves import MOST, Curves, Series
from gdtui.ui.picture import Colour, Curve, Level, Picture
from gdtui.ui.wording import loss_text, short_name, value_text

_LOSS_COLOUR = "text-warning"
_COLOURS = ("text-primary", "text-success", "text-accent", "text-secondary", "foreground")
_FIRST_EPOCHS = 10
_ROUNDING = 1e-12
_LOOKED_FOR = 16
"""Epochs after which a run that is not a linear problem yet will not become one."""


class Pictures:
    """The two plots of one run, kept up to date.

    Attributes:
        run: the number of the run; 0 while it is being loaded.
        log: whether the loss is drawn on a logarithmic scale.
    """

    def __init__(self, run: int) -> None:
        self.run = run
        self.log = False
        self._curves = Curves()
        self._moment: Moment | None = None
        self._start: Mapping[str, object] = {}
        self._problem: LinearProblem | None = None
        self._looked_at = 0
        self._shown: object = None

    def catch_up(self, moment: Moment | None, history: History | None) -> bool:
        """Take in what has happened. Returns whether the pictures look different now."""
        if moment is None or history is None:
            return self._has_changed()
        self._moment = moment
        if not moment.epoch and not moment.step:
            self._start = moment.parameters
        self._curves.catch_up(history)
        self._look_for_problem(moment, history)
        return self._has_changed()

    @property
    def behind(self) -> bool:
        """Whether the run is shown at an earlier epoch than the last one recorded."""
        return self._moment is not None and self._moment.epoch < self._curves.epochs

    def loss(self) -> tuple[Content, Callable[[Callable[[str], Colour]], Picture]]:
        """The title and the picture of the loss."""
        value = loss_text(self._moment.loss) if self._moment else ""
        title = Content.assemble(
            "Loss ", (value, f"bold ${_LOSS_COLOUR}"), "  log scale" if self.log else ""
        )

        def picture(colour: Callable[[str], Colour]) -> Picture:
            least = self._least_loss()
            return self._picture(
                [Curve(*self._curves.loss.points(), colour(_LOSS_COLOUR))],
                [Level(least, colour("faint"))] if least is not None else [],
                "loss, logarithmic" if self.log else "loss",
                log=self.log,
            )

        return title, picture

    def parameters(self) -> tuple[Content, Callable[[Callable[[str], Colour]], Picture]]:
        """The title and the picture of the parameters."""
        drawn = self._drawn()

        def picture(colour: Callable[[str], Colour]) -> Picture:
            best = self._problem.least_squares() if self._problem else {}
            return self._picture(
                [
                    Curve(*series.points(), colour(_COLOURS[index % len(_COLOURS)]))
                    for index, (_, series) in enumerate(drawn)
                ],
                [
                    Level(best[name], colour(_COLOURS[index % len(_COLOURS)]))
                    for index, (name, _) in enumerate(drawn)
                    if name in best
                ],
                ", ".join(dict.fromkeys(short_name(n, self._curves.parameters) for n, _ in drawn)),
            )

        return self._parameters_title(), picture

    def _parameters_title(self) -> Content:
        moment = self._moment
        if moment is None or not moment.parameters:
            return Content("Parameters")
        parts: list[Content] = []
        index = 0
        for name, value in moment.parameters.items():
            style = f"bold ${_COLOURS[index % len(_COLOURS)]}"
            short = short_name(name, moment.parameters)
            parts.append(Content.assemble((f"{short} {value_text(value)}", style)))
            index += sum(drawn == name for drawn, _ in self._drawn()) or 1
        return Content("  ").join(parts)

    def _picture(
        self, curves: list[Curve], levels: list[Level], label: str, *, log: bool = False
    ) -> Picture:
        epochs = self._curves.epochs
        return Picture(
            curves=curves,
            levels=levels,
            marker=self._moment.epoch if self.behind and self._moment else None,
            x_limits=(1.0, float(max(epochs, _FIRST_EPOCHS))),
            x_label="epoch",
            y_label=label,
            log=log,
        )

    def _drawn(self) -> list[tuple[str, Series]]:
        """The curves of the parameters, a bounded number of them."""
        parameters = self._curves.parameters
        share = max(1, MOST // max(1, len(parameters)))
        pairs = [(name, each) for name, series in parameters.items() for each in series[:share]]
        return pairs[:MOST]

    def _least_loss(self) -> float | None:
        """The loss of the least-squares solution, where there is one and it is not simply 0."""
        if self._problem is None:
            return None
        least = self._problem.mean_squared_error(self._problem.least_squares())
        # A perfect fit leaves rounding errors, which on a logarithmic scale would be a place.
        return None if self.log and least < _ROUNDING else least

    def _look_for_problem(self, moment: Moment, history: History) -> None:
        epochs = min(self._curves.epochs, _LOOKED_FOR)
        if self._problem is None and epochs > self._looked_at:
            self._looked_at = epochs
            self._problem = find_linear_problem(moment, history, self._start)

    def _has_changed(self) -> bool:
        moment = self._moment
        place = (moment.epoch, moment.step, moment.loss) if moment else None
        state = (self._curves.epochs, place, self.log, self._problem is not None)
        changed = state != self._shown
        self._shown = state
        return changed
