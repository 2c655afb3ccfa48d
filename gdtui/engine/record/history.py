"""What was recorded of a run: one row of numbers for each epoch, read by the column."""

from __future__ import annotations

import struct
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from gdtui.engine.arrays import FloatArray

_ABSENT_BITS = 0x7FF8_6764_7475_6900
ABSENT: float = struct.unpack("=d", struct.pack("=Q", _ABSENT_BITS))[0]
"""What stands for a number that was not there in an epoch: a NaN like any other to whoever
computes with it, but one that no computation of a script makes. See :func:`was_there`."""


def was_there(values: FloatArray) -> npt.NDArray[np.bool_]:
    """Which of some recorded numbers were there, NaN among them, and do not stand for what was
    not: an array of the same shape."""
    there: npt.NDArray[np.bool_] = np.ascontiguousarray(values).view(np.uint64) != _ABSENT_BITS
    return there


class Kind(StrEnum):
    """What a column holds."""

    LOSS = "loss"
    PARAMETER = "parameter"
    GRADIENT = "gradient"
    METRIC = "metric"


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


LOSS = Field(Kind.LOSS, "loss")
"""The column of the loss; of the first, where there are several."""


class History:
    """A growing table: a row for each epoch, in float64.

    One thread appends; any thread may read at any time. Numbers that were not there in an
    epoch are NaN.

    Attributes:
        loss_names: what the script calls the losses, by the names of their columns. The first
            has the column ``loss``.
    """

    def __init__(self) -> None:
        self._table = Table(())
        self.loss_names: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._table)

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is recorded, in the order of the columns."""
        return self._table.fields

    @property
    def table(self) -> Table:
        """The present table, for whoever writes rows. Laying out new fields replaces it."""
        return self._table

    @property
    def loss(self) -> Column:
        """The loss of every epoch, the first where there are several. NaN where none was found."""
        return next(iter(self.columns(Kind.LOSS).values()), Column(self._table, LOSS, None))

    @property
    def losses(self) -> Mapping[str, Column]:
        """The losses of every epoch, the first of them that of :attr:`loss`, by what the script
        calls them."""
        columns = self.columns(Kind.LOSS)
        return {self.loss_names.get(name, name): column for name, column in columns.items()}

    @property
    def parameters(self) -> Mapping[str, Column]:
        """Every parameter after each epoch's update, by name."""
        return self.columns(Kind.PARAMETER)

    @property
    def gradients(self) -> Mapping[str, Column]:
        """The gradient that each epoch's update used, by the parameter's name."""
        return self.columns(Kind.GRADIENT)

    @property
    def metrics(self) -> Mapping[str, Column]:
        """The numbers that the script computes once an epoch besides its loss, by name."""
        return self.columns(Kind.METRIC)

    def lay_out(self, fields: Sequence[Field]) -> None:
        """Set what the next rows hold. Fields that were there stay, new ones come after them;
        the rows so far have NaN in the new ones."""
        old = self._table
        known = {(each.kind, each.name) for each in old.fields}
        added = tuple(each for each in fields if (each.kind, each.name) not in known)
        if not added:
            return
        new = Table(old.fields + added)
        if len(old):
            rows = old.block(0, len(old), 0, old.width)
            blank = np.full((len(old), new.width - old.width), ABSENT)
            new.extend(np.hstack([rows, blank]))
        self._table = new

    def columns(self, kind: Kind) -> dict[str, Column]:
        """All that is recorded of a kind, by the names of the columns."""
        columns = self._table.columns()
        return {each.field.name: each for each in columns if each.field.kind is kind}


class Column:
    """One recorded quantity over the epochs; a sequence that grows with the run.

    NumPy takes it for the array of all its values, shape (epochs, *shape).
    """

    def __init__(self, table: Table, what: Field, start: int | None) -> None:
        """``start`` is where the field begins in a row of the table; None for one that is not in
        it, and so was not there in any epoch."""
        self.field = what
        self._table = table
        self._start = start

    def __len__(self) -> int:
        return len(self._table)

    def __repr__(self) -> str:
        return f"<{self.field.kind} {self.field.name}, {len(self)} epochs>"

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> FloatArray:
        """A copy of all values.

        Raises:
            ValueError: ``copy`` is False; a column has to be copied.
        """
        if copy is False:
            raise ValueError("a column cannot be read without a copy")
        return np.asarray(self[:], dtype=dtype)

    def tolist(self) -> list[Any]:
        """All values, as :meth:`numpy.ndarray.tolist` gives them."""
        values: list[Any] = self[:].tolist()
        return values

    def __getitem__(self, index: int | slice) -> FloatArray:
        """A copy of the values of some epochs, counted from 0: shape (epochs, *shape) for a
        slice, ``shape`` for a number.

        Raises:
            IndexError: there is no such row.
        """
        length = len(self)
        if isinstance(index, slice):
            rows = range(length)[index]
            if not rows:
                return self._between(0, 0)
            low, high = min(rows[0], rows[-1]), max(rows[0], rows[-1])
            return self._between(low, high + 1)[:: rows.step]
        if not -length <= index < length:
            raise IndexError(f"row {index} is not among the {length} recorded")
        index %= length
        only: FloatArray = self._between(index, index + 1)[0]
        return only

    def _between(self, start: int, stop: int) -> FloatArray:
        if self._start is None:
            return np.full((stop - start, *self.field.shape), ABSENT)
        flat = self._table.block(start, stop, self._start, self._start + self.field.width)
        return flat.reshape(len(flat), *self.field.shape)


class Table:
    """Rows of equal width, one after another in a growing array of float64.

    A row is added by one call that Python does not interrupt, so a reader sees all of it or
    nothing, and needs no lock.

    Attributes:
        fields: what a row holds.
        width: how many numbers that is.
        pack: turns the numbers of a row, given one by one, into bytes.
        write: adds a row that ``pack`` has made. The two are apart because they are called
            in every epoch, where every call counts.
    """

    def __init__(self, fields: tuple[Field, ...]) -> None:
        self.fields = fields
        self.width = sum(each.width for each in fields)
        self._numbers = array("d")
        self.pack = struct.Struct(f"{self.width}d").pack
        self.write = self._numbers.frombytes

    def __len__(self) -> int:
        return len(self._numbers) // self.width if self.width else 0

    def columns(self) -> list[Column]:
        """The columns of all fields, in their order."""
        starts = accumulate((each.width for each in self.fields), initial=0)
        return [Column(self, *each) for each in zip(self.fields, starts, strict=False)]

    def extend(self, rows: FloatArray) -> None:
        """Add many rows, shape (rows, width)."""
        self._numbers.frombytes(np.ascontiguousarray(rows, dtype=np.float64).tobytes())

    def block(self, start: int, stop: int, left: int, right: int) -> FloatArray:
        """A copy of some rows and columns, shape (stop - start, right - left)."""
        # A slice of the array is a copy. A view would keep the array from growing.
        part = self._numbers[start * self.width : stop * self.width]
        rows = np.frombuffer(part).reshape(-1, self.width) if part else np.empty((0, right))
        return np.ascontiguousarray(rows[:, left:right])
