"""The lessons and bugs that come with gdtui, and lessons from files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.origin import OWN_LESSONS

if TYPE_CHECKING:
    # These import NumPy, which a list of titles does not need.
    from gdtui.lessons.format.lesson import Lesson

_FRONT = 400
"""The number of characters that contain title and minutes."""


@dataclass(frozen=True)
class LibraryEntry:
    """A lesson of the library, before it is read.

    Attributes:
        key: ``1`` to ``8``, and ``b1`` to ``b12`` for the bugs.
        path: its file.
    """

    key: str
    path: Path

    @property
    def is_bug(self) -> bool:
        """Whether it belongs to the bug lab."""
        return self.key.startswith("b")

    @property
    def name(self) -> str:
        """The name under which progress is kept."""
        return self.path.stem

    @property
    def title(self) -> str:
        """The title in its front matter."""
        return self._front("title")

    @property
    def minutes(self) -> int:
        """The approximate duration in minutes."""
        return int(self._front("minutes") or 0)

    def _front(self, name: str) -> str:
        match = re.search(rf"^{name}: *(.*)$", _beginning(self.path), re.MULTILINE)
        return match[1].strip("\"' ") if match else ""

    def read(self) -> Lesson:
        """The lesson."""
        return replace(_read(self.path), name=self.name)


@lru_cache(maxsize=64)
def _beginning(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(_FRONT)


@lru_cache(maxsize=64)
def _read(path: Path) -> Lesson:
    from gdtui.lessons.format.parser import read_lesson

    return read_lesson(path)


@lru_cache(maxsize=1)
def library() -> tuple[LibraryEntry, ...]:
    """All entries: the lessons in their order, then the bugs."""
    entries = []
    for path in OWN_LESSONS.glob("*.md"):
        match = re.match(r"(bug-)?(\d+)-", path.name)
        if match:
            entries.append((bool(match[1]), int(match[2]), path))
    return tuple(
        LibraryEntry(f"b{number}" if is_bug else str(number), path)
        for is_bug, number, path in sorted(entries)
    )


def find_lesson(name: str) -> Lesson:
    """A lesson by its number, such as ``3`` or ``b2`` for a bug, or by the path of a file.

    Raises:
        LessonError: there is no such lesson, or the file is not a lesson.
    """
    for entry in library():
        if name.lower() in (entry.key, entry.name):
            return entry.read()
    if name.endswith(".md") or "/" in name or "\\" in name:
        return _read(Path(name))
    entries = library()
    near = get_close_matches(name.lower(), [each.name for each in entries], n=1, cutoff=0.5)
    guess = f" (did you mean {near[0]!r}?)" if near else ""
    raise LessonError(
        f"there is no lesson {name!r}{guess}; there are {', '.join(each.key for each in entries)}; "
        "or give the path of a .md file"
    )


def following(name: str) -> LibraryEntry | None:
    """The entry after the one with this name; None after the last, and for a lesson that is not in
    the library."""
    entries = library()
    names = [entry.name for entry in entries]
    at = names.index(name) + 1 if name in names else len(entries)
    return entries[at] if at < len(entries) else None


def listed(said: Mapping[str, str]) -> Iterator[str]:
    """The library in lines, with a remark on each entry by its name."""
    for entry in library():
        if entry.key == "b1":
            yield ""
            yield "The bug lab: a script with a mistake in it. Name the line, or mend it."
        text = (
            f"{entry.key:>3}  {entry.title:<44}{entry.minutes:>3} min  {said.get(entry.name, '')}"
        )
        yield text.rstrip()
    yield ""
    yield "`gdtui walk 1` opens a lesson in the app, `gdtui walk 1 --plain` without it."
