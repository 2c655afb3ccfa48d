"""The fields for the script's settings."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Blur
from textual.message import Message
from textual.widgets import Input, Label, Select, Static

from gdtui.engine.errors import SettingError
from gdtui.engine.script import Script, Setting
from gdtui.engine.settings import parse_value
from gdtui.ui.edits import apply_edits, setting_text
from gdtui.ui.messages import SettingsTyped
from gdtui.ui.stepping import stepped

_MOST = 60
"""The most settings that get a field. A thousand would take seconds to lay out."""


class Field(Input):
    """A line to type one setting into. Up and down step a number."""

    BINDINGS = [
        Binding("up", "step_value(1)", "Step up", show=False),
        Binding("down", "step_value(-1)", "Step down", show=False),
        Binding("escape", "undo", "Undo", show=False),
    ]

    class Done(Message):
        """The learner is done with the field. ``leave`` asks for the focus to go elsewhere."""

        def __init__(self, *, leave: bool) -> None:
            super().__init__()
            self.leave = leave

    def __init__(self, setting: Setting, text: str) -> None:
        super().__init__(text, compact=True, name=setting.name, select_on_focus=False)
        self.setting = setting
        self.settled = text

    def settle(self, setting: Setting, text: str) -> None:
        """Show the literal that now stands in the script."""
        self.setting, self.settled = setting, text
        if self.value != text:
            with self.prevent(Input.Changed):
                self.value = text
            self.cursor_position = len(text) if self.has_focus else 0

    def action_step_value(self, direction: int) -> None:
        try:
            value = self.setting.check(parse_value(self.setting.name, self.value))
        except SettingError:
            return
        new = stepped(self.setting, value, direction)
        if repr(new) != repr(value):
            self.value = repr(new)
            self.cursor_position = len(self.value)
            self.post_message(self.Done(leave=False))

    def action_undo(self) -> None:
        self.value = self.settled
        self.post_message(self.Done(leave=True))

    async def action_submit(self) -> None:
        self.post_message(self.Done(leave=True))

    def on_blur(self, _: Blur) -> None:
        # Of a long value the beginning says more than the end.
        self.cursor_position = 0
        self.post_message(self.Done(leave=False))


class SettingRow(Vertical):
    """A setting's name, its field, and below it what is wrong with what was typed."""

    DEFAULT_CSS = """
    SettingRow { height: auto; }
    SettingRow Horizontal { height: 1; }
    SettingRow Label { width: 14; padding: 0 1 0 0; color: $text; }
    SettingRow.-changed Label { color: $text-warning; text-style: bold; }
    SettingRow Input, SettingRow Select { width: 1fr; background: $boost; }
    SettingRow Input:focus { background: $accent 25%; }
    SettingRow .reason { display: none; color: $text-error; padding: 0 0 0 1; text-style: italic; }
    SettingRow.-wrong .reason { display: block; }
    SettingRow.-wrong Input { background: $error 25%; }
    SettingRow .hint { display: none; color: $text-muted; padding: 0 0 0 1; }
    SettingRow:focus-within .hint { display: block; }
    SettingRow.-wrong .hint { display: none; }
    """

    def __init__(self, setting: Setting, text: str) -> None:
        super().__init__()
        self.setting = setting
        self._text = text

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Label(self.setting.name, markup=False)
            if self.setting.choices:
                yield Select(
                    [(Content(str(choice)), choice) for choice in self.setting.choices],
                    value=self.setting.value,
                    allow_blank=False,
                    compact=True,
                )
            else:
                yield Field(self.setting, self._text)
        hint = self.setting.comment or self.setting.allowed
        yield Static(hint, classes="hint", markup=False)
        yield Static("", classes="reason", markup=False)

    @property
    def text(self) -> str:
        """What stands in the field."""
        for field in self.query(Field):
            return field.value
        for select in self.query(Select):
            return repr(select.value)
        return self._text

    def show_reason(self, reason: str) -> None:
        """Say what is wrong, or that nothing is."""
        self.set_class(bool(reason), "-wrong")
        for label in self.query(".reason").results(Static):
            label.update(reason)

    def settle(self, setting: Setting, text: str, *, changed: bool) -> None:
        """Show the setting as it now stands in the script."""
        self.setting = setting
        if not self.children:
            return  # the app is being closed
        self.set_class(changed, "-changed")
        if setting.choices:
            with self.prevent(Select.Changed):
                self.query_one(Select).value = setting.value
        else:
            self.query_one(Field).settle(setting, text)


class SettingsPane(VerticalScroll, can_focus=False):
    """A row for each setting of the script."""

    DEFAULT_CSS = """
    SettingsPane { scrollbar-size-vertical: 1; }
    SettingsPane > .none { color: $text-muted; }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = "Settings"
        self._script: Script | None = None
        self._rows: dict[str, SettingRow] = {}

    async def show(self, script: Script, original: Script, *, undo: bool = False) -> None:
        """Show the settings of a script; mark those that differ from the original's.

        Fields that hold something wrong keep what was typed, unless ``undo`` is set.
        """
        same = self._script is not None and self._script.name == script.name
        names = [setting.name for setting in script.settings]
        wrong = self.reasons if same else {}
        self._script = script
        if not same or names[:_MOST] != list(self._rows):
            await self.remove_children()
            self._rows = {
                setting.name: SettingRow(setting, setting_text(script, setting.name))
                for setting in script.settings[:_MOST]
            }
            if self._rows:
                await self.mount_all(self._rows.values())
            else:
                await self.mount(Static("This script has none.", classes="none"))
            if len(names) > _MOST:
                text = f"{len(names) - _MOST} more can be set with --set."
                await self.mount(Static(text, classes="none"))
        for setting in script.settings[:_MOST]:
            row = self._rows[setting.name]
            changed = repr(setting.value) != repr(original.value(setting.name))
            if undo or setting.name not in wrong:
                row.settle(setting, setting_text(script, setting.name), changed=changed)
        self._show_reasons()

    @property
    def texts(self) -> dict[str, str]:
        """What stands in the fields, by the settings' names."""
        return {name: row.text for name, row in self._rows.items()}

    @property
    def reasons(self) -> dict[str, str]:
        """What is wrong with it."""
        return dict(apply_edits(self._script, self.texts).reasons) if self._script else {}

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._show_reasons()

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        self.post_message(SettingsTyped(self.texts))

    def on_field_done(self, event: Field.Done) -> None:
        event.stop()
        self.post_message(SettingsTyped(self.texts, leave=event.leave and not self.reasons))

    def _show_reasons(self) -> None:
        reasons = self.reasons
        for name, row in self._rows.items():
            row.show_reason(reasons.get(name, ""))
