"""The one rule for numbers as text, and numbers compared as float32 can.

A number has five significant digits and no zeros at its end; all its digits where they are asked
for. So what differs by the rounding of float32 alone, such as -47.999997 and -48, looks the same,
and the same number looks the same wherever it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from math import isfinite

import numpy as np

DIGITS = 5
"""The significant digits of a number, where nobody asks for more."""

_TOLD = 7
"""The digits that float32 keeps."""

_FLOAT32 = float(np.finfo(np.float32).eps)
_FLOAT64 = float(np.finfo(np.float64).eps)


def numeral(value: float, digits: int | None = DIGITS, *, noise: float = 0.0) -> str:
    """A number as text.

    Args:
        value: the number.
        digits: how many significant digits it may have; None for all, as :func:`exact` writes
            them.
        noise: what the number may be by rounding alone. One that is not larger is 0, as long as
            not all digits are asked for.
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
    """A number with all digits that it takes to tell it from its neighbours, in float32 if it
    is one of those, in float64 otherwise."""
    value = float(value)
    if not isfinite(value):
        return str(value)
    with np.errstate(all="ignore"):
        single = np.float32(value)
    text = str(single) if float(single) == value else repr(value)
    return _tidy(text.removesuffix(".0"))


def factor(value: float, digits: int | None = DIGITS) -> str:
    """A number as it stands behind a sign for a product: one below 0 in brackets."""
    text = numeral(value, digits)
    return f"({text})" if text.startswith("-") else text


@dataclass(frozen=True)
class Numerals:
    """A way to write numbers, for whoever writes many.

    Attributes:
        digits: how many significant digits they have; None for all.
    """

    digits: int | None = DIGITS

    def __call__(self, value: float, *, noise: float = 0.0) -> str:
        return numeral(value, self.digits, noise=noise)

    def factor(self, value: float) -> str:
        """As :func:`factor`."""
        return factor(value, self.digits)

    def less(self, fewer: int) -> Numerals:
        """The same with so many digits less; with all of them, if all are asked for."""
        return self if self.digits is None else Numerals(self.digits - fewer)

    def at_most(self, digits: int) -> Numerals:
        """The same with fewer digits, where there is little room; with all of them, if all are
        asked for."""
        return self if self.digits is None else Numerals(min(self.digits, digits))


SHORT, FULL = Numerals(), Numerals(None)


def joined(count: int, term: Callable[[int], str], sign: str = " + ", most: int = 6) -> str:
    """So many terms with a sign between them; of many the first, an ellipsis and the last."""
    if count <= most:
        return sign.join(map(term, range(count)))
    return sign.join([*map(term, range(most - 3)), "…", term(count - 1)])


def agree(one: float, other: float, size: float) -> bool:
    """Whether two numbers are the same as far as float32 can tell, where both were made of
    parts whose sizes add up to ``size``."""
    return bool(abs(one - other) <= rounding(size, single=True))


def rounding(size: float, *, single: bool = False) -> float:
    """What a number may be by rounding alone that was made of parts whose sizes add up to
    ``size``, in float64 or in float32."""
    return 32 * (_FLOAT32 if single else _FLOAT64) * size + 1e-300


def _rounded(number: Decimal, digits: int) -> str:
    """Rounded by way of the digits that float32 keeps, so that half a digit more or less does
    not depend on what comes behind them: 0.123445 and 0.12344499 look the same."""
    for kept in (_TOLD, digits) if digits < _TOLD else (digits,):
        number = Context(prec=kept, rounding=ROUND_HALF_UP).plus(number)
    number = number.normalize()
    exponent = number.adjusted()
    if not number or -5 < exponent < digits:
        return _tidy(f"{number:f}")
    return f"{number.scaleb(-exponent):f}e{exponent}"


def _tidy(text: str) -> str:
    """Without a minus before a 0, and without a plus or a 0 in an exponent."""
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return "0" if mantissa == "-0" else mantissa
    return f"{mantissa.removesuffix('.0')}e{int(exponent)}"
