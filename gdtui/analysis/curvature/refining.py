"""The epochs at which a curve is worked out: evenly spread ones first, then more of them where it
changes."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import numpy as np

from gdtui.engine.arrays import FloatArray

_LENGTH = 0.3
"""How much a stretch as long as the whole run counts, beside one over which the curve crosses its
whole range."""


def even_epochs(last: int, count: int) -> list[int]:
    """At most ``count`` epochs from the first to the ``last``, evenly spread."""
    return sorted({round(each) for each in np.linspace(1, last, min(last, count))})


def epochs_between(epochs: Sequence[int], curves: Sequence[FloatArray], count: int) -> list[int]:
    """At most ``count`` further epochs, in those stretches over which curves change most.

    Args:
        epochs: the epochs that are known, in ascending order.
        curves: values at these epochs, each of shape (epochs,); what is not finite changes nothing.
        count: how many to add.
    """
    if len(epochs) < 2:
        return []
    changes = sum(map(_changes, curves), np.zeros(len(epochs) - 1))
    changes += _LENGTH * np.diff(epochs) / (epochs[-1] - epochs[0])
    stretches = [
        (-float(change), first, second)
        for change, first, second in zip(changes, epochs, epochs[1:], strict=False)
        if second - first > 1
    ]
    heapq.heapify(stretches)
    added: list[int] = []
    while stretches and len(added) < count:
        change, first, second = heapq.heappop(stretches)
        middle = (first + second) // 2
        added.append(middle)
        for low, high in ((first, middle), (middle, second)):
            if high - low > 1:
                share = (high - low) / (second - first)
                heapq.heappush(stretches, (change * share, low, high))
    return sorted(added)


def _changes(values: FloatArray) -> FloatArray:
    """The change over each stretch as a share of the whole range, on a logarithmic scale where all
    values are above 0; shape (epochs - 1,)."""
    kept = values[np.isfinite(values)]
    if len(kept) and (kept > 0).all():
        values, kept = np.log(values), np.log(kept)
    width = float(np.ptp(kept)) if len(kept) else 0.0
    if not width:
        return np.zeros(len(values) - 1)
    return np.nan_to_num(np.abs(np.diff(values)) / width)
