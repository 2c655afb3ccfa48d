"""The texts of the setting fields, checked against the script."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from gdtui.engine.errors import SettingError
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import are_classes, parse_value
from gdtui.ui.edits.undo import Choices

_SHOWN = 40


@dataclass(frozen=True)
class Edits:
    """A script after some edits.

    Attributes:
        script: the script with every valid value.
        reasons: why the other values are invalid, by setting.
    """

    script: Script
    reasons: Mapping[str, str] = field(default_factory=dict)


def apply_edits(script: Script, texts: Mapping[str, str]) -> Edits:
    """Apply typed values to a script, as far as they are valid.

    Settings that belong together, such as inputs and targets, are applied together or not at all.

    Args:
        script: the script as it is now.
        texts: the texts of the fields, by setting.
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
        # Each is valid by itself, so two do not fit together: inputs and targets.
        named, _, reason = str(error).partition(": ")
        apart = [name for name in values if name in named.split()]
        good = {name: value for name, value in values.items() if name not in apart}
        reasons |= dict.fromkeys(apart, reason)
    return Edits(script.with_settings(good) if good else script, reasons)


def with_point(text: str) -> str:
    """A number typed with a decimal comma, rewritten with a point; empty for any other text."""
    return text.replace(",", ".") if re.fullmatch(r"[+-]?\d*,\d+(e[+-]?\d+)?", text) else ""


def cut_short(text: str) -> str:
    """A text cut to a length that fits a message."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def carry_over(script: Script, values: Mapping[str, object]) -> Edits:
    """A script with the settings changed in another script, as far as it has them and allows
    them."""
    reasons = {}
    if are_classes(script.values.get("targets")) and not are_classes(values.get("targets", [])):
        reasons["targets"] = "0 and 1, the two classes"
        values = {key: value for key, value in values.items() if key not in ("inputs", "targets")}
    classes = script.only_classes(values)
    if classes:
        with contextlib.suppress(SettingError):  # a class that this script does not offer
            script = script.with_settings(classes)
    names = {setting.name for setting in script.settings}
    shared = {
        name: repr(value) for name, value in values.items() if name in names and name not in classes
    }
    edits = apply_edits(script, shared)
    return replace(edits, reasons={**reasons, **edits.reasons}) if reasons else edits


def setting_text(script: Script, name: str) -> str:
    """A setting's literal in the script's text."""
    for setting in script.settings:
        if setting.name == name:
            return script.literal(setting)
    raise KeyError(name)


def differences(script: Script, before: Choices, now: Choices) -> Iterator[str]:
    """The differences between two choices that affect a script, one line each."""
    own = script.values
    old, new = (own | {k: v for k, v in each.values.items() if k in own} for each in (before, now))
    for name in own:
        if repr(old[name]) != repr(new[name]):
            yield f"{name} is {cut_short(repr(new[name]))} again"
    if before.texts.get(script.name) != now.texts.get(script.name):
        yield "your text is back" if script.name in now.texts else "the script's own text is back"
    for part in ("below", "stalled"):
        value = getattr(now.stop, part)
        if value != getattr(before.stop, part):
            yield f"stop_{part} is {value!r} again"
