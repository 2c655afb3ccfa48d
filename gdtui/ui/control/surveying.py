"""Surveys the loss: slices through it, and its curvature over the epochs."""

from __future__ import annotations

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.ui.control.inspecting import Inspecting

if TYPE_CHECKING:
    from gdtui.analysis.curvature.curve import CurvatureCurve
    from gdtui.analysis.landscape.parameter_slice import Element

_SLICE, _CURVE = "slice", "curvature"

_LOOK = 0.2
"""Seconds between two looks for new points of a curve."""

_LONG = 15.0

_OTHER_RUN = (
    "This {what} is of another run: the script draws other random numbers each time. Let it set a "
    "seed, and the {what} is of this run."
)


class Surveying(Inspecting):
    """The part of the app that looks at the loss around the run. The script runs in a process of
    its own, which goes where nobody has gone in the run on the screen."""

    _tracing: tuple[int, int] | None = None
    """The run whose curve is on its way, and up to which epoch; None if none is."""

    # Slices ---------------------------------------------------------------------------

    def slice_loss(self) -> None:
        """Draw a slice through the loss around the parameters of the last epoch that is over."""
        if self._present_epoch is not None:
            self._slice(None)

    def choose_axes(self) -> None:
        """Let the learner choose two numbers of the model, and draw the loss over them. Where they
        are all that it has, there is nothing to choose."""
        from gdtui.ui.screens.axes_choice import AxesScreen

        choices = self.main.axes_to_choose
        if self._present_epoch is None or choices is None or len(choices.listed) < 2:
            self.say("A slice needs two numbers that the script learns, once an epoch is over.")
        elif len(choices.listed) > 2:
            self.push_screen(AxesScreen(choices), self._slice_along)
        elif self.main.bring_landscape():
            self.say("The landscape shows the loss over both numbers of this model.")
        else:
            self._slice((choices.listed[0].element, choices.listed[1].element))

    def _slice_along(self, elements: tuple[Element, Element] | None) -> None:
        if elements is not None:
            self._slice(elements)

    @property
    def _present_epoch(self) -> int | None:
        """How many epochs are over where the run is; None while it loads."""
        moment = self.report.moment
        if moment is None:
            return None
        return moment.epoch if moment.epoch_over else max(0, moment.epoch - 1)

    def _slice(self, elements: tuple[Element, Element] | None) -> None:
        """Draw a slice along two numbers; without them along the last step."""
        epoch = self._present_epoch
        if epoch is None:
            return
        self.say("The script runs with its parameters moved, in a process of its own…")
        self.run_worker(
            self._slice_elsewhere(self._script, self.report.run, epoch, elements),
            group=_SLICE,
            exclusive=True,
        )

    async def _slice_elsewhere(
        self, script: Script, run: int, epoch: int, elements: tuple[Element, Element] | None
    ) -> None:
        from gdtui.experiments.elsewhere import elsewhere
        from gdtui.experiments.inspection import slice_script, slice_script_along
        from gdtui.experiments.job import Recipe

        recipe, parent = Recipe.of(script), os.getpid()
        try:
            if elements is None:
                step = await elsewhere(slice_script, recipe, epoch, parent=parent)
                self.main.show_slice(run, step)
                self._tell_of_other_run(run, step.epoch, step.loss)
                return
            cut = await elsewhere(slice_script_along, recipe, epoch, elements, parent=parent)
        except ScriptError as error:
            self.complain(clean_line(str(error)))
            return
        self.main.show_slice(run, cut)
        self.notify(cut.text(), timeout=_LONG, markup=False)
        self._tell_of_other_run(run, cut.epoch, cut.loss)

    def _tell_of_other_run(self, run: int, epoch: int, loss: float) -> None:
        """Say so where the process has had another run of the script than the one on the screen,
        by the loss behind so many epochs."""
        from gdtui.analysis.numerals import agree

        history = self.report.history
        if history is None or self.report.run != run or len(history) <= epoch:
            return
        if not agree(loss, float(history.loss[epoch]), abs(loss)):
            self.complain(_OTHER_RUN.format(what="slice"))

    # The curvature --------------------------------------------------------------------

    def draw_curvature(self) -> None:
        """Show the largest curvature over the epochs of the run so far, and find it where it is
        not known."""
        history, curve = self.report.history, self.main.bring_curve()
        run, epochs = self.report.run, len(history) if history is not None else 0
        is_known = curve is not None and curve.epochs == epochs
        if not epochs or self._tracing == (run, epochs) or (is_known and self._tracing is None):
            return
        self._tracing = run, epochs
        self.main.show_curve(run, curve, "The script runs in a process of its own…")
        self.run_worker(self._trace(self._script, run, epochs), group=_CURVE, exclusive=True)

    async def _trace(self, script: Script, run: int, epochs: int) -> None:
        from gdtui.experiments.curvature_process import curve_into, read_curve
        from gdtui.experiments.elsewhere import elsewhere
        from gdtui.experiments.job import Recipe

        found: CurvatureCurve | None = None
        with TemporaryDirectory(prefix="gdtui-") as folder:
            path = Path(folder) / "curve"

            def look() -> None:
                nonlocal found
                curve = read_curve(path)
                if curve is not None and (found is None or curve.points != found.points):
                    found = curve
                    self.main.show_curve(run, curve)

            looks = self.set_interval(_LOOK, look)
            try:
                await elsewhere(
                    curve_into, path, Recipe.of(script), self._stop, epochs, parent=os.getpid()
                )
                look()
            except ScriptError as error:
                self.main.show_curve(run, None, clean_line(str(error)))
                return
            finally:
                looks.stop()
                if self._tracing == (run, epochs):
                    self._tracing = None
        if found is not None:
            self.notify(found.text(self.main.write), timeout=_LONG, markup=False)
            history = self.report.history
            if history is not None and self.report.run == run and not found.is_of(history.loss):
                self.complain(_OTHER_RUN.format(what="curve"))

    def _leave_run(self) -> None:
        for group in (_SLICE, _CURVE):
            self.workers.cancel_group(self, group)
        super()._leave_run()
