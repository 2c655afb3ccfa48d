"""The inputs and the targets among the columns of a file."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path

from gdtui.analysis.numerals import numeral
from gdtui.data.csv_file import CsvFile, DataError
from gdtui.engine.printable import clean_line


@dataclass(frozen=True, eq=False)
class Samples:
    """Inputs and targets from a file.

    Attributes:
        file: the file.
        x_place, y_place: the indices of the two columns, from 0.
        x: the inputs, float64, one for each sample.
        y: the targets, float64, one for each sample.
    """

    file: CsvFile
    x_place: int
    y_place: int
    x: array[float]
    y: array[float]

    @property
    def said(self) -> str:
        """What was read, in one line: the count, and the range of either column."""
        return (
            f"{self.file.path}: {len(self.x)} samples, x = {self._range(self.x_place, self.x)}, "
            f"y = {self._range(self.y_place, self.y)}"
        )

    def _range(self, place: int, values: array[float]) -> str:
        name = clean_line(self.file.names[place], 60)
        return f"{name} from {numeral(min(values))} to {numeral(max(values))}"


def read_samples(path: Path, x: str = "", y: str = "") -> Samples:
    """The samples of a file.

    Args:
        path: a CSV file.
        x: the name of the column of the inputs; empty for the first of two.
        y: the name of the column of the targets; empty for the other one of two.

    Raises:
        DataError: there are no such columns, a cell is no finite number, there are fewer than two
            samples, or all inputs are equal.
    """
    file = CsvFile.open(path)
    x_place, y_place = _places(file, x, y)
    inputs, targets = file.columns((x_place, y_place))
    if len(inputs) < 2:
        raise DataError(f"{path}: {len(inputs)} samples; at least 2 are needed to learn from")
    if min(inputs) == max(inputs):
        raise DataError(
            f"{path}: {file.label(x_place)} is {numeral(inputs[0])} in all {len(inputs)} rows; "
            "from equal inputs nothing can be learned"
        )
    return Samples(file, x_place, y_place, inputs, targets)


def _places(file: CsvFile, x: str, y: str) -> tuple[int, int]:
    listed = ", ".join(clean_line(name, 60) for name in file.names[:20])
    count = len(file.names)
    if count == 1:
        raise DataError(
            f"{file.path}: one column only, {listed}; two are needed, with a comma, a semicolon or "
            "a tab between them"
        )
    if count > 2 and not (x and y):
        raise DataError(
            f"{file.path}: {count} columns; choose two with --x NAME and --y NAME among {listed}"
        )
    places = [_place(file, name, listed) if name else None for name in (x, y)]
    first, second = places
    if first is None:
        first = 0 if second is None else 1 - second
    second = 1 - first if second is None else second
    if first == second:
        raise DataError(f"{file.path}: x and y are the same column, {file.names[first]}")
    return first, second


def _place(file: CsvFile, name: str, listed: str) -> int:
    found = [place for place, each in enumerate(file.names) if each == name.strip()]
    if len(found) != 1:
        many = "more than one column is called" if found else "no column is called"
        raise DataError(f"{file.path}: {many} {clean_line(name, 60)!r}; the columns are {listed}")
    return found[0]
