"""The results of a sweep in a file that grows as they come: an interrupted sweep can go on."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import TextIO

from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.script import Script
from gdtui.experiments.job import Outcome

FORMATS = ("csv", "jsonl")
_OF_OUTCOME = ("status", "epochs", "value", "verdict", "message")


class ResultsError(Exception):
    """A file of results cannot be used; the text says which and why, in one line."""


@dataclass
class ResultsFile:
    """A file of results, one line for each run.

    A line has the values of the settings, then ``status``, ``epochs``, the quantity, ``verdict``,
    ``message``, and ``script``, which is the same for all runs of one script with the same other
    settings. In JSON what is not finite is null; in CSV it is ``nan`` or ``inf``.

    Attributes:
        path: the file; its suffix chooses CSV or JSON lines.
        axes: the names of the settings that differ.
        metric: the name of the quantity.
        script: what identifies the script.
        known: the runs that the file has, by the texts of their values.
    """

    path: Path
    axes: tuple[str, ...]
    metric: str
    script: str
    known: dict[tuple[str, ...], Outcome] = field(default_factory=dict)
    _file: TextIO | None = None

    @property
    def _columns(self) -> list[str]:
        outcome = [self.metric if each == "value" else each for each in _OF_OUTCOME]
        return [*self.axes, *outcome, "script"]

    def open(self, *, resume: bool = False, force: bool = False) -> None:
        """Open the file for writing, and read what it has.

        Args:
            resume: go on with what is there.
            force: begin anew, whatever is there.

        Raises:
            ResultsError: it exists and neither is asked for, it has the results of another sweep,
                or it cannot be read or written.
        """
        try:
            exists = self.path.exists() and self.path.stat().st_size > 0
            if exists and not (resume or force):
                raise ResultsError(
                    f"{self.path} exists already; --resume goes on with it, --force replaces it"
                )
            if self.path.exists() and not self.path.is_file():
                raise ResultsError(f"{self.path} cannot be written: it is no file")
            if exists and resume:
                self._read()
            else:
                self.path.write_text("", "utf-8")
            self._file = self.path.open("a", encoding="utf-8", newline="")
            if self.path.suffix == ".csv" and not self.path.stat().st_size:
                self._put(_csv_line(self._columns))
        except OSError as error:
            raise ResultsError(f"{self.path} cannot be written: {error.strerror}") from None
        except UnicodeDecodeError:
            raise ResultsError(f"{self.path} has no results of a sweep: not UTF-8") from None

    def append(self, values: Sequence[object], outcome: Outcome) -> None:
        """Add the result of a run; it is in the file when this returns.

        Raises:
            ResultsError: the file cannot be written.
        """
        try:
            self._put(self._line(values, outcome))
        except OSError as error:
            raise ResultsError(f"{self.path} cannot be written: {error.strerror}") from None

    def text_of(self, results: Iterable[tuple[Sequence[object], Outcome]]) -> str:
        """The text of a file with these results alone."""
        head = _csv_line(self._columns) if self.path.suffix == ".csv" else ""
        return head + "".join(self._line(*each) for each in results)

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _line(self, values: Sequence[object], outcome: Outcome) -> str:
        cells = [outcome.status, outcome.epochs, outcome.value, outcome.verdict, outcome.message]
        if self.path.suffix == ".csv":
            return _csv_line([*texts_of(values), *map(str, cells), self.script])
        cells[2] = outcome.value if isfinite(outcome.value) else None
        found = zip(self._columns, [*values, *cells, self.script], strict=True)
        return json.dumps(dict(found)) + "\n"

    def _put(self, line: str) -> None:
        assert self._file is not None, "it has been opened"
        self._file.write(line)
        self._file.flush()

    def _read(self) -> None:
        text = self.path.read_bytes().decode("utf-8")
        # A process that was killed may have left half a line.
        whole = text[: text.rfind("\n") + 1]
        if whole != text:
            os.truncate(self.path, len(whole.encode()))
        for number, row in enumerate(self._rows(whole), 1):
            try:
                values = tuple(row[name] for name in self.axes)
                status, epochs, value, verdict, message, script = (
                    row[name] for name in self._columns[len(self.axes) :]
                )
                texts = values if self.path.suffix == ".csv" else texts_of(values)
                outcome = Outcome(
                    0,
                    str(status),
                    int(epochs),  # type: ignore[call-overload]
                    float("nan") if value is None else float(value),  # type: ignore[arg-type]
                    str(verdict),
                    str(message),
                )
            except (KeyError, TypeError, ValueError):
                raise ResultsError(
                    f"{self.path}: result {number} is not of a sweep of {' and '.join(self.axes)} "
                    f"with {self.metric}; --force replaces the file"
                ) from None
            if script != self.script:
                raise ResultsError(
                    f"{self.path} has results of another script, or of other settings; "
                    "--force replaces it"
                )
            self.known[texts] = outcome  # type: ignore[index]

    def _rows(self, text: str) -> list[dict[str, object]]:
        if self.path.suffix == ".csv":
            reader = csv.DictReader(io.StringIO(text))
            if text and list(reader.fieldnames or ()) != self._columns:
                raise ResultsError(
                    f"{self.path} has other columns than {','.join(self._columns)}; "
                    "--force replaces it"
                )
            return list(reader)
        try:
            rows = [json.loads(line) for line in text.splitlines()]
        except ValueError:
            raise ResultsError(
                f"{self.path} is not made of JSON lines; --force replaces it"
            ) from None
        return [row if isinstance(row, dict) else {} for row in rows]


def texts_of(values: Sequence[object]) -> tuple[str, ...]:
    """The values of settings as texts; equal for equal values."""
    return tuple(each if isinstance(each, str) else repr(each) for each in values)


def identity(script: Script, axes: Sequence[str], stop: StopRule) -> str:
    """What identifies a script with its settings, but for those that a sweep changes."""
    first = {each.name: each for each in script.settings}
    # The literals that change are left out of the text.
    text = script.text
    offset = len(text) - len(text.removeprefix("\ufeff"))
    for name in sorted(axes, key=lambda name: -first[name].start):
        setting = first[name]
        text = text[: setting.start + offset] + text[setting.end + offset :]
    told = repr((text, script.arguments, stop))
    return f"{Path(script.name).name}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"


def _csv_line(cells: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()
