"""The one rule for numbers as text, and comparison within float32 rounding.

A number has five significant digits and no trailing zeros; it has all its digits on request. So
numbers that differ only by float32 rounding, such as -47.999997 and -48, look the same, and a
number looks the same in every place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite

import numpy as np

DIGITS = 5
"""The significant digits of a number by default."""

_TOLD = 7
"""The significant digits of float32."""

_FLOAT32 = float(np.finfo(np.float32).eps)
_FLOAT64 = float(np.finfo(np.float64).eps)


def numeral(value: float, digits: int | None = DIGITS, *, noise: float = 0.0) -> str:
    """A number as text.

    Args:
        value: the number.
        digits: the most significant digits; None for all, as in :func:`exact`.
        noise: the size that rounding alone may produce. A number of this size or less is written as
            0, unless all digits are requested.
    """
    value = float(value)
    if not isfinite(value):
        return str(value)
    if digits is None:
        return exact(value)
    if abs(value) <= noise:
        return "0"
    return _rounded(Decimal(exact(value)), digits)


def exact(value: float) -> str:
    """A number with all digits that distinguish it from its neighbours: in float32 if it is a
    float32 number, otherwise in float64."""
    value = float(value)
    if not isfinite(value):
        return str(value)
    with np.errstate(all="ignore"):
        single = np.float32(value)
    text = str(single) if float(single) == value else repr(value)
    return _tidy(text.removesuffix(".0"))


def factor(value: float, digits: int | None = DIGITS) -> str:
    """A number as the second factor of a product: a negative one in brackets."""
    text = numeral(value, digits)
    return f"({text})" if text.startswith("-") else text


@dataclass(frozen=True)
class Numerals:
    """A format for numbers.

    Attributes:
        digits: the significant digits; None for all.
    """

    digits: int | None = DIGITS

    def __call__(self, value: float, *, noise: float = 0.0) -> str:
        return numeral(value, self.digits, noise=noise)

    def factor(self, value: float) -> str:
        """As :func:`factor`."""
        return factor(value, self.digits)

    def less(self, fewer: int) -> Numerals:
        """The same format with so many digits fewer; unchanged if it writes all digits."""
        return self if self.digits is None else Numerals(self.digits - fewer)

    def at_most(self, digits: int) -> Numerals:
        """The same format with at most so many digits; unchanged if it writes all digits."""
        return self if self.digits is None else Numerals(min(self.digits, digits))


SHORT, FULL = Numerals(), Numerals(None)


def joined(count: int, term: Callable[[int], str], sign: str = " + ", most: int = 6) -> str:
    """``count`` terms with a sign between them; of many terms the first, an ellipsis and the
    last."""
    if count <= most:
        return sign.join(map(term, range(count)))
    return sign.join([*map(term, range(most - 3)), "…", term(count - 1)])


def agree(one: float, other: float, size: float) -> bool:
    """Whether two numbers are equal within float32 rounding, if each is a sum of terms whose sizes
    add up to ``size``."""
    return bool(abs(one - other) <= rounding(size, single=True))


def rounding(size: float, *, single: bool = False) -> float:
    """A bound for the rounding error of a sum of terms whose sizes add up to ``size``, in float64
    or in float32."""
    return 32 * (_FLOAT32 if single else _FLOAT64) * size + 1e-300


def _rounded(number: Decimal, digits: int) -> str:
    """Rounded first to the digits of float32, so that digits beyond those do not decide: 0.123445
    and 0.12344499 look the same."""
    for kept in (_TOLD, digits) if digits < _TOLD else (digits,):
        number = Context(prec=kept, rounding=ROUND_HALF_UP).plus(number)
    number = number.normalize()
    exponent = number.adjusted()
    if not number or -5 < exponent < digits:
        return _tidy(f"{number:f}")
    return f"{number.scaleb(-exponent):f}e{exponent}"


def _tidy(text: str) -> str:
    """Without a minus before 0, and without a plus or a leading 0 in the exponent."""
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return "0" if mantissa == "-0" else mantissa
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
