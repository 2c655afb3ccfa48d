"""Tries many values of settings, and takes the one that the learner chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdtui.engine.errors import SettingError
from gdtui.engine.printable import clean_line
from gdtui.ui.control.taking_home import TakingHome

if TYPE_CHECKING:
    from gdtui.experiments.grid import Axis


class Sweeping(TakingHome):
    """The part of the app that sweeps settings."""

    def choose_sweep(self) -> None:
        """Let the learner choose settings and values, and run the script with all of them."""
        from gdtui.ui.screens.sweep_setup import SweepSetupScreen

        self.push_screen(SweepSetupScreen(self._script), self._sweep)

    def _sweep(self, axes: tuple[Axis, ...] | None) -> None:
        from gdtui.ui.screens.sweep import SweepScreen

        if axes is not None:
            self.push_screen(SweepScreen(self._script, axes, self._stop), self._take_values)

    async def _take_values(self, values: dict[str, object] | None) -> None:
        """Run the script with values of the sweep; None changes nothing."""
        if values is None:
            return
        try:
            script = self._script.with_settings(values)
        except SettingError as error:  # the script has been read again meanwhile
            self.complain(clean_line(str(error)))
            return
        if script.text == self._script.text:
            self.say("The script has these values already.")
            return
        await self._try_out(script)
        for name, value in values.items():
            self.main.show_setting(name)
            self.say(f"{clean_line(name)} is {value} now; u takes it back.")
