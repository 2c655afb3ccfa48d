"""Says what is wrong with the script, and takes a mend over."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.control.branching import Branching

if TYPE_CHECKING:
    from gdtui.analysis.diagnose.finding import Finding
    from gdtui.experiments.inspection import Proved

_GROUP = "findings"


class Inspecting(Branching):
    """The part of the app that looks for faults: asked for, or once the run of a script of the
    learner's own is over. Both happen in a process of its own."""

    _inspects = False
    """Whether to look for faults unasked."""

    _inspected: Script | None = None
    """The script that was looked at last, unasked."""

    _found: tuple[Script, Proved] | None = None
    """What was found then."""

    def show_findings(self) -> None:
        """Show what is wrong with the script."""
        from gdtui.ui.screens.findings import FindingsScreen

        script = self._script

        async def look(tries: bool) -> Proved:
            if not tries and self._found is not None and self._found[0] is script:
                return self._found[1]
            return await self._inspect(script, tries=tries)

        self.push_screen(FindingsScreen(script, look), self._mend)

    async def _inspect(self, script: Script, *, tries: bool) -> Proved:
        from gdtui.experiments.elsewhere import elsewhere
        from gdtui.experiments.inspection import inspect_script
        from gdtui.experiments.job import Recipe

        return await elsewhere(
            inspect_script, Recipe.of(script), self._stop, tries=tries, parent=os.getpid()
        )

    async def _mend(self, finding: Finding | None) -> None:
        if finding is not None and finding.mend is not None:
            script = self._script
            try:
                mended = replace(script, text=finding.mend.apply(script.text))
            except ScriptError as error:
                self.complain(clean_line(str(error)))
                return
            await self._take(mended)
            self.say("The mend is in the text; u takes it back.")

    # Unasked --------------------------------------------------------------------------

    def on_reports_waiting(self) -> None:
        super().on_reports_waiting()
        moment, script = self.report.moment, self._script
        is_over = moment is not None and moment.status.is_over
        if not (self._inspects and is_over and self._is_own and self.guide.walk is None):
            return
        if self._inspected is not script:
            self._inspected = script
            self.run_worker(self._look_unasked(script), group=_GROUP, exclusive=True)

    @property
    def _is_own(self) -> bool:
        """Whether the learner has written the script, or edited its text."""
        return self._original.name not in KEYS or self._base is not self._original

    async def _look_unasked(self, script: Script) -> None:
        try:
            found = await self._inspect(script, tries=False)
        except ScriptError:
            return  # nobody has asked
        self._found = script, found
        if found and script is self._script:
            finding = found[0][0]
            self.main.show_finding(f"{script.place(finding.line)}: {finding.title}")

    def _leave_run(self) -> None:
        self.workers.cancel_group(self, _GROUP)
        self.main.show_finding("")
        super()._leave_run()
