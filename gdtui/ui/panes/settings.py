"""The settings of the script, and the stop rule."""

from __future__ import annotations

from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Select, Static

from gdtui.engine.errors import SettingError
from gdtui.engine.printable import clean_line
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.script import Script, Setting
from gdtui.engine.script.settings import LEARNING_RATES, parse_value
from gdtui.ui.edits.checked_edits import apply_edits, setting_text
from gdtui.ui.edits.stepping import stepped
from gdtui.ui.messages import SettingsTyped, StopTyped
from gdtui.ui.panes.stop_rule import StopField, StopRow
from gdtui.ui.texts.wording import argument_for, arguments_text
from gdtui.ui.widgets.fields import FieldRow, TextField

_MOST = 60
"""The most settings that get a field. A thousand fields would take seconds to lay out."""

_LONGEST = 500
"""The longest literal that gets a field. Nobody edits a table of numbers in a field, and it takes
long to lay out."""


class SettingField(TextField):
    """A field for a setting of the script. Up and down step a number."""

    def __init__(self, setting: Setting, text: str) -> None:
        super().__init__(setting.name, text)
        self.setting = setting

    def next_text(self, direction: int) -> str | None:
        try:
            value = self.setting.check(parse_value(self.setting.name, self.value))
        except SettingError:
            return None
        new = stepped(self.setting, value, direction)
        return None if repr(new) == repr(value) else repr(new)


class SettingRow(FieldRow):
    """A setting's name and field, with an error message below."""

    def __init__(self, setting: Setting, text: str, argument: str = "") -> None:
        """``argument`` is an argument of the script that may set the same value."""
        hint = setting.comment or setting.allowed
        if argument:
            hint = f"The argument {argument} has the last word. {hint}"
        super().__init__(setting.name, hint)
        self.setting = setting
        self._text = text

    def field(self) -> Widget:
        if self.setting.choices:
            return Select(
                [
                    (Content(clean_line(str(choice), _LONGEST)), choice)
                    for choice in self.setting.choices
                ],
                value=self.setting.value,
                allow_blank=False,
                compact=True,
            )
        if len(self._text) > _LONGEST:
            return Static(f"{clean_line(self._text, 12)} (long)", classes="long", markup=False)
        return SettingField(self.setting, self._text)

    @property
    def text(self) -> str:
        """The text of the field."""
        for field in self.query(TextField):
            return field.value
        for select in self.query(Select):
            return repr(select.value)
        return self._text

    def settle(self, setting: Setting, text: str, *, changed: bool) -> None:
        """Show the setting as the script has it now."""
        self.setting, self._text = setting, text
        self.set_class(changed, "-changed")
        if setting.choices:
            with self.prevent(Select.Changed):
                for select in self.query(Select):
                    select.value = setting.value
        for field in self.query(SettingField):
            field.setting = setting
            field.settle(text)


class SettingsPane(VerticalScroll, can_focus=False):
    """A row for each setting of the script, and the stop rule below."""

    DEFAULT_CSS = """
    SettingsPane { scrollbar-size-vertical: 1; }
    SettingsPane > .none, SettingsPane > .arguments { color: $text-muted; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "Settings"
        self._script: Script | None = None
        self._rows: dict[str, SettingRow] = {}
        self._stop_rows: tuple[StopRow, ...] = ()
        self._stop = StopRule()

    async def show(self, script: Script, original: Script, *, undo: bool = False) -> None:
        """Show the settings of a script; mark those that differ from the original's. Fields with an
        invalid text keep it, unless ``undo`` is set.
        """
        same = self._script is not None and self._script.name == script.name
        names = [setting.name for setting in script.settings]
        wrong = self.reasons if same else {}
        if not same or names[:_MOST] != list(self._rows):
            # Messages of fields that are being removed belong to no script.
            self._script, self._rows, self._stop_rows = None, {}, ()
            await self.remove_children()
            rows = {
                setting.name: SettingRow(
                    setting,
                    setting_text(script, setting.name),
                    argument_for(setting.name, script),
                )
                for setting in script.settings[:_MOST]
            }
            if script.arguments:
                text = f"What {arguments_text(script)} sets is not changed here."
                await self.mount(Static(text, classes="arguments", markup=False))
            if rows:
                await self.mount_all(rows.values())
            else:
                await self.mount(Static("This script has none.", classes="none"))
            if len(names) > _MOST:
                text = f"{len(names) - _MOST} more can be set with --set."
                await self.mount(Static(text, classes="none"))
            stop_rows = (StopRow("below"), StopRow("stalled"))
            await self.mount_all(stop_rows)
            self._rows, self._stop_rows = rows, stop_rows
            self.show_stop(self._stop)
        self._script = script
        changes = script.changed_from(original)
        for setting in script.settings[:_MOST]:
            row = self._rows[setting.name]
            changed = setting.name in changes
            if undo or setting.name not in wrong:
                row.settle(setting, setting_text(script, setting.name), changed=changed)
        self._show_reasons()

    def show_stop(self, rule: StopRule) -> None:
        """Show the stop rule."""
        self._stop = rule
        for row in self._stop_rows:
            row.settle(rule)

    @property
    def texts(self) -> dict[str, str]:
        """The texts of the fields, by setting."""
        return {name: row.text for name, row in self._rows.items()}

    @property
    def reasons(self) -> dict[str, str]:
        """The error message of each field, by setting."""
        return dict(apply_edits(self._script, self.texts).reasons) if self._script else {}

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_reasons()

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        if event.select.is_attached:
            self._tell()

    def on_text_field_done(self, event: TextField.Done) -> None:
        event.stop()
        if self._script is None or not event.field.is_attached:
            return  # from a field that is being removed, or has been
        if isinstance(event.field, StopField):
            below, stalled = (row.text for row in self._stop_rows)
            wrong = any(row.reason for row in self._stop_rows)
            self.post_message(StopTyped(below, stalled, leave=event.leave))
        else:
            wrong = event.field.name in self.reasons
            self._tell(leave=event.leave)
        # An invalid text is there to be corrected, not to be typed again.
        if event.tries and not wrong:
            event.field.select_all()

    def focus_first(self) -> None:
        """Focus the learning rate, or else the first field, with its text selected."""
        fields = list(self.query(TextField).results(TextField))
        rates = [each for each in fields if each.name in LEARNING_RATES]
        for field in (rates or fields)[:1]:
            field.focus()
            field.select_all()

    def show_setting(self, name: str) -> None:
        """Show a setting as the script has it, in place of the typed text."""
        if self._script is not None and name in self._rows:
            row, text = self._rows[name], setting_text(self._script, name)
            row.settle(row.setting, text, changed=row.has_class("-changed"))
            self._show_reasons()

    def _tell(self, *, leave: bool = False) -> None:
        if self._script is not None:
            self.post_message(SettingsTyped(self._script, self.texts, leave=leave))

    def _show_reasons(self) -> None:
        reasons = self.reasons
        for name, row in self._rows.items():
            row.show_reason(reasons.get(name, ""))
        for each in self._stop_rows:
            each.show_reason(each.reason)
