"""What a page holds as JSON that stays inside its HTML."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

import numpy as np

from gdtui.engine.arrays import FloatArray
from gdtui.engine.record.history import was_there

_ESCAPES = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&"})
"""What would end the element that holds the JSON, or begin a comment in it. Outside of strings JSON
has none of them."""


def encoded(value: Any) -> str:
    """A value as JSON of ASCII characters alone, in which nothing can be taken for HTML.

    Raises:
        ValueError: a float is not finite; :func:`number` and :func:`numbers` have a form for those.
    """
    text = json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return text.translate(_ESCAPES)


def number(value: float) -> float | str:
    """A float for JSON, which has no form for those that are not finite: ``"nan"``, ``"inf"`` or
    ``"-inf"`` stands for them."""
    return value if isfinite(value) else str(value)


def numbers(values: FloatArray) -> list[float | str | None]:
    """The numbers of a recorded array, row by row, each as :func:`number` has it, and None for
    those that were not there."""
    there = was_there(values).ravel()
    return [
        number(value) if present else None
        for value, present in zip(np.ravel(values).tolist(), there.tolist(), strict=True)
    ]
