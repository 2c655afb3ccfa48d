"""The values that settings take in a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import NamedTuple

import numpy as np

from gdtui.engine.errors import SettingError
from gdtui.engine.parsing import literal
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import LEARNING_RATES, Setting, parse_value, shown

MOST_RUNS = 100_000
"""The most runs that a sweep may have."""

_DIGITS = 12
"""The significant digits of a number between two ends. More would be rounding errors."""

_USUAL, _FEW = 40, 21
"""How many values a setting usually takes."""

_FORM = "write NAME=FROM:TO:COUNT, NAME=FROM:TO:COUNT:log or NAME=VALUE,VALUE,..."

Values = tuple[object, ...]
"""A value for each axis."""


@dataclass(frozen=True)
class Axis:
    """A setting and the values that it takes.

    Attributes:
        name: the setting.
        values: its values, in order.
        log: whether they are spaced evenly on a logarithmic scale.
    """

    name: str
    values: Values
    log: bool = False

    @property
    def is_numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(type(value) in (int, float) for value in self.values)


def parse_axis(text: str, script: Script) -> Axis:
    """The axis that a text describes, such as ``learning_rate=0.001:1:60:log`` or
    ``reduction=sum,mean``. A setting that is a whole number takes whole numbers only.

    Raises:
        SettingError: the text is not of this form, or the script does not take a value.
    """
    name, equals, values = (part.strip() for part in text.partition("="))
    if not equals or not name or not values:
        raise SettingError(f"{text!r} names no values to try; {_FORM}")
    setting = {each.name: each for each in script.settings}.get(name)
    if setting is None:
        script.with_settings({name: None})  # raises, and says what there is
        raise SettingError(f"unknown setting {name!r}")
    if ":" in values and values[0] not in "'\"[({":
        axis = _range(setting, values)
    else:
        axis = Axis(name, tuple(setting.check(each) for each in _listed(name, values)))
    if len({repr(each) for each in axis.values}) < len(axis.values):
        raise SettingError(f"{name}: {values} names a value twice")
    return axis


def spaced_axis(setting: Setting, start: float, end: float, count: int, *, log: bool) -> Axis:
    """The axis of so many values from one end to the other, spaced evenly, or so that each is the
    same number of times the one before. A setting that is a whole number takes whole numbers only,
    each once.

    Raises:
        SettingError: both ends are the same, an end is not above 0 where values are multiples, or
            the setting does not take a value.
    """
    name = setting.name
    if log and min(start, end) <= 0:
        raise SettingError(
            f"{name}: from {start:g} to {end:g}: a logarithmic range needs both ends above 0"
        )
    spaced = (np.geomspace if log else np.linspace)(start, end, count)
    values: list[object] = [float(f"{each:.{_DIGITS}g}") for each in spaced]
    try:
        checked = [setting.check(each) for each in values]
    except SettingError:
        # It takes whole numbers, or nothing between them.
        rounded = dict.fromkeys(round(float(each)) for each in spaced)
        checked = [setting.check(each) for each in rounded]
    if len(checked) < 2 or len(set(map(repr, checked))) < len(checked):
        raise SettingError(f"{name}: from {start:g} to {end:g} there are not {count} values")
    return Axis(name, tuple(checked), log)


class UsualRange(NamedTuple):
    """Values around the present one that are worth a try: their ends, their number, and whether
    each is the same number of times the one before."""

    start: float
    end: float
    size: int
    log: bool


def numeric_settings(script: Script) -> list[Setting]:
    """The settings of a script that are numbers, the learning rate first."""
    found = [
        each for each in script.settings if type(each.value) in (int, float) and not each.choices
    ]
    return sorted(found, key=lambda each: each.name not in LEARNING_RATES)


def usual_range(setting: Setting) -> UsualRange:
    """The range to begin with for a setting that is a number: of a learning rate from a hundredth
    of it to ten times it, of a whole number up to twice as many, of a share from 0 to 1, of any
    other number as far to both sides as it is from 0, but at least 2."""
    value = setting.value
    assert isinstance(value, int | float), setting
    if setting.name in LEARNING_RATES and value > 0:
        return UsualRange(value / 100, value * 10, _USUAL, True)
    if type(value) is int:
        low, high = (1, max(2 * value, 10)) if value > 0 else (value - 10, value + 10)
        return UsualRange(low, high, min(_USUAL, high - low + 1), False)
    if 0 < value < 1:
        return UsualRange(0.0, 1.0, _FEW, False)
    size = max(abs(value), 2.0)
    return UsualRange(value - size, value + size, _FEW, False)


def combinations(axes: Sequence[Axis]) -> Iterator[Values]:
    """All combinations of the values, the last axis varying fastest."""
    return product(*(axis.values for axis in axes))


def check_axes(axes: Sequence[Axis]) -> None:
    """Raises:
    SettingError: there are none or more than two, two of one setting, or too many runs.
    """
    if not 1 <= len(axes) <= 2:
        raise SettingError(f"{len(axes)} settings to try: one or two can be swept at a time")
    if len({axis.name for axis in axes}) < len(axes):
        raise SettingError(
            f"{axes[0].name} is named twice; each setting has its values in one list"
        )
    runs = prod(len(axis.values) for axis in axes)
    if runs > MOST_RUNS:
        raise SettingError(f"{runs} runs are too many; at most {MOST_RUNS} are made")


def _listed(name: str, values: str) -> list[object]:
    try:
        found = literal(f"[{values}]")
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        found = None
    # Words stand without quotes.
    return (
        found
        if isinstance(found, list)
        else [parse_value(name, each) for each in values.split(",")]
    )


def _range(setting: Setting, text: str) -> Axis:
    name, parts = setting.name, [part.strip() for part in text.split(":")]
    if len(parts) not in (3, 4) or (len(parts) == 4 and parts[3] != "log"):
        raise SettingError(f"{name}={text} is no range; {_FORM}")
    start, end = (_number(name, part) for part in parts[:2])
    if not parts[2].isdecimal() or not 2 <= int(parts[2][:9]) <= MOST_RUNS:
        raise SettingError(
            f"{name}={text}: {shown(parts[2])} values are not allowed; "
            f"give a whole number from 2 to {MOST_RUNS}"
        )
    return spaced_axis(setting, start, end, int(parts[2]), log=len(parts) == 4)


def _number(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not np.isfinite(number):
        raise SettingError(f"{name}: {shown(text)} is not a finite number; {_FORM}")
    return number
