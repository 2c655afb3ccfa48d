"""What was recorded of a run: one row of numbers for each epoch, read by the column."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_CHUNK_NUMBERS = 8192
_NAN = float("nan")


class Kind(StrEnum):
    """What a column holds."""

    LOSS = "loss"
    PARAMETER = "parameter"
    GRADIENT = "gradient"


@dataclass(frozen=True)
class Field:
    """A recorded quantity: what it is, its name and its shape, ``()`` for a single number.

    ``norm_of`` is set for a quantity too large to record whole: the field holds its
    Euclidean norm, and this is its own shape.
    """

    kind: Kind
    name: str
    shape: tuple[int, ...] = ()
    norm_of: tuple[int, ...] | None = None

    @property
    def width(self) -> int:
        return int(np.prod(self.shape, dtype=int))


class History:
    """A growing table: a row for each epoch, in float64.

    One thread appends; any thread may read. A row is counted only once it is written, and
    rows never move, so a reader needs no lock. Numbers that were not there in an epoch are
    NaN.
    """

    def __init__(self) -> None:
        self._pages = _Pages(())

    def __len__(self) -> int:
        return self._pages.length

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is recorded, in the order of the columns."""
        return self._pages.fields

    @property
    def loss(self) -> FloatArray:
        """The loss of every epoch, shape (epochs,). NaN where none was found."""
        columns = self._columns(Kind.LOSS)
        return columns[""][:] if columns else np.full(len(self), _NAN)

    @property
    def parameters(self) -> Mapping[str, Column]:
        """Every parameter after each epoch's update, by name."""
        return self._columns(Kind.PARAMETER)

    @property
    def gradients(self) -> Mapping[str, Column]:
        """The gradient that each epoch's update used, by the parameter's name."""
        return self._columns(Kind.GRADIENT)

    def row(self, epoch: int) -> Mapping[Field, FloatArray]:
        """All numbers of one epoch, counted from 1.

        Raises:
            IndexError: that epoch has not been recorded.
        """
        pages = self._pages
        if not 1 <= epoch <= pages.length:
            raise IndexError(f"epoch {epoch} is not among the {pages.length} recorded")
        return {each: Column(pages, each)[epoch - 1] for each in pages.fields}

    def lay_out(self, fields: Sequence[Field]) -> None:
        """Set what the next rows hold. Fields that were there stay, new ones come after them;
        the rows so far have NaN in the new ones."""
        old = self._pages
        known = {(each.kind, each.name) for each in old.fields}
        added = tuple(each for each in fields if (each.kind, each.name) not in known)
        if not added:
            return
        new = _Pages(old.fields + added)
        blank = [_NAN] * sum(each.width for each in added)
        for index in range(old.length):
            new.append((*old.numbers(index), *blank))
        self._pages = new

    def append(self, numbers: Sequence[Any]) -> None:
        """Add a row: the numbers of every field in order, flat. Anything that converts to a
        float will do.

        Raises:
            struct.error: there are too many or too few, or one is not a number.
        """
        self._pages.append(numbers)

    def _columns(self, kind: Kind) -> dict[str, Column]:
        pages = self._pages
        return {
            each.name if kind is not Kind.LOSS else "": Column(pages, each)
            for each in pages.fields
            if each.kind is kind
        }


class Column:
    """One recorded quantity over the epochs; a sequence that grows with the run."""

    def __init__(self, pages: _Pages, what: Field) -> None:
        self._pages = pages
        self.field = what
        self._start = sum(each.width for each in pages.fields[: pages.fields.index(what)])

    def __len__(self) -> int:
        return self._pages.length

    def __getitem__(self, index: int | slice) -> FloatArray:
        """The values of some epochs, counted from 0: shape (epochs, *shape) for a slice,
        ``shape`` for a number."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._between(start, stop)[::step] if step > 0 else self._all()[index]
        if not -len(self) <= index < len(self):
            raise IndexError(f"row {index} is not among the {len(self)} recorded")
        index %= len(self)
        only: FloatArray = self._between(index, index + 1)[0]
        return only

    def _all(self) -> FloatArray:
        return self._between(0, len(self))

    def _between(self, start: int, stop: int) -> FloatArray:
        width = self.field.width
        flat = self._pages.block(start, stop, self._start, self._start + width)
        return flat.reshape(len(flat), *self.field.shape)


@dataclass
class _Pages:
    """Rows of equal width, in chunks that are allocated once and never moved."""

    fields: tuple[Field, ...]
    length: int = 0
    chunks: list[bytearray] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.width = sum(each.width for each in self.fields)
        self._rows = max(16, _CHUNK_NUMBERS // max(1, self.width))
        self._row = struct.Struct(f"{self.width}d")
        self._pack = self._row.pack_into
        self._room = 0
        self._offset = 0
        self._chunk = bytearray()

    def append(self, numbers: Sequence[Any]) -> None:
        if not self._room:
            self._chunk = bytearray(self._rows * self._row.size)
            self.chunks.append(self._chunk)
            self._room, self._offset = self._rows, 0
        self._pack(self._chunk, self._offset, *numbers)
        self._offset += self._row.size
        self._room -= 1
        # Last of all: from here on other threads see the row.
        self.length += 1

    def numbers(self, index: int) -> tuple[float, ...]:
        chunk, row = divmod(index, self._rows)
        return self._row.unpack_from(self.chunks[chunk], row * self._row.size)

    def block(self, start: int, stop: int, left: int, right: int) -> FloatArray:
        """A copy of some rows and columns, shape (stop - start, right - left)."""
        out = np.empty((max(0, stop - start), right - left))
        for number in range(start // self._rows, -(-stop // self._rows)):
            first = number * self._rows
            low, high = max(start, first), min(stop, first + self._rows)
            if low < high:
                table = np.frombuffer(self.chunks[number]).reshape(self._rows, self.width)
                out[low - start : high - start] = table[low - first : high - first, left:right]
        return out
