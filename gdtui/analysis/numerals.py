"""Numbers as text that one can check with a pocket calculator, and compared as float32 can."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import numpy as np

DIGITS = 8
"""The digits of a pocket calculator; float32 keeps about seven."""


_FLOAT32 = float(np.finfo(np.float32).eps)


def numeral(value: float, digits: int = DIGITS) -> str:
    """A number with up to so many digits, and no more than it has: what a script keeps in
    float32 is written as short as float32 allows."""
    if not isfinite(value):
        return str(float(value))
    return _tidy(f"{float(exact(value)):.{digits}g}")


def exact(value: float) -> str:
    """A number with all digits that it takes to tell it from its neighbours, in float32 if it
    is one of those, in float64 otherwise."""
    value = float(value)
    if not isfinite(value):
        return str(value)
    with np.errstate(all="ignore"):
        single = np.float32(value)
    text = str(single) if float(single) == value else repr(value)
    return _tidy(text.removesuffix(".0"))


def factor(value: float, digits: int = DIGITS) -> str:
    """A number as it stands behind a sign for a product: one below 0 in brackets."""
    text = numeral(value, digits)
    return f"({text})" if text.startswith("-") else text


def joined(count: int, term: Callable[[int], str], sign: str = " + ", most: int = 6) -> str:
    """So many terms with a sign between them; of many the first, an ellipsis and the last."""
    if count <= most:
        return sign.join(map(term, range(count)))
    return sign.join([*map(term, range(most - 3)), "…", term(count - 1)])


def agree(one: float, other: float, size: float) -> bool:
    """Whether two numbers are the same as far as float32 can tell, where both were made of
    parts whose sizes add up to ``size``."""
    return bool(abs(one - other) <= 32 * _FLOAT32 * size + 1e-300)


def _tidy(text: str) -> str:
    """Without a minus before a 0, and without a plus or a 0 in an exponent."""
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return "0" if mantissa == "-0" else mantissa
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
