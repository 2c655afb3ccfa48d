"""What the learner typed into the fields, checked against the script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gdtui.engine.errors import SettingError
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import parse_value
from gdtui.ui.edits.undo import Choices

_SHOWN = 40


@dataclass(frozen=True)
class Edits:
    """The script that comes of some edits.

    Attributes:
        script: the script with every value that may stand in it.
        reasons: for the others, by name, why they may not.
    """

    script: Script
    reasons: Mapping[str, str] = field(default_factory=dict)


def apply_edits(script: Script, texts: Mapping[str, str]) -> Edits:
    """Put what was typed into a script, as far as it may stand there.

    Settings that belong together, such as inputs and targets, go in together or not at all.

    Args:
        script: the script as it is now.
        texts: what stands in the fields, by the settings' names.
    """
    values: dict[str, object] = {}
    reasons: dict[str, str] = {}
    for setting in script.settings:
        if setting.name not in texts:
            continue
        text = texts[setting.name].strip()
        if text == script.literal(setting):
            continue
        if (point := with_point(text)) and not isinstance(setting.value, list | tuple | str):
            reasons[setting.name] = f"{cut_short(text)} has a comma; write {point}"
            continue
        try:
            value = setting.check(parse_value(setting.name, text))
        except SettingError:
            reasons[setting.name] = (
                f"{cut_short(text)!r} is not allowed; it takes {setting.allowed}"
            )
            continue
        if value != setting.value or type(value) is not type(setting.value):
            values[setting.name] = value
    try:
        return Edits(script.with_settings(values) if values else script, reasons)
    except SettingError as error:
        # Each is fine by itself, so it is two that do not go together: inputs and targets.
        named, _, reason = str(error).partition(": ")
        apart = [name for name in values if name in named.split()]
        good = {name: value for name, value in values.items() if name not in apart}
        reasons |= dict.fromkeys(apart, reason)
    return Edits(script.with_settings(good) if good else script, reasons)


def with_point(text: str) -> str:
    """A number that was typed with a decimal comma, with a point; empty for anything else."""
    return text.replace(",", ".") if re.fullmatch(r"[+-]?\d*,\d+(e[+-]?\d+)?", text) else ""


def cut_short(text: str) -> str:
    """A text for a message: its beginning, where it is long."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def carry_over(script: Script, values: Mapping[str, object]) -> Edits:
    """A script with the settings that the learner changed in another one, as far as it has
    them and they are allowed in it."""
    names = {setting.name for setting in script.settings}
    shared = {name: repr(value) for name, value in values.items() if name in names}
    return apply_edits(script, shared)


def setting_text(script: Script, name: str) -> str:
    """A setting's literal as it stands in the script's text."""
    for setting in script.settings:
        if setting.name == name:
            return script.literal(setting)
    raise KeyError(name)


def differences(script: Script, before: Choices, now: Choices) -> Iterator[str]:
    """What is not the same in two choices, as far as a script shows it: a line for each."""
    own = script.values
    old, new = (own | {k: v for k, v in each.values.items() if k in own} for each in (before, now))
    for name in own:
        if repr(old[name]) != repr(new[name]):
            yield f"{name} is {cut_short(repr(new[name]))} again"
    for part in ("below", "stalled"):
        value = getattr(now.stop, part)
        if value != getattr(before.stop, part):
            yield f"stop_{part} is {value!r} again"
