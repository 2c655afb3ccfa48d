"""Reading a lesson from Markdown. What is wrong with a file is found line by line, all of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from gdtui.engine.printable import clean_line
from gdtui.engine.script.files import FileError, read_file
from gdtui.engine.script.settings import shown
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression, Text
from gdtui.lessons.front_matter import FrontMatter
from gdtui.lessons.lesson import (
    LETTERS,
    PANES,
    Choice,
    Kind,
    Lesson,
    Need,
    Question,
    Remark,
    Step,
    Tolerance,
)
from gdtui.lessons.moves import Move, parse_move
from gdtui.lessons.problems import LessonFileError, Problem
from gdtui.lessons.sections import QUESTION_KEYS, STEP_KEYS, Section, Sections
from gdtui.lessons.snapshot import is_taken

_MAX_BYTES = 200_000
_T = TypeVar("_T")

# What stands in the place of what could not be read, so that it is not found missing as well.
_UNREAD = Text("?")
_UNREAD_CONDITION = Expression("1 > 0")


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file.

    Raises:
        LessonFileError: it is none.
        LessonError: the file cannot be read.
    """
    try:
        data = read_file(path, _MAX_BYTES, "a lesson")
        text = data.decode("utf-8")
    except FileError as error:
        hint = "; give the path of a .md file" if error.is_no_file else ""
        raise LessonError(f"{path}: {error}{hint}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LessonError(f"{path}: not UTF-8, in line {line}") from None
    return parse_lesson(text, path)


def parse_lesson(text: str, path: Path) -> Lesson:
    """The lesson that a text makes.

    Raises:
        LessonFileError: it makes none.
    """
    whole = text.removeprefix("\ufeff")
    reader = _Reader(whole.replace("\r\n", "\n").replace("\r", "\n"), path)
    lesson = reader.lesson()
    if reader.problems:
        raise LessonFileError(path, reader.problems)
    return lesson


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, path: Path) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._lines = text.split("\n")

    def lesson(self) -> Lesson:
        """The lesson, as far as it could be read."""
        front, begin = FrontMatter(self._complain).read(self._lines)
        sections = list(Sections(self._complain).read(self._lines, begin))
        steps = list(self._steps(sections))
        if not steps:
            self._complain(begin, "a lesson needs a step: a heading that begins with ##")
        return Lesson(
            name=str(self._path.absolute()),
            title=front.get("title") or "",
            stage=front.get("stage") or "manual",
            steps=tuple(steps),
            settings=front.get("settings") or {},
            edit=front.get("edit") or (),
            edits=front.get("edits") or {},
            minutes=front.get("minutes") or 0,
            path=self._path,
        )

    def _complain(self, line: int, message: str) -> None:
        self.problems.append(Problem(max(1, line), clean_line(message)))

    def _attempt(self, make: Callable[[], _T], line: int) -> _T | None:
        try:
            return make()
        except LessonError as error:
            self._complain(error.line or line, str(error))
            return None

    # Steps ----------------------------------------------------------------------------

    def _steps(self, sections: list[Section]) -> Iterator[Step]:
        groups: list[list[Section]] = []
        for section in sections:
            if section.level == 2:
                groups.append([section])
            elif groups:
                groups[-1].append(section)
            else:
                self._complain(section.line, "a part of a step, but there is no step above it")
        for group in groups:
            yield self._step(group[0], group[1:])

    def _step(self, head: Section, parts: list[Section]) -> Step:
        found = self._by_key(head, STEP_KEYS)
        look, only = self._look(found["look"])
        step = Step(
            head.title,
            head.line,
            self._text(head),
            go=self._moves(found["go"]),
            look=look,
            only=only,
            keep=tuple(filter(None, (self._kept(*each) for each in found["keep"]))),
            needs=tuple(filter(None, (self._need(*each) for each in found["needs"]))),
        )
        if not head.title:
            self._complain(head.line, "a step needs a title behind its ##")
        if not head.body:
            self._complain(head.line, "this step says nothing; write a sentence below it")
        question: Question | None = None
        for part in parts:
            word, _, rest = part.title.partition(":")
            name = word.strip().lower()
            if name == "ask":
                if question is not None:
                    self._complain(part.line, "a step asks one question; begin another step")
                question = self._question(part, rest.strip().lower())
            elif question is None:
                self._complain(part.line, f"{shown(part.title)} before the question of this step")
            elif part.items:
                self._complain(
                    part.items[0][2], f"no instructions belong below {shown(part.title)}"
                )
            else:
                question = self._added(question, name, rest.strip(), part)
        if question is not None and not question.why.source:
            self._complain(question.line, "the question has no ### Why, which explains its answer")
        return replace(step, question=question)

    def _added(self, question: Question, name: str, rest: str, part: Section) -> Question:
        """A question with another of its parts."""
        text = self._text(part)
        if not text.source:
            self._complain(part.line, f"there is no text below {shown(part.title)}")
        if name == "hint" and not rest:
            return replace(question, hints=(*question.hints, text))
        if name == "why" and not rest:
            return replace(question, why=text)
        if name == "if" and rest and question.kind is Kind.NUMBER:
            about = self._expression(rest, part.line)
            if about is not None:
                return replace(question, remarks=(*question.remarks, Remark(about, text)))
            return question
        if name == "if":
            message = "### If: takes a number, and belongs to a question for a number"
            self._complain(part.line, message)
            return question
        known = "### Ask: KIND, ### Hint, ### Why and ### If: NUMBER"
        self._complain(part.line, f"{shown(part.title)} is not a part of a step; there are {known}")
        return question

    def _question(self, part: Section, kind_name: str) -> Question:
        found = self._by_key(part, QUESTION_KEYS)
        if kind_name not in set(Kind):
            message = f"{shown(kind_name)} cannot be asked for; one can ask for {', '.join(Kind)}"
            self._complain(part.line, message)
            return Question(Kind.CHOICE, _UNREAD, part.line, why=_UNREAD)
        kind = Kind(kind_name)
        prompt = part.body
        choices: tuple[Choice, ...] = ()
        if kind is Kind.CHOICE:
            prompt, choices = self._choices(part)
        text = self._attempt(lambda: Text(prompt, part.body_line), part.line) or _UNREAD
        if not text.source:
            self._complain(part.line, "the question is missing; write it below its heading")
        answer, code = self._answer(kind, found, part.line)
        return Question(
            kind,
            text,
            part.line,
            answer=answer,
            within=self._within(kind, found["within"], part.line),
            healed=self._healed(kind, found["healed"]),
            choices=choices,
            code=code,
            then=self._moves(found["then"]),
        )

    def _answer(
        self, kind: Kind, found: dict[str, list[tuple[str, int]]], line: int
    ) -> tuple[Expression | None, str]:
        key = {Kind.NUMBER: "answer", Kind.LINE: "answer", Kind.SIGN: "of", Kind.CHANGE: "of"}.get(
            kind
        )
        for other in ("answer", "of"):
            if other != key and found[other]:
                self._complain(found[other][0][1], f"{other}: does not belong to {kind}")
        if key is None:
            return None, ""
        if not found[key]:
            self._complain(line, f"the question needs an instruction `- {key}: ...`")
            return None, ""
        text, at = found[key][0]
        if kind is Kind.LINE:
            return None, text.strip("`")
        return self._expression(text, at), ""

    def _within(self, kind: Kind, found: list[tuple[str, int]], line: int) -> Tolerance | None:
        if kind is not Kind.NUMBER:
            if found:
                self._complain(found[0][1], f"within: does not belong to {kind}")
            return None
        if not found:
            self._complain(line, "the question needs `- within: 0.01`, or `- within: 1 %`")
            return None
        text, at = found[0]
        match = re.fullmatch(r"(\d+(?:\.\d+)?(?:e-?\d+)?)\s*(%?)", text, re.ASCII)
        if match is None or not math.isfinite(float(match[1])):
            self._complain(at, f"within: {shown(text)} is not allowed; it takes 0.01, or 1 %")
            return None
        size = float(match[1])
        return Tolerance(text, size / 100 if match[2] else size, relative=bool(match[2]))

    def _healed(self, kind: Kind, found: list[tuple[str, int]]) -> Expression | None:
        if not found:
            return None
        text, line = found[0]
        if kind is not Kind.BUG:
            self._complain(line, f"healed: does not belong to {kind}")
        return self._expression(text, line)

    def _choices(self, part: Section) -> tuple[str, tuple[Choice, ...]]:
        """The text above the list of answers, and the answers."""
        lines = part.body.split("\n")
        first = next((n for n, line in enumerate(lines) if re.match(r"[-*] \[", line)), len(lines))
        found: list[Choice] = []
        for number, line in enumerate(lines[first:], part.body_line + first):
            if not line.strip():
                continue
            inside, answer = _split_answer(line)
            if not answer:
                self._complain(number, "an answer stands in one line: - [x] it, or - [ ] it")
            inside = {"": "0 > 1", "x": "1 > 0", "X": "1 > 0"}.get(inside, inside)
            right = self._expression(inside, number) or _UNREAD_CONDITION
            text = self._attempt(lambda a=answer, n=number: Text(a, n), number) or _UNREAD  # type: ignore[misc]
            found.append(Choice(text, right))
        if not 2 <= len(found) <= len(LETTERS):
            self._complain(part.line, "a choice needs two to six lines of - [ ] or - [x]")
        elif not any(choice.right.text != "0 > 1" for choice in found):
            self._complain(part.line, "none of the answers is the right one; mark it - [x]")
        return "\n".join(lines[:first]).strip(), tuple(found)

    # Instructions ---------------------------------------------------------------------

    def _by_key(self, section: Section, keys: tuple[str, ...]) -> dict[str, list[tuple[str, int]]]:
        found: dict[str, list[tuple[str, int]]] = {key: [] for key in keys}
        for key, value, line in section.items:
            if key not in keys:
                self._complain(
                    line, f"{shown(key)} is not an instruction here; there are {', '.join(keys)}"
                )
            elif not value:
                self._complain(line, f"{key}: needs a value")
            else:
                found[key].append((value, line))
        return found

    def _moves(self, found: list[tuple[str, int]]) -> tuple[Move, ...]:
        moves = [self._attempt(lambda e=each: parse_move(*e), each[1]) for each in found]  # type: ignore[misc]
        return tuple(move for move in moves if move is not None)

    def _look(self, found: list[tuple[str, int]]) -> tuple[tuple[str, ...], bool]:
        if not found:
            return ("code",), False
        text, line = found[0]
        only = text.startswith("only ")
        panes = tuple(each.strip() for each in text.removeprefix("only ").split(","))
        for pane in panes:
            if pane not in PANES:
                self._complain(line, f"{shown(pane)} is not a pane; there are {', '.join(PANES)}")
        return tuple(each for each in panes if each in PANES), only

    def _kept(self, text: str, line: int) -> tuple[str, Expression] | None:
        match = re.fullmatch(r"([a-z]\w*)\s*=\s*(.+)", text)
        if match is None:
            self._complain(line, f"keep: {shown(text)} is not allowed; it takes NAME = EXPRESSION")
            return None
        if is_taken(match[1]):
            self._complain(line, f"keep: {match[1]!r} means something already; take another name")
            return None
        expression = self._expression(match[2], line)
        return (match[1], expression) if expression else None

    def _need(self, text: str, line: int) -> Need | None:
        condition, _, reason = text.partition(", or ")
        if not reason:
            self._complain(line, "needs: takes CONDITION, or WHY IT CANNOT GO ON")
            return None
        expression = self._expression(condition, line)
        return Need(expression, reason[0].upper() + reason[1:]) if expression else None

    def _expression(self, text: str, line: int) -> Expression | None:
        return self._attempt(lambda: Expression(text.strip().strip("`"), line), line)

    def _text(self, section: Section) -> Text:
        read = self._attempt(lambda: Text(section.body, section.body_line), section.line)
        return _UNREAD if read is None else read


def _split_answer(line: str) -> tuple[str, str]:
    """What stands in the brackets of an answer, and the answer; empty where it is none."""
    depth = 0
    for at, character in enumerate(line):
        depth += (character == "[") - (character == "]")
        if character == "]" and not depth:
            return line[line.index("[") + 1 : at].strip(), line[at + 1 :].strip()
    return "", ""
