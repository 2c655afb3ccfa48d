"""Arrays and tensors that are too large to copy at every pause, told in a few numbers.

All numbers of an array are read, in parts that fit into the processor's cache: 1.3 ms for a million
in float32, on one thread. So it pays to read them anew at each pause, and no summary is
ever that of an earlier one. Only the histogram, which would take ten times as long, is made of a
sample, and says so.
"""

from __future__ import annotations

import math
import mmap
from dataclasses import dataclass, field
from math import gcd, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from gdtui.engine.arrays import FloatArray
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported
from gdtui.engine.record.parts import (
    ArrayNumbers,
    Numbers,
    Reading,
    TensorNumbers,
    parts_of,
    read_part,
)
from gdtui.engine.record.quantities import attempt, is_tensor, plain_tensor

MOST = 2**27
"""Arrays of more numbers have no summary: to read them would take a quarter of a second or more."""

BINS = 20
"""How many ranges of equal width a histogram has."""

_COUNTED = 2**14
_KINDS = "biuf"


@dataclass(frozen=True)
class Summary:
    """What is kept of an array or a tensor that is too large to copy.

    Two are equal where the arrays have one shape and type and, as far as :attr:`mark` and the norm
    tell, the same numbers.

    Attributes:
        shape: its shape.
        dtype: the type of its elements, such as ``float32``.
        norm: the Euclidean norm of its finite numbers, to about six digits; 0 if there are none.
        mean: the mean of its finite numbers; NaN if there are none, as for the next two.
        minimum, maximum: the smallest and the largest of its finite numbers.
        nonfinite: how many of its numbers are NaN or infinite.
        counts: a histogram: how many numbers are in each of ``BINS`` ranges of equal width, from
            the smallest finite number to the largest.
        edges: the limits of these ranges, one more than there are ranges.
        every: the histogram counts one number in so many; 1 where it counts all.
        mark: a number made of the bits of all its elements. It is another one when any has
            changed, but for a chance that nobody meets.
    """

    shape: tuple[int, ...]
    dtype: str
    norm: float
    mean: float = field(compare=False)
    minimum: float = field(compare=False)
    maximum: float = field(compare=False)
    nonfinite: int
    counts: tuple[int, ...] = field(compare=False)
    edges: tuple[float, ...] = field(compare=False)
    every: int = field(compare=False)
    mark: int

    @property
    def size(self) -> int:
        """How many numbers the array has."""
        return prod(self.shape)


class Summaries:
    """The summaries of one pause, at which nothing changes: an array that is found in several
    places, such as in a module, under a name and in the graph, is read once."""

    def __init__(self) -> None:
        # With what was read, which keeps its place in memory as long.
        self._made: dict[object, tuple[object, Summary | None]] = {}

    def of(self, value: object) -> Summary | None:
        """As :func:`summarize`."""
        key = attempt(lambda: _place(value))
        if key is None:
            return summarize(value)
        if key not in self._made:
            self._made[key] = value, summarize(value)
        return self._made[key][1]


def summarize(value: object) -> Summary | None:
    """The summary of an array or tensor of numbers or truths, of any size up to ``MOST``. A tensor
    is read on its device, without a graph.

    None for anything else: complex numbers, objects, sparse and quantized tensors, those without
    data, and arrays in a file, for which all of it would be read from the disk.
    """
    if is_tensor(value):
        found: Summary | None = attempt(lambda: _of_tensor(value))
        return found
    if issubclass(type(value), np.ndarray):
        with np.errstate(all="ignore"):
            return _of_array(np.asarray(value))
    return None


def _of_tensor(value: Any) -> Summary | None:
    torch: Any = imported("torch")
    tensor = plain_tensor(value).detach()
    if tensor.layout is not torch.strided or tensor.is_quantized or tensor.dtype.is_complex:
        return None
    if tensor.numel() > MOST or tensor.is_meta:
        return None
    with torch.no_grad():
        tensor = tensor.resolve_neg()
        return _summary(TensorNumbers(torch, tensor), str(tensor.dtype).removeprefix("torch."))


def _of_array(array: npt.NDArray[Any]) -> Summary | None:
    if array.dtype.kind not in _KINDS or array.size > MOST or _is_in_a_file(array):
        return None
    return _summary(ArrayNumbers(array), str(array.dtype))


def _is_in_a_file(array: npt.NDArray[Any]) -> bool:
    root: Any = array
    while is_a(root, np.ndarray):
        root = root.base
    return is_a(root, mmap.mmap)


def _place(value: Any) -> tuple[object, ...]:
    """Tells arrays apart by where their numbers are in memory."""
    if is_tensor(value):
        tensor = plain_tensor(value).detach()
        layout = tensor.dtype, tuple(tensor.shape), tensor.stride(), tensor.is_neg()
        return tensor.device, tensor.data_ptr(), *layout
    array = np.asarray(value)
    return array.__array_interface__["data"][0], array.dtype, array.shape, array.strides


def _summary(numbers: Numbers, dtype: str) -> Summary:
    count = prod(numbers.whole.shape)
    every = _stride(count)
    readings: list[Reading] = []
    sample: list[FloatArray] = []
    marks: list[int] = []
    finite = at = 0
    for open_part in parts_of(numbers.whole, numbers):
        part = numbers.closed(open_part)
        marks.append(numbers.mark(part))
        reading = read_part(numbers, part)
        if reading.count:
            readings.append(reading)
        finite += reading.count
        sample.append(numbers.listed(part[-at % every :: every]))
        at += len(part)
    low = min((each.low for each in readings), default=math.nan)
    high = max((each.high for each in readings), default=math.nan)
    counted = np.concatenate([np.empty(0), *sample])
    counts, edges = _histogram(counted[np.isfinite(counted)], low, high)
    unit = max((each.size for each in readings), default=1.0)
    total = math.fsum(each.total * (each.size / unit) for each in readings)
    repeated = numbers.repeated
    return Summary(
        shape=numbers.shape,
        dtype=dtype,
        norm=math.hypot(*(each.norm * each.size for each in readings)) * math.sqrt(repeated),
        mean=total / finite * unit if finite else math.nan,
        minimum=low,
        maximum=high,
        nonfinite=(count - finite) * repeated,
        counts=tuple(int(each) * repeated for each in counts),
        edges=edges,
        every=every,
        mark=hash(tuple(marks)),
    )


def _stride(count: int) -> int:
    """Which numbers are counted: one in so many. It has no divisor in common with the lengths of
    the array's sides, so that all of its columns have their turn."""
    every = max(1, math.ceil(count / _COUNTED))
    while gcd(every, count) > 1:
        every += 1
    return every


def _histogram(
    numbers: FloatArray, low: float, high: float
) -> tuple[npt.NDArray[np.intp], tuple[float, ...]]:
    if math.isnan(low):
        return np.zeros(BINS, dtype=np.intp), (math.nan,) * (BINS + 1)
    # The width may be too large for a float where the ends are not, and so small that few of its
    # digits are left: all is measured in a power of two near the largest number.
    power = math.frexp(max(abs(low), abs(high)))[1]
    begin, width = math.ldexp(low, -power), math.ldexp(high, -power) - math.ldexp(low, -power)
    shares = (np.ldexp(numbers, -power) - begin) / width if width else np.zeros(len(numbers))
    places = np.minimum((shares * BINS).astype(np.intp), BINS - 1)
    ends = [math.ldexp(begin + place / BINS * width, power) for place in range(1, BINS)]
    return np.bincount(places, minlength=BINS), (low, *ends, high)
