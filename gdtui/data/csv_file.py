"""The columns of a CSV file, as numbers."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.files import FileError, check_file
from gdtui.engine.script.settings import shown

MOST_ROWS = 1_000_000
"""The most samples that are read."""

_DELIMITERS = ",;\t"
_MOST_COLUMNS = 1_000


class DataError(ScriptError):
    """A data file cannot be used. The message is one line that names the place."""


@dataclass(frozen=True)
class CsvFile:
    """The form of a CSV file.

    Attributes:
        path: the file.
        delimiter: what stands between two cells of a row: a comma, a semicolon or a tab.
        names: the names of the columns: those of the first row, or ``column 1`` and so on.
        has_header: whether the first row has names, which is whether any cell of it is no number.
    """

    path: Path
    delimiter: str
    names: tuple[str, ...]
    has_header: bool

    @classmethod
    def open(cls, path: Path) -> CsvFile:
        """Look at the first row of a file.

        Raises:
            DataError: the file cannot be read, or its first row is empty.
        """
        with opened(path) as lines, _told(path):
            first = next(lines, "")
            delimiter = max(_DELIMITERS, key=first.count)
            cells = next(csv.reader(chain([first], lines), delimiter=delimiter), [])
        if not any(cell.strip() for cell in cells):
            raise DataError(
                f"{path}: row 1 is empty; it takes the names of the columns, or numbers"
            )
        if len(cells) > _MOST_COLUMNS:
            raise DataError(f"{path}: {len(cells)} columns; at most {_MOST_COLUMNS} are read")
        has_header = not all(_is_number(cell) for cell in cells)
        numbered = (f"column {number}" for number in range(1, len(cells) + 1))
        names = tuple(cell.strip() for cell in cells) if has_header else tuple(numbered)
        return cls(path, delimiter, names, has_header)

    def columns(
        self, places: Sequence[int], *, finite: bool = True, gaps: Collection[int] = ()
    ) -> list[array[float]]:
        """Some columns, by their indices from 0, each as float64. Empty rows are skipped.

        Args:
            places: the indices.
            finite: whether each number has to be finite.
            gaps: the indices of the columns in which an empty cell is NaN.

        Raises:
            DataError: a cell is missing or is no number, or no finite one, or there are too many
                rows. The message names row and column, counted from 1.
        """
        found = [array("d") for _ in places]
        appends = [each.append for each in found]
        with opened(self.path) as lines, _told(self.path):
            reader = csv.reader(lines, delimiter=self.delimiter)
            if self.has_header:
                next(reader, None)
            for cells in reader:
                if not cells or (len(cells) == 1 and not cells[0].strip()):
                    continue
                try:
                    for place, append in zip(places, appends, strict=True):
                        value = float(cells[place])
                        if finite and value - value != 0:  # infinite, or not a number
                            raise ValueError
                        append(value)
                except (ValueError, IndexError):
                    row = self._with_gaps(cells, places, finite, gaps)
                    if row is None:
                        self._refuse(cells, places, reader.line_num, finite, gaps)
                        continue
                    count = min(map(len, found))
                    for each, value in zip(found, row, strict=True):
                        each[count:] = array("d", [value])
                if len(found[0]) > MOST_ROWS:
                    raise DataError(
                        f"{self.path}: more than {MOST_ROWS} rows; at most these are read"
                    )
        return found

    @staticmethod
    def _with_gaps(
        cells: Sequence[str], places: Sequence[int], finite: bool, gaps: Collection[int]
    ) -> list[float] | None:
        """The numbers of a row that may have gaps; None if it has anything else."""
        if len(cells) <= max(places):
            return None
        texts = [cells[place].strip() for place in places]
        may_be_empty = [place in gaps for place in places]
        for text, may in zip(texts, may_be_empty, strict=True):
            if not (may if not text else _is_number(text, finite)):
                return None
        return [float(text or "nan") for text in texts]

    def _refuse(
        self,
        cells: Sequence[str],
        places: Sequence[int],
        row: int,
        finite: bool,
        gaps: Collection[int],
    ) -> None:
        for place in places:
            where = f"{self.path}: row {row}, {self.label(place)}"
            if place >= len(cells):
                raise DataError(f"{where}: the row ends before it, after {len(cells)}")
            text = cells[place].strip()
            if not text and place not in gaps:
                raise DataError(f"{where}: the cell is empty; each row needs a number there")
            if text and not _is_number(text, finite):
                kind = "finite number" if finite else "number"
                raise DataError(f"{where}: {shown(text)} is not a {kind}")

    def label(self, place: int) -> str:
        """A column in words: ``column 2 ("hours")``, without the name if it has none."""
        named = f' ("{clean_line(self.names[place], 60)}")' if self.has_header else ""
        return f"column {place + 1}{named}"


def _is_number(text: str, finite: bool = True) -> bool:
    try:
        return math.isfinite(float(text)) or not finite
    except ValueError:
        return False


@contextmanager
def opened(path: Path) -> Iterator[Iterator[str]]:
    """The lines of a text file in UTF-8, for as long as a ``with`` statement lasts.

    Raises:
        DataError: it cannot be read, or is no text.
    """
    try:
        check_file(path)
        # utf-8-sig drops a byte order mark, which spreadsheets write.
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield iter(file)
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: not UTF-8 text (byte {error.start} of a part of it)") from None
    except FileError as error:
        raise DataError(f"{path}: {error}") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror or error}") from None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except csv.Error as error:
        raise DataError(f"{path}: not CSV: {error}") from None
