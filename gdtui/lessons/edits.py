"""Small edits of a script: they make a bug, locate it and mend it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gdtui.engine.script.script import Script, ScriptError
from gdtui.engine.script.settings import shown, split_lines
from gdtui.lessons.errors import LessonError


@dataclass(frozen=True)
class Edit:
    """An edit of lines, found by their text without indentation.

    Attributes:
        find: the line, or consecutive lines.
        put: the new lines; none to remove the old ones.
        line: the edit's line in the lesson's file.
    """

    find: tuple[str, ...]
    put: tuple[str, ...]
    line: int = 0

    def apply(self, lines: list[str]) -> list[str]:
        """The lines of a script, each with its ending, after the edit. New lines get the
        indentation of the first line found, and their own.

        Raises:
            LessonError: the lines are missing, or occur more than once.
        """
        stripped = [line.strip() for line in lines]
        size = len(self.find)
        wanted = [each.strip() for each in self.find]
        places = [at for at in range(len(lines)) if stripped[at : at + size] == wanted]
        if len(places) != 1:
            times = "nowhere" if not places else f"{len(places)} times"
            raise LessonError(
                f"the line {shown(self.find[0])} occurs {times} in the script", self.line
            )
        (at,) = places
        indent = _indent(lines[at])
        put = [f"{indent}{each}\n" if each.strip() else "\n" for each in self.put]
        return [*lines[:at], *put, *lines[at + size :]]


def edited(script: Script, edits: Iterable[Edit]) -> Script:
    """A script after some edits.

    Raises:
        LessonError: an edit does not fit.
        ScriptError: the result is not a training script.
    """
    lines = split_lines(script.text)
    for edit in edits:
        lines = edit.apply(lines)
    return replace(script, text="".join(lines))


@dataclass(frozen=True)
class Change:
    """Lines in which two scripts differ.

    Attributes:
        here: the line numbers in the first script; empty if lines are missing there.
        there: the lines in the second script.
        at: the line number in the first script at which the change begins.
    """

    here: range
    there: tuple[str, ...]
    at: int

    def named_by(self, lines: Sequence[str]) -> range:
        """The line numbers by which a learner may name the change: the lines that differ; for a
        missing line, from the last line of code before the gap to the first one after it.

        Args:
            lines: the lines of the first script.
        """
        if self.here:
            return self.here
        first, last = self.at - 1, self.at
        while first > 1 and not _is_code(lines[first - 1]):
            first -= 1
        while last < len(lines) and not _is_code(lines[last - 1]):
            last += 1
        return range(first, last + 1)


def changes(script: Script, other: Script) -> tuple[Change, ...]:
    """The differences between a script and another one."""
    matcher = difflib.SequenceMatcher(None, script.lines, other.lines, autojunk=False)
    return tuple(
        Change(range(a + 1, b + 1), other.lines[c:d], a + 1)
        for tag, a, b, c, d in matcher.get_opcodes()
        if tag != "equal"
    )


def difference(script: Script, other: Script) -> list[str]:
    """The changes that turn a script into the other one, as lines with a number and ``-`` for an
    old line, or ``+`` for a new one."""
    return list(_difference(script.lines, changes(script, other)))


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")


def _difference(lines: Sequence[str], found: Iterable[Change]) -> Iterator[str]:
    for change in found:
        if not change.here and change.at > 1:
            # New lines alone stand below this line.
            yield f"{change.at - 1:>4}   {lines[change.at - 2]}".rstrip()
        for number in change.here:
            yield f"{number:>4} - {lines[number - 1]}".rstrip()
        for line in change.there:
            yield f"     + {line}".rstrip()


def named(script: Script, other: Script, number: int) -> tuple[Change, ...]:
    """The changes that a learner names by a line number. If a line has moved, both of its places
    count."""
    found = changes(script, other)
    chosen = [change for change in found if number in change.named_by(script.lines)]
    moved = {line for change in chosen for line in _lines_of(script, change)}
    return tuple(
        change for change in found if change in chosen or moved & _lines_of(script, change)
    )


def _lines_of(script: Script, change: Change) -> set[str]:
    """The lines of code that a change removes or adds."""
    lines = [*(script.lines[number - 1] for number in change.here), *change.there]
    return {line.strip() for line in lines if _is_code(line)}


def without(script: Script, undone: Iterable[Change]) -> Script:
    """A script with some changes undone."""
    lines = _whole_lines(script)
    for change in sorted(undone, key=lambda each: each.at, reverse=True):
        at = change.at - 1
        lines[at : at + len(change.here)] = [f"{each}\n" for each in change.there]
    return replace(script, text="".join(lines))


_MEND = re.compile(r"(\+?)\s*(\d{1,6})\s*:[ ]?(.*)", re.DOTALL)


def mend(script: Script, text: str) -> Script | None:
    """A script with a mend: ``58: code`` replaces line 58, ``58:`` empties it, and ``+58: code``
    adds a line below it. The code gets the indentation of line 58, and keeps extra blanks if the
    result is valid. None if the text is not a mend.

    Raises:
        LessonError: there is no such line.
        ScriptError: the result is not a training script.
    """
    match = _MEND.fullmatch(text.strip())
    if match is None:
        return None
    number, code = int(match[2]), match[3].rstrip()
    if not 1 <= number <= len(script.lines):
        raise LessonError(f"there is no line {number}; the script has {len(script.lines)}")
    lines = _whole_lines(script)
    indent = _indent_for(lines, number, below=bool(match[1]))
    shown = [code] if _indent(code) and code.startswith(indent) else []
    # With the indentation as typed, with extra indentation, and without extra blanks.
    tried = dict.fromkeys([*shown, indent + code, indent + code.lstrip()])
    errors = []
    for line in tried:
        try:
            return _with_line(script, lines, number, line, below=bool(match[1]))
        except ScriptError as error:
            errors.append(error)
    raise errors[-1]


def _with_line(
    script: Script, lines: Sequence[str], number: int, line: str, *, below: bool
) -> Script:
    old, new = lines[number - 1], f"{line.rstrip()}\n"
    put = [old, new] if below else [new]
    text = "".join([*lines[: number - 1], *put, *lines[number:]])
    return replace(script, text=text)


def _whole_lines(script: Script) -> list[str]:
    """The lines of a script with their endings, the last one too."""
    lines = split_lines(script.text)
    if lines[-1]:
        lines[-1] += "\n"
    return lines


def _indent_for(lines: Sequence[str], number: int, *, below: bool) -> str:
    """The indentation for a line in the place of another, or below it: that of the line itself;
    that of the next line of code if the line is blank, or begins a block and the new line stands
    below."""
    line = lines[number - 1]
    opens = below and line.split("#")[0].rstrip().endswith(":")
    if line.strip() and not opens:
        return _indent(line)
    return next((_indent(each) for each in lines[number:] if _is_code(each)), "")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())].rstrip("\r\n")
