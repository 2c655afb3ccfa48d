"""How far a learner has come, kept in a file in the user's state folder.

The file is written under a temporary name and then renamed, under a lock. So a reader sees the old
file or the new one, even after a crash, and two copies of gdtui that write at once lose nothing.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gdtui.lessons.score import Answered, Outcome, Score
from gdtui.state_files import state_file
from gdtui.whole_files import write_whole

_VERSION = 1
_LOCK_TIMEOUT = 2.0
"""Seconds to wait for another copy of gdtui that is writing."""


@dataclass(frozen=True)
class Record:
    """How far a learner has come in one lesson.

    Attributes:
        at: the step at which the lesson resumes.
        steps: the number of steps; if it differs, the lesson has changed.
        score: the results of the questions up to that step.
        best: the most questions that were right when first asked, over all finished walks; None if
            none was finished.
        total: the number of questions.
    """

    at: int = 0
    steps: int = 0
    score: Score = field(default_factory=lambda: Score(0))
    best: int | None = None
    total: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the learner has begun the lesson and left it."""
        return self.at > 0

    @property
    def text(self) -> str:
        """The record in a few words; empty for none."""
        done = "" if self.best is None else f"done, {self.best} of {self.total} right"
        begun = f"at step {min(self.at + 1, self.steps)} of {self.steps}" if self.is_open else ""
        return ", ".join(filter(None, (done, begun)))


@dataclass(frozen=True)
class _Kept:
    """The content of the file."""

    records: Mapping[str, Record]
    offered: bool = False


class Progress:
    """Reads and writes how far a learner has come.

    Errors of the file are not raised: a learner can go on without it.

    Attributes:
        path: the file.
        complaint: the last error, in one line; empty for none.
    """

    def __init__(self, path: Path | None = None) -> None:
        """``path`` is the file; by default it is in the user's state folder."""
        self.path = path or state_file("progress.json")
        self.complaint = ""
        self._said: set[str] = set()

    @property
    def records(self) -> Mapping[str, Record]:
        """The record of each lesson that was ever begun, by its name."""
        return self._read().records

    @property
    def is_fresh(self) -> bool:
        """Whether gdtui has never run or offered a lesson here."""
        kept = self._read()
        return not (kept.records or kept.offered or self.complaint)

    @property
    def news(self) -> str:
        """The complaint the first time it is asked for; later an empty text."""
        news = self.complaint if self.complaint not in self._said else ""
        self._said.add(news)
        return news

    def note_offer(self) -> None:
        """Keep that a lesson has been offered, so that it is not offered again."""
        self._change(lambda kept: replace(kept, offered=True))

    def note(self, name: str, at: int, steps: int, score: Score) -> None:
        """Keep where a learner is in a lesson."""
        self._update(name, lambda old: Record(at, steps, score, old.best, old.total))

    def note_end(self, name: str, score: Score) -> None:
        """Keep that a learner has come to the end of a lesson."""

        def ended(old: Record) -> Record:
            # With another number of questions the lesson has changed.
            best = old.best if old.total == score.total else None
            return Record(best=max(score.right, best or 0), total=score.total)

        self._update(name, ended)

    def reset(self) -> None:
        """Forget everything except that lesson 1 was offered."""
        self._change(lambda kept: _Kept({}, offered=True))

    def _update(self, name: str, how: Callable[[Record], Record]) -> None:
        def changed(kept: _Kept) -> _Kept:
            new = how(kept.records.get(name, Record()))
            return replace(kept, records={**kept.records, name: new})

        self._change(changed)

    # The file -------------------------------------------------------------------------

    def _change(self, how: Callable[[_Kept], _Kept]) -> None:
        self.complaint = ""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock():
                kept = self._read_or_set_aside()
                if kept is not None:
                    # Under the lock nobody else writes there.
                    write_whole(self.path, json.dumps(_as_json(how(kept)), indent=1) + "\n")
        except TimeoutError:
            self.complaint = f"{self.path} is in use by another program; progress is not kept"
        except OSError as error:
            reason = error.strerror or error
            self.complaint = f"{self.path} cannot be written to: {reason}; progress is not kept"

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Keep other copies of gdtui from writing.

        Raises:
            TimeoutError: another copy keeps the lock.
        """
        # The first paint of the app does not wait for this import.
        from filelock import FileLock

        with FileLock(f"{self.path}.lock", timeout=_LOCK_TIMEOUT):
            yield

    def _read(self) -> _Kept:
        """The content of the file; empty if it cannot be read."""
        self.complaint = ""
        try:
            return _from_json(self.path.read_bytes())
        except FileNotFoundError:
            pass
        except _NewerError:
            self.complaint = f"{self.path} is from a newer gdtui; it is left alone"
        except ValueError:
            self.complaint = f"{self.path} is damaged; it will be set aside"
        except OSError as error:
            self.complaint = f"{self.path} cannot be read: {error.strerror or error}"
        return _Kept({})

    def _read_or_set_aside(self) -> _Kept | None:
        """The content of the file, to be changed and written; None if it must not be written."""
        try:
            return _from_json(self.path.read_bytes())
        except FileNotFoundError:
            return _Kept({})
        except _NewerError:
            self.complaint = f"{self.path} is from a newer gdtui; progress is not kept"
            return None
        except ValueError:
            aside = self._set_aside()
            self.complaint = (
                f"{self.path} was damaged; it is now {aside.name}, and a new one begins"
            )
            return _Kept({}, offered=True)

    def _set_aside(self) -> Path:
        number = 1
        while (aside := self.path.with_name(f"{self.path.stem}-damaged-{number}.json")).exists():
            number += 1
        self.path.rename(aside)
        return aside


class _NewerError(ValueError):
    """The file is from a later version of gdtui."""


def _as_json(kept: _Kept) -> object:
    return {
        "version": _VERSION,
        "offered": kept.offered,
        "lessons": {
            name: {
                "at": each.at,
                "steps": each.steps,
                "best": each.best,
                "total": each.total,
                "questions": each.score.total,
                "answers": {
                    str(step): [answer.first, answer.again, answer.hints]
                    for step, answer in each.score.answers.items()
                },
            }
            for name, each in kept.records.items()
        },
    }


def _from_json(data: bytes) -> _Kept:
    """The content of a file.

    Raises:
        ValueError: it is not a record of progress.
    """
    try:
        content = json.loads(data)
        if content["version"] > _VERSION:
            raise _NewerError
        records = {str(name): _record(each) for name, each in content["lessons"].items()}
        return _Kept(records, bool(content["offered"]))
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not a record of progress: {error}") from None


def _record(content: Any) -> Record:
    at, steps, total, questions = (
        _whole(content[key]) for key in ("at", "steps", "total", "questions")
    )
    best = None if content["best"] is None else _whole(content["best"])
    found = {
        _whole(int(step)): Answered(
            Outcome(first), Outcome(again) if again else None, _whole(hints)
        )
        for step, (first, again, hints) in content["answers"].items()
    }
    return Record(at, steps, Score(questions, found), best, total)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"not a whole number: {value!r}")
    return value
