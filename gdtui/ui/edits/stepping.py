"""What the arrow keys do to a setting."""

from __future__ import annotations

import math
from decimal import Decimal

from gdtui.engine.errors import SettingError
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import LEARNING_RATES, Setting

_SCALE = (1, 2, 5)


def stepped(setting: Setting, value: object, direction: int) -> object:
    """The next value up (``direction`` 1) or down (-1), or the same if there is none.

    A learning rate moves on the scale 1, 2, 5, 10, 20, 50. A whole number moves by its largest
    decimal place, so that 10 epochs become 20, and 200 become 300; any other number by a
    tenth of its largest place, at least by 0.1.
    """
    try:
        return setting.check(_next(setting, value, direction))
    except (SettingError, ArithmeticError, ValueError):
        return value


def _next(setting: Setting, value: object, direction: int) -> object:
    if value is None:
        return 0 if direction > 0 else None
    if isinstance(value, bool):
        return not value
    if setting.name in LEARNING_RATES and isinstance(value, int | float):
        return stepped_rate(value, direction)
    if isinstance(value, int):
        if setting.name == "seed" and value + direction < 0:
            return None  # below the first seed there is no seed
        return stepped_count(value, direction)
    return _number(value, direction) if isinstance(value, float) else value


def stepped_count(value: int, direction: int) -> int:
    """The next whole number up or down in its largest decimal place."""
    size = abs(value)
    place = int(10 ** (len(str(size)) - 1))
    # Towards zero the step is that of the smaller numbers: from 100 down to 90.
    if size == place and place > 1 and (value > 0) == (direction < 0):
        place //= 10
    return (value // place + 1) * place if direction > 0 else -((-value // place) + 1) * place


def _number(value: float, direction: int) -> float:
    place = math.floor(math.log10(abs(value))) - 1 if value else -1
    step = Decimal(1).scaleb(max(place, -1))
    exact = Decimal(repr(float(value)))
    steps = exact / step
    whole = math.floor(steps) + 1 if direction > 0 else math.ceil(steps) - 1
    return float(step * whole)


def stepped_rate(value: float, direction: int) -> float:
    """The next number up or down on the scale 1, 2, 5, 10, 20, 50."""
    if value <= 0:
        # Nothing is lower, and the way up needs a first value.
        return 0.001 if direction > 0 else value
    exact = Decimal(repr(float(value)))
    power = exact.adjusted()
    marks = [Decimal(mark).scaleb(power + shift) for shift in (-1, 0, 1) for mark in _SCALE]
    if direction > 0:
        return float(min(mark for mark in marks if mark > exact))
    return float(max(mark for mark in marks if mark < exact))


def rate_of(script: Script) -> Setting | None:
    """The setting that holds the learning rate; None if there is none."""
    return next((each for each in script.settings if each.name in LEARNING_RATES), None)
