"""How much memory copies of a script's state take, and how much they may take."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported

SHARE = 16
"""The checkpoints of a run take at most one part in so many of the machine's memory."""

MOST_BYTES = 512 * 2**20
"""And not more than this, however large the machine is."""

_UNKNOWN_BYTES = 128 * 2**20
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def allowed_bytes() -> int:
    """How many bytes the checkpoints of a run may take: a sixteenth of the memory of the machine
    or of its container, at most 512 MiB; 128 MiB where the system does not tell."""
    known = [each for each in (_machine(), *map(_container, _LIMITS)) if each]
    return min(min(known) // SHARE, MOST_BYTES) if known else _UNKNOWN_BYTES


def _machine() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _container(file: str) -> int | None:
    try:
        return int(Path(file).read_text())
    except (OSError, ValueError):  # not there, or "max"
        return None


class Measure:
    """Adds up the memory of objects. Memory that several of them share counts once."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        torch: Any = imported("torch")
        self._tensor: Any = getattr(torch, "Tensor", ())
        self._storage: Any = getattr(torch, "UntypedStorage", ())
        self._typed: Any = getattr(torch, "TypedStorage", ())

    def of(self, values: Iterable[object]) -> int:
        """How many bytes some objects take that have not been counted yet: arrays and tensors
        with the memory behind them, anything else without what it refers to."""
        return sum(map(self._size, values))

    def _size(self, value: object) -> int:
        if is_a(value, np.ndarray):
            root: Any = value
            while is_a(root.base, np.ndarray):
                root = root.base
            return self._once(root.__array_interface__["data"][0], root.nbytes)
        if is_a(value, self._tensor):
            return self._memory_of(value)
        if is_a(value, self._storage):
            storage: Any = value
            return self._once(storage.data_ptr(), storage.nbytes())
        if is_a(value, self._typed):  # what is in it counts
            return 0
        try:
            return sys.getsizeof(value, 0)
        except Exception:  # an object of a class that says how large it is
            return 0

    def _memory_of(self, tensor: Any) -> int:
        try:
            storage = tensor.untyped_storage()
            return self._once(storage.data_ptr(), storage.nbytes())
        except (NotImplementedError, RuntimeError):  # sparse, for example
            return self._once(id(tensor), nbytes_of(tensor))

    def _once(self, address: int, size: int) -> int:
        if address in self._seen:
            return 0
        self._seen.add(address)
        return size


def nbytes_of(value: Any) -> int:
    """How many bytes the elements of an array or a tensor take."""
    if is_a(value, np.ndarray):
        return int(value.nbytes)
    return int(value.numel() * value.element_size())


def bytes_of_plain(value: Any) -> int:
    """How many bytes nested tuples, lists and dicts take with all that is in them."""
    size = sys.getsizeof(value, 0)
    if is_a(value, dict):
        return size + sum(map(bytes_of_plain, value.values()))
    if is_a(value, tuple) or is_a(value, list):
        return size + sum(map(bytes_of_plain, value))
    return size


def bytes_together(holders: Iterable[tuple[int, Mapping[int, int]]]) -> int:
    """How many bytes several copies take: those of each alone, and the blocks, by identity, that
    they share."""
    blocks: dict[int, int] = {}
    alone = 0
    for own, shared in holders:
        alone += own
        blocks.update(shared)
    return alone + sum(blocks.values())
