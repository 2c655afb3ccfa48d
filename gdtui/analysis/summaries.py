"""Large arrays as text: the size of their numbers, and the range of most of them."""

from __future__ import annotations

from collections.abc import Iterable
from math import sqrt

import numpy as np

from gdtui.analysis.numerals import Numerals, rounding
from gdtui.engine.record.summary import Summary

_DIGITS = 4
"""The digits of a number that summarises many."""

_FEW_DIGITS = 3
"""The digits of the limits of a range, one of twenty."""

_MOST = 4


def summary_text(summary: Summary, write: Numerals) -> str:
    """The norm, the mean and the range of the numbers; a single value if all are equal."""
    few, size, lost = write.at_most(_DIGITS), summary.size, summary.nonfinite
    if lost == size:
        return f"none of {size} numbers is finite"
    strange = f", {lost} of {size} not finite" if lost else ""
    if summary.minimum == summary.maximum:
        return f"all {size - lost} numbers are {few(summary.minimum)}{strange}"
    noise = rounding(summary.norm / sqrt(size), single=True)
    return (
        f"norm {few(summary.norm)}, mean {few(summary.mean, noise=noise)}, "
        f"from {few(summary.minimum)} to {few(summary.maximum)}{strange}"
    )


def moved_text(old: object, new: Summary, write: Numerals) -> str:
    """As :func:`summary_text`, with the old norm if it differs."""
    text = summary_text(new, write)
    if not isinstance(old, Summary) or write(old.norm) == write(new.norm):
        return text
    return f"{text}, norm before {write(old.norm)}, now {write(new.norm)}"


def spread_text(summary: Summary, write: Numerals) -> str:
    """The range of half of the numbers or more, from the histogram: the fewest adjacent intervals
    that hold so many. Empty if all numbers are equal, or none is finite."""
    if not summary.minimum < summary.maximum:
        return ""
    before = np.concatenate([[0], np.cumsum(summary.counts)])
    ranges = [
        (last - first, before[first] - before[last], first, last)
        for first in range(len(summary.counts))
        for last in range(first + 1, len(before))
        if 2 * (before[last] - before[first]) >= before[-1]
    ]
    _, negative, first, last = min(ranges)
    few, share = write.at_most(_FEW_DIGITS), round(-100 * negative / before[-1])
    low, high = few(summary.edges[first]), few(summary.edges[last])
    return f"about {share}% of them between {low} and {high}"


def summaries_in(values: Iterable[tuple[str, object]]) -> tuple[tuple[str, Summary], ...]:
    """The first few summaries among some values, with their names."""
    found = [(name, value) for name, value in values if isinstance(value, Summary)]
    return tuple(found[:_MOST])
