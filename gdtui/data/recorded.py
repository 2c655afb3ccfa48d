"""What was recorded of a run, by gdtui or another program: columns of numbers from a file."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from gdtui.data.csv_file import MOST_ROWS, CsvFile, DataError, opened
from gdtui.engine.arrays import FloatArray
from gdtui.engine.printable import clean_line
from gdtui.engine.script.metrics import is_loss
from gdtui.engine.script.settings import shown

FORMATS = ("csv", "jsonl")
MOST_COLUMNS = 6
"""The most columns that are drawn without being named."""

_STEPS = re.compile(r"(?:global[ _]?)?(?:step|epoch|iteration|iter|batch)s?", re.IGNORECASE)
_TENSORBOARD = ("Wall time", "Step", "Value")
_LOOKED_AT = 50
"""The rows that are searched for the names of columns, and for what is a number."""

_MOST_LISTED = 20
_DEEPEST = 20
_LONGEST = 1_000_000
"""Characters of a line of JSON."""

Row = Mapping[str, object]


@dataclass(frozen=True, eq=False)
class Recorded:
    """Columns of a file.

    Attributes:
        x_name: the name of the column along the horizontal axis; ``row`` for the number of the row.
        x: its numbers, shape (rows,), all of them finite.
        columns: the others by name, each of shape (rows,). Not finite are gaps.
    """

    x_name: str
    x: FloatArray
    columns: Mapping[str, FloatArray]


def read_recorded(
    path: Path, x: str = "", ys: Sequence[str] = (), *, gaps: bool = False
) -> Recorded:
    """Columns of a ``.csv`` file, or of a ``.jsonl`` file with an object in each line, whose
    numbers inside other objects and lists are named by their place: ``parameters.w[0]``.

    Args:
        path: the file.
        x: the column along the horizontal axis; if empty, one such as ``epoch`` or ``Step``, or
            the number of the row.
        ys: the columns to draw; if empty, the losses, or else the first few with numbers.
        gaps: whether a column that is drawn may have empty cells. A table of ``gdtui export`` and
            null in JSON lines may have gaps in any case.

    Raises:
        DataError: the file cannot be read, a column is not there, or a cell is no number. The
            message names its row and its column.
    """
    suffix = path.suffix.lower().removeprefix(".")
    if suffix not in FORMATS:
        raise DataError(
            f"{path}: the format cannot be told from this name; it ends in .csv or .jsonl"
        )
    found = _read_csv(path, x, ys, gaps) if suffix == "csv" else _read_jsonl(path, x, ys, gaps)
    if not len(found.x):
        raise DataError(f"{path}: no row with numbers")
    return found


def _chosen(
    path: Path, names: Sequence[str], numeric: Sequence[str], x: str, ys: Sequence[str]
) -> tuple[str, list[str]]:
    """The name of the column across, empty for none, and those of the others."""
    for each in (x, *ys):
        if each and names.count(each) != 1:
            many = "more than one column is" if each in names else "no column is"
            listed = ", ".join(clean_line(name, 60) for name in names[:_MOST_LISTED])
            more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
            raise DataError(f"{path}: {many} called {shown(each)}; the columns are {listed}{more}")
    single = [each for each in numeric if names.count(each) == 1]
    steps = [each for each in single if _STEPS.fullmatch(each) and each not in ys]
    across = x or next(iter(steps), "")
    if ys:
        return across, list(dict.fromkeys(ys))
    others = [each for each in single if each != across]
    if tuple(names) == _TENSORBOARD:
        others = [each for each in others if each != _TENSORBOARD[0]]
    drawn = [each for each in others if "." not in each and is_loss(each)] or others
    if not drawn:
        raise DataError(f"{path}: no column with numbers to draw")
    return across, drawn[:MOST_COLUMNS]


# CSV -------------------------------------------------------------------------------------


def _read_csv(path: Path, x: str, ys: Sequence[str], gaps: bool) -> Recorded:
    file = CsvFile.open(path)
    across, drawn = _chosen(path, file.names, _numeric(file), x, ys)
    names = [*([across] if across else []), *drawn]
    places = [file.names.index(each) for each in names]
    own = file.names[:1] == ("epoch",) and any(each.startswith("loss") for each in file.names)
    may_be_empty = places[bool(across) :] if gaps or own else ()
    columns = [np.array(each) for each in file.columns(places, finite=False, gaps=may_be_empty)]
    return _recorded(path, across, drawn, columns)


def _numeric(file: CsvFile) -> list[str]:
    """The columns with a number among their first rows, and no text."""
    import csv

    with opened(file.path) as lines:
        reader = csv.reader(lines, delimiter=file.delimiter)
        rows = list(islice(reader, file.has_header, file.has_header + _LOOKED_AT))
    found = []
    for place, name in enumerate(file.names):
        cells = [row[place].strip() for row in rows if len(row) > place]
        if any(cells) and all(_is_number(each) for each in cells if each):
            found.append(name)
    return found


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# JSON lines ------------------------------------------------------------------------------


def _read_jsonl(path: Path, x: str, ys: Sequence[str], gaps: bool) -> Recorded:
    first = [row for _, row in islice(_rows(path), _LOOKED_AT)]
    names = list(dict.fromkeys(name for row in first for name in row))
    kinds = {name: [row[name] for row in first if row.get(name) is not None] for name in names}
    numeric = [name for name in names if kinds[name] and all(map(_is_plain, kinds[name]))]
    across, drawn = _chosen(path, names, numeric, x, ys)
    wanted = [*([across] if across else []), *drawn]
    columns = [array("d") for _ in wanted]
    for number, row in _rows(path):
        for column, name in zip(columns, wanted, strict=True):
            column.append(_cell(path, number, row, name, gaps and name != across))
        if len(columns[0]) > MOST_ROWS:
            raise DataError(f"{path}: more than {MOST_ROWS} rows; at most these are read")
    return _recorded(path, across, drawn, [np.array(each) for each in columns])


def _rows(path: Path) -> Iterator[tuple[int, Row]]:
    """The objects of a file, flat, each with the number of its line."""
    ended: tuple[int, Row] | None = None
    with opened(path) as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            if ended is not None:
                yield ended
                ended = None
            found = _object(path, number, line)
            row = number, dict(_flat("", found, 0))
            if {*found} == {"status", "epochs", "message"}:
                ended = row  # the last line of `gdtui run --json` is no epoch
            else:
                yield row


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    if len(line) > _LONGEST:
        raise DataError(
            f"{path}: row {number}: {len(line)} characters; at most {_LONGEST} are read"
        )
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        reason = getattr(error, "msg", "it is nested too deeply")
        raise DataError(f"{path}: row {number} is not JSON: {reason}") from None
    if not isinstance(found, dict):
        raise DataError(f"{path}: row {number} is no JSON object, but {shown(line.strip())}")
    return found


def _flat(name: str, value: Any, depth: int) -> Iterator[tuple[str, object]]:
    """The numbers and texts of a JSON value, by their places in it."""
    if isinstance(value, dict) and depth < _DEEPEST:
        for key, each in value.items():
            yield from _flat(f"{name}.{key}" if name else key, each, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for place, each in enumerate(value):
            yield from _flat(f"{name}[{place}]", each, depth + 1)
    else:
        yield name, value


def _is_plain(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _cell(path: Path, number: int, row: Row, name: str, gaps: bool) -> float:
    where = f'{path}: row {number}, "{clean_line(name, 60)}"'
    if name not in row:
        if gaps:
            return np.nan
        raise DataError(f"{where}: the row has no such number; each row needs one")
    value = row[name]
    if value is None:
        return np.nan
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise DataError(f"{where}: {shown(value)} is not a number")
    try:
        return float(value)
    except OverflowError:
        raise DataError(f"{where}: a number too large for float64") from None


def _recorded(path: Path, across: str, drawn: list[str], columns: list[FloatArray]) -> Recorded:
    if not across:
        rows = len(columns[0])
        return Recorded("row", np.arange(1.0, rows + 1), dict(zip(drawn, columns, strict=True)))
    x, *others = columns
    strange = np.flatnonzero(~np.isfinite(x))
    if len(strange):
        raise DataError(
            f"{path}: {shown(across)} is {x[strange[0]]:g} in entry {strange[0] + 1}; along the "
            "axis each has to be finite"
        )
    return Recorded(across, x, dict(zip(drawn, others, strict=True)))
