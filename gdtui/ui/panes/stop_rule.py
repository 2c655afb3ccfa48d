"""The fields of the stop rule."""

from __future__ import annotations

from typing import Literal

from textual.widget import Widget

from gdtui.engine.errors import SettingError
from gdtui.engine.record.stopping import StopRule
from gdtui.ui.edits.checked_edits import with_point
from gdtui.ui.edits.stepping import stepped_count, stepped_rate
from gdtui.ui.widgets.fields import FieldRow, TextField

Part = Literal["below", "stalled"]

_NEVER = "None"
_HINTS = {
    "below": "Stop with the first epoch whose loss is below this; None for never",
    "stalled": "Stop once the loss has not fallen for so many epochs; None for never",
}
_FIRST = {"below": "0.01", "stalled": "10"}


class StopField(TextField):
    """A field for one part of the rule."""

    def __init__(self, part: Part) -> None:
        super().__init__(f"stop_{part}", _NEVER)
        self._part: Part = part

    def next_text(self, direction: int) -> str | None:
        """The next number up or down; from never, up to a likely one."""
        try:
            rule = parse_part(self._part, self.value)
        except SettingError:
            return None
        if self._part == "below":
            if rule.below is None:
                return _FIRST["below"] if direction > 0 else None
            return repr(stepped_rate(rule.below, direction)) if rule.below > 0 else None
        if rule.stalled is None:
            return _FIRST["stalled"] if direction > 0 else None
        count = stepped_count(rule.stalled, direction)
        return _NEVER if count < 1 else repr(count)


class StopRow(FieldRow):
    """One part of the rule: its name and field, with an error message below."""

    def __init__(self, part: Part) -> None:
        super().__init__(f"stop_{part}", _HINTS[part])
        self._part: Part = part

    def field(self) -> Widget:
        return StopField(self._part)

    @property
    def text(self) -> str:
        """What stands in the field."""
        return next((field.value for field in self.query(StopField)), _NEVER)

    @property
    def reason(self) -> str:
        """The error message of its text; empty if it is valid."""
        if point := with_point(self.text.strip()):
            return f"{self.text.strip()} has a comma; write {point}"
        try:
            parse_part(self._part, self.text)
        except SettingError as error:
            return str(error).partition(": ")[2]
        return ""

    def settle(self, rule: StopRule) -> None:
        """Show the current rule."""
        value = getattr(rule, self._part)
        self.set_class(value is not None, "-changed")
        for field in self.query(StopField):
            field.settle(_NEVER if value is None else repr(value))


def parse_part(part: Part, text: str) -> StopRule:
    """The rule that consists of this part alone.

    Raises:
        SettingError: the text is not valid.
    """
    return StopRule.parse(text) if part == "below" else StopRule.parse("", text)
