"""Numbers as text: they can be read back, have no odd forms, and are as close as their digits."""

from __future__ import annotations

import math
import re
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gdtui.analysis.numerals import (
    DIGITS,
    FULL,
    SHORT,
    Numerals,
    agree,
    exact,
    factor,
    joined,
    numeral,
    rounding,
)

FORM = re.compile(r"-?\d+(\.\d+)?(e-?[1-9]\d*)?")
single = st.floats(width=32, allow_nan=False, allow_infinity=False)
double = st.floats(allow_nan=False, allow_infinity=False)
number = single | double
SMALLEST_SINGLE = float(np.finfo(np.float32).tiny)
SMALLEST_DOUBLE = float(np.finfo(np.float64).tiny)


def is_single(value):
    with np.errstate(over="ignore"):
        return float(np.float32(value)) == value


def digits(text):
    """The digits of a number as text, without the zeros that only say where the point is."""
    mantissa = text.lstrip("-").partition("e")[0]
    whole, point, rest = mantissa.partition(".")
    return (whole + rest).lstrip("0") if point else whole.strip("0")


@given(single)
@example(-0.0)
@example(float(np.float32(1e-45)))
@example(3.4028234663852886e38)
def test_a_float32_is_read_back_as_itself(value):
    text = exact(value)
    assert float(np.float32(text)) == value
    # Nine digits tell a float32 from all others.
    assert float(numeral(value, 9)) == float(text)


@given(double)
@example(5e-324)
@example(1.7976931348623157e308)
@example(0.1)
@example(1e16)
@example(123456789012345680.0)
def test_a_float64_is_read_back_as_itself(value):
    text = exact(value)
    assert (float(np.float32(text)) if is_single(value) else float(text)) == value


@pytest.mark.slow
@given(number, st.integers(2, 17))
@example(1e16, 8)
@example(9.9999999e15, 8)
@example(99999999.5, 8)
@example(1.7976931348623157e308, 5)
@example(0.00009999999, 4)
@example(-0.0, 8)
def test_no_number_has_an_odd_form(value, count):
    for text in (exact(value), numeral(value), numeral(value, count)):
        assert FORM.fullmatch(text), text
        assert text not in ("-0", "-0.0")
        assert not text.endswith(".0")
        assert ".0e" not in text
        assert "-" in text or value >= 0
        assert not text.startswith("-") or value < 0


@given(number.filter(lambda value: abs(value) >= SMALLEST_DOUBLE), st.integers(2, 15))
def test_as_many_digits_as_asked_for_and_no_more_than_it_has(value, count):
    text = numeral(value, count)
    assert len(digits(text)) <= min(count, len(digits(exact(value))))
    # What float32 keeps with fewer bits than it has is written as short as that allows.
    if abs(value) >= SMALLEST_SINGLE or not is_single(value):
        told = min(count, 8) if is_single(value) else count
        wrong = abs(Decimal(text) - Decimal(value))
        assert wrong <= Decimal(10) ** (1 - told) * abs(Decimal(value))


@given(single.filter(lambda value: abs(value) >= SMALLEST_SINGLE))
def test_eight_digits_are_what_float32_can_tell(value):
    said = float(numeral(value, 8))
    assert abs(said - value) <= float(np.finfo(np.float32).eps) * abs(value)
    assert numeral(said, 8) == numeral(value, 8)


@given(st.integers(-99999, 99999), st.integers(-12, 12), st.integers(-4, 4))
@example(-48, 0, -1)
@example(3, -1, -1)
@example(-544, -1, 1)
def test_what_differs_by_the_rounding_of_float32_looks_the_same(count, power, off):
    """-47.999997 beside -48, 0.29999998 beside 0.3."""
    plain = float(Decimal(count).scaleb(power))
    near = np.float32(plain)
    for _ in range(abs(off)):
        near = np.nextafter(near, np.float32(math.copysign(math.inf, off)))
    assert count == 0 or numeral(float(near)) == numeral(plain)
    assert Decimal(numeral(plain)) == Decimal(count).scaleb(power)


@pytest.mark.parametrize("text", ["0.123445", "1.00005", "2.86685", "-12.3455", "0.0300005"])
def test_half_a_digit_is_not_decided_by_rounding(text):
    exactly = float(text)
    single = float(np.float32(text))
    said = {
        numeral(each)
        for each in (exactly, single, math.nextafter(exactly, 0), math.nextafter(single, 0))
    }
    assert said == {numeral(exactly)}
    assert abs(Decimal(numeral(exactly))) > abs(Decimal(text))


