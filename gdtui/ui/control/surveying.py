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

_SLICE, _CURVE = "slice", "curvature"

_LOOK = 0.2
"""Seconds between two looks for new points of a curve."""

_LONG = 15.0


class Surveying(Inspecting):
    """The part of the app that looks at the loss around the run. The script runs in a process of
    its own, which goes where nobody has gone in the run on the screen."""

    _tracing: tuple[int, int] | None = None
    """The run whose curve is on its way, and up to which epoch; None if none is."""

    # Slices ---------------------------------------------------------------------------

    def slice_loss(self) -> None:
        """Draw a slice through the loss around the parameters of the last epoch that is over."""
        moment = self.report.moment
        if moment is not None:
            epoch = moment.epoch if moment.epoch_over else moment.epoch - 1
            self.say("The script runs with its parameters moved, in a process of its own…")
            self.run_worker(
                self._slice(self._script, self.report.run, epoch), group=_SLICE, exclusive=True
            )

    async def _slice(self, script: Script, run: int, epoch: int) -> None:
        from gdtui.experiments.elsewhere import elsewhere
        from gdtui.experiments.inspection import slice_script
        from gdtui.experiments.job import Recipe

        try:
            cut = await elsewhere(slice_script, Recipe.of(script), epoch, parent=os.getpid())
        except ScriptError as error:
            self.complain(clean_line(str(error)))
            return
        self.main.show_slice(run, cut)

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

    def _leave_run(self) -> None:
        for group in (_SLICE, _CURVE):
            self.workers.cancel_group(self, group)
        super()._leave_run()
