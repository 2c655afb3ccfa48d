"""The numbers of arrays and tensors of any layout, read in parts.

NumPy's and PyTorch's have one set of methods here, so that what reads them is written once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from gdtui.engine.arrays import FloatArray

_PART = 2**19
"""So many numbers in float32 stay in the cache while they are read four times."""

_PART_ELSEWHERE = 2**24
"""On another device than the processor it is the calls that take long, not the reading."""

_BLOCK = 1024
_SMALL = 1e-12
"""Squares of smaller numbers may be too small for float32, as those that Adam keeps often are."""

_UP = 2.0**100
"""What such numbers are multiplied by, which costs them no digit."""

_WORD = 8


@dataclass(frozen=True)
class Reading:
    """What has been read of some numbers.

    Attributes:
        count: how many they are.
        norm, total: their Euclidean norm and their sum, in units of ``size``, so that neither
            overflows.
        low, high: the smallest and the largest of them.
        size: the unit.
    """

    count: int
    norm: float
    total: float
    low: float
    high: float
    size: float = 1.0


class Numbers(Protocol):
    """The numbers of an array.

    Attributes:
        shape: the shape of the array.
        repeated: how often it holds each of them, as an array that is broadcast does.
        part: how many are read at once.
        whole: each of them once, with the sides in the order in which they lie in memory.
    """

    shape: tuple[int, ...]
    repeated: int
    part: int
    whole: Any

    def is_plain(self, array: Any) -> bool:
        """Whether an array has no gaps, so that to make it flat takes no copy."""

    def closed(self, part: Any) -> Any:
        """A flat part without gaps, from which words of eight bytes can be read."""

    def read(self, part: Any) -> Reading:
        """What there is to read of a part, if all of it is finite and of a usual size."""

    def finite(self, part: Any) -> Any:
        """The finite numbers of a part in float64, where the part is."""

    def listed(self, part: Any) -> FloatArray:
        """A few numbers in NumPy."""

    def mark(self, part: Any) -> int:
        """A number that is another one when any bit of the part is."""


def _by_stride(strides: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """The sides of an array along which its numbers differ, the outermost in memory first, and
    those along which they are repeated."""
    sides = sorted(range(len(strides)), key=lambda side: -abs(strides[side]))
    return [side for side in sides if strides[side]], [side for side in sides if not strides[side]]


class ArrayNumbers:
    """Of an array of NumPy."""

    part = _PART

    def __init__(self, array: npt.NDArray[Any]) -> None:
        self.shape = array.shape
        sides, repeated = _by_stride(array.strides)
        self.repeated = prod(array.shape[side] for side in repeated)
        whole = array.transpose(*repeated, *sides)
        self.whole = whole[(0,) * len(repeated)] if array.size else whole.reshape(-1)
        if not np.ndim(self.whole):
            self.whole = np.reshape(self.whole, 1)

    def is_plain(self, array: Any) -> bool:
        return bool(array.flags.c_contiguous)

    def closed(self, part: Any) -> Any:
        if part.dtype.itemsize > _WORD:  # what stands between two long doubles is no number
            part = part.astype(np.float64)
        return np.ascontiguousarray(part)

    def read(self, part: Any) -> Reading:
        if part.dtype == np.float16:
            part = part.astype(np.float32)
        elif part.dtype not in (np.float32, np.float64):
            part = part.astype(np.float64)
        cut = len(part) // _BLOCK * _BLOCK
        blocks, rest = part[:cut].reshape(-1, _BLOCK), part[cut:]
        squares = np.einsum("ij,ij->i", blocks, blocks).sum(dtype=np.float64) + np.dot(rest, rest)
        total = blocks.sum(axis=1).sum(dtype=np.float64) + rest.sum()
        norm = math.sqrt(squares) if squares >= 0 else math.nan
        return Reading(len(part), norm, float(total), float(part.min()), float(part.max()))

    def finite(self, part: Any) -> Any:
        numbers = part.astype(np.float64)
        return numbers[np.isfinite(numbers)]

    def listed(self, part: Any) -> FloatArray:
        return np.asarray(part, dtype=np.float64)

    def mark(self, part: Any) -> int:
        each = _WORD // part.dtype.itemsize
        cut = len(part) // each * each
        return hash((int(part[:cut].view(np.int64).sum()), *part[cut:].tobytes()))


class TensorNumbers:
    """Of a tensor of PyTorch, on its device."""

    def __init__(self, torch: Any, tensor: Any) -> None:
        self._torch = torch
        self.part = _PART if tensor.is_cpu else _PART_ELSEWHERE
        self.shape = tuple(tensor.shape)
        sides, repeated = _by_stride(tensor.stride())
        self.repeated = prod(tensor.shape[side] for side in repeated)
        self.whole = tensor.permute(*repeated, *sides) if tensor.ndim else tensor.reshape(1)
        for _ in repeated if tensor.numel() else ():
            self.whole = self.whole[0]
        if not self.whole.ndim:
            self.whole = self.whole.reshape(1)

    def is_plain(self, array: Any) -> bool:
        return bool(array.is_contiguous())

    def closed(self, part: Any) -> Any:
        # To be read as words of eight bytes it has to begin where one does.
        begins = part.storage_offset() * part.element_size() % _WORD == 0
        if begins and part.stride() == (1,):
            return part
        return part.clone(memory_format=self._torch.contiguous_format)

    def read(self, part: Any) -> Reading:
        torch = self._torch
        if part.dtype not in (torch.float32, torch.float64):
            part = part.float() if part.dtype.is_floating_point else self._double(part)
        cut = len(part) // _BLOCK * _BLOCK
        blocks, rest = part[:cut].view(-1, _BLOCK), part[cut:].view(1, -1)
        norms = [torch.linalg.vector_norm(each, dim=1) for each in (blocks, rest)]
        totals = [each.sum(dim=1) for each in (blocks, rest)]
        return Reading(
            len(part),
            self._double(torch.cat(norms)).norm().item(),
            self._double(torch.cat(totals)).sum().item(),
            *(float(each.item()) for each in torch.aminmax(part)),
        )

    def _double(self, part: Any) -> Any:
        """In float64, which not every device has."""
        return (part.cpu() if part.device.type == "mps" else part).double()

    def finite(self, part: Any) -> Any:
        numbers = self._double(part)
        return numbers[self._torch.isfinite(numbers)]

    def listed(self, part: Any) -> FloatArray:
        found: FloatArray = self._double(part).cpu().numpy()
        return found

    def mark(self, part: Any) -> int:
        torch = self._torch
        each = _WORD // part.element_size()
        cut = len(part) // each * each
        rest = part[cut:].view(torch.uint8).tolist()
        return hash((part[:cut].view(torch.int64).sum().item(), *rest))


# Reading -------------------------------------------------------------------------------


def parts_of(array: Any, numbers: Numbers) -> Iterator[Any]:
    """The numbers of an array in flat parts, in one order. One that has gaps is copied part by
    part."""
    if numbers.is_plain(array):
        flat = array.reshape(-1)
        for start in range(0, len(flat), numbers.part):
            yield flat[start : start + numbers.part]
        return
    inside = prod(array.shape[1:])
    if inside >= numbers.part:
        for each in array:
            yield from parts_of(each, numbers)
    else:
        rows = numbers.part // max(1, inside)
        for start in range(0, len(array), rows):
            yield array[start : start + rows].reshape(-1)


def read_part(numbers: Numbers, part: Any) -> Reading:
    """What there is to read of a part; of numbers of unusual size in a way that takes longer."""
    reading = numbers.read(part)
    largest = max(abs(reading.low), abs(reading.high))
    if math.isfinite(reading.norm) and math.isfinite(reading.total):
        if not 0 < largest < _SMALL:
            return reading
        if largest * _UP >= _SMALL:
            scaled = numbers.read(part * _UP)
            return replace(reading, norm=scaled.norm, total=scaled.total, size=1 / _UP)
    return _read_carefully(numbers.finite(part))


def _read_carefully(numbers: Any) -> Reading:
    """Finite numbers in float64 of any size, by their share of the largest."""
    if not len(numbers):
        return Reading(0, 0.0, 0.0, math.nan, math.nan)
    low, high = float(numbers.min()), float(numbers.max())
    size = max(abs(low), abs(high)) or 1.0
    shares = numbers / size
    norm = math.sqrt(float((shares * shares).sum()))
    return Reading(len(numbers), norm, float(shares.sum()), low, high, size)