@given(number, number)
def test_a_larger_number_never_looks_smaller(one, other):
    low, high = sorted((one, other))
    if is_single(low) == is_single(high):  # float32 is written as short as that allows
        assert Decimal(numeral(low)) <= Decimal(numeral(high))


@pytest.mark.parametrize(
    ("value", "noise", "said"),
    [
        (1 - 0.1 * 10.000000000000002, rounding(2), "0"),
        (-2.22e-16, rounding(2), "0"),
        (2.22e-16, rounding(2), "0"),
        (-1e-7, rounding(2), "-1e-7"),
        (-1e-7, rounding(2, single=True), "0"),
        (1e-3, rounding(2, single=True), "0.001"),
        (-2.22e-16, 0.0, "-2.22e-16"),
        (1e-20, rounding(1e-20), "1e-20"),
        (1e-20, rounding(1e-3), "0"),
    ],
)
def test_what_is_rounding_beside_its_terms_is_0(value, noise, said):
    assert numeral(value, noise=noise) == said
    # All digits are all digits.
    assert numeral(value, None, noise=noise) == exact(value)


@given(number)
def test_all_digits_and_fewer(value):
    assert numeral(value, None) == FULL(value) == exact(value)
    assert SHORT(value) == numeral(value) == numeral(value, DIGITS)
    assert FULL.at_most(3)(value) == exact(value)
    assert SHORT.at_most(3)(value) == Numerals(3)(value) == numeral(value, 3)
    assert SHORT.at_most(9) == SHORT
    assert FULL.factor(value).strip("()") == exact(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.0, "1"),
        (-30.0, "-30"),
        (float(np.float32(0.1)), "0.1"),
        (0.1, "0.1"),
        (1 / 3, "0.33333"),
        (2 / 3, "0.66667"),
        (float(np.float32(1 / 3)), "0.33333"),
        (-47.999997, "-48"),
        (0.29999998, "0.3"),
        (-54.400001, "-54.4"),
        (2e-5, "2e-5"),
        (1.5e-10, "1.5e-10"),
        (123456789.0, "1.2346e8"),
        (123456.0, "1.2346e5"),
        (99999.0, "99999"),
        (99999.9, "1e5"),
        (0.000123456, "0.00012346"),
        (0.0000123456, "1.2346e-5"),
        (1e300, "1e300"),
        (-1e300, "-1e300"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_as_they_are_written(value, said):
    assert numeral(value) == said
    assert factor(value) == (f"({said})" if said.startswith("-") else said)


@given(number)
def test_the_other_ways_to_write_a_number_say_the_same(value):
    assert factor(value).strip("()") == numeral(value)
    assert factor(value).startswith("(") == (value < 0)
    assert exact(np.float64(value)) == exact(value)
    assert exact(int(value)) == exact(float(int(value)))


@pytest.mark.parametrize("sign", [" + ", ", "])
def test_of_many_terms_the_first_and_the_last_are_left(sign):
    made = []

    def term(place):
        made.append(place)
        return f"{place}²"

    for count in range(7):
        assert joined(count, term, sign) == sign.join(f"{each}²" for each in range(count))
    assert joined(7, term, sign) == sign.join(["0²", "1²", "2²", "…", "6²"])
    assert joined(5, term, sign, 4) == sign.join(["0²", "…", "4²"])
    assert joined(4, term, sign, 4) == sign.join(["0²", "1²", "2²", "3²"])
    # Only what is shown is made.
    made.clear()
    assert joined(10**9, term, sign) == sign.join(["0²", "1²", "2²", "…", "999999999²"])
    assert made == [0, 1, 2, 999999999]


@given(single.filter(lambda value: abs(value) >= SMALLEST_SINGLE), st.floats(1e-7, 1e-6))
def test_numbers_agree_up_to_the_rounding_of_their_parts(value, off):
    size = abs(value)
    assert agree(value, value * (1 + off), size)
    assert agree(value, value, 0)
    assert not agree(value, value + 1e-4 * size, size)
    # A sum of large parts may come out near 0.
    assert agree(0.0, off * size, size)
    assert not agree(0.0, 1e-4 * size, size)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_agrees_with_no_number(wrong):
    assert not agree(wrong, 1.0, 1.0)
    assert not agree(1.0, wrong, 1.0)
    assert not agree(wrong, wrong, wrong)
