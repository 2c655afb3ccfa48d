"""The scripts of a lesson's runs, with the learner's changes."""

from __future__ import annotations

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.script import Script
from gdtui.lessons.errors import UnfitError
from gdtui.lessons.walk.plan import LessonPlan


class Scripts:
    """The scripts of a lesson's runs. A setting that the learner changes stays changed in later
    runs, until the lesson itself changes it.

    Attributes:
        elsewhere: a message if the script that runs is not one of the lesson's; otherwise empty.
    """

    def __init__(self, plan: LessonPlan) -> None:
        self.elsewhere = ""
        self._plan = plan
        # A setting's value, and the run in which the learner changed it.
        self._changes: dict[str, tuple[object, int]] = {}

    @property
    def are_changed(self) -> bool:
        """Whether there are changes to put back."""
        return bool(self._changes or self.elsewhere)

    def own(self, run: int) -> Script:
        """The script of a run without the learner's changes."""
        return self._plan.runs[run].script

    def script(self, run: int) -> Script:
        """The script of a run with the learner's changes.

        Raises:
            UnfitError: the lesson's script does not allow them.
        """
        own = self.own(run)
        names = {setting.name for setting in own.settings}
        values: dict[str, object] = {}
        for name, (value, since) in self._changes.items():
            later = self._plan.runs[since + 1 : run + 1]
            taken_back = any(name in each.sets for each in later)
            if name in names and run >= since and not taken_back:
                values[name] = value
        try:
            return own.with_settings(values) if values else own
        except ScriptError as error:
            raise UnfitError(str(error)) from None

    def note(self, run: int) -> str:
        """The settings of a run that the learner has changed, in a sentence; empty for none."""
        own = self.own(run)
        try:
            script = self.script(run)
        except UnfitError:
            return ""
        different = script.changed_from(own)
        changed = [
            f"`{setting.name} = {script.literal(setting)}`"
            for setting in script.settings
            if setting.name in different
        ]
        return f"With your {' and '.join(changed)}." if changed else ""

    def healthy(self, script: Script) -> Script:
        """A script of the lesson without the lesson's edits, with the same settings."""
        healthy = self._plan.healthy
        own, edited = healthy.values, self.own(0).values
        # A setting may be the bug itself; then the healthy value stays.
        taken = {
            name: value
            for name, value in script.values.items()
            if name in own and value != edited.get(name)
        }
        return healthy.with_settings(taken)

    # What the learner does ------------------------------------------------------------

    def adopt(self, run: int, script: Script) -> None:
        """Take over a script that the learner runs in place of a run's."""
        self.elsewhere = ""
        own = self.own(run)
        if (script.name, script.path) != (own.name, own.path):
            self.elsewhere = f"This step is about {own.name}; what runs now is {script.name}."
            return
        different = script.changed_from(own)
        try:
            is_own = own.with_settings(different).text == script.text
        except ScriptError:
            is_own = False
        if not is_own:
            self.elsewhere = f"The script that runs now is not the {own.name} of this step."
            return
        others = {name: each for name, each in self._changes.items() if name not in own.values}
        self._changes = others | {name: (value, run) for name, value in different.items()}

    def come_back(self) -> None:
        """Return from a script that is not one of the lesson's; earlier changes stay."""
        self.elsewhere = ""

    def put_back(self) -> None:
        """Undo all changes of the learner."""
        self._changes, self.elsewhere = {}, ""
