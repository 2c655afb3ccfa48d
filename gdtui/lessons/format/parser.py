"""Parses a lesson from Markdown, and finds all problems of a file by line."""

from __future__ import annotations

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
from gdtui.lessons.format.front_matter import FrontMatter
from gdtui.lessons.format.lesson import PANES, Lesson, Need, Question, Step
from gdtui.lessons.format.moves import Move, parse_move
from gdtui.lessons.format.sections import STEP_KEYS, Section, Sections
from gdtui.lessons.kinds.choice import ChoiceQuestion
from gdtui.lessons.kinds.kind import Remark
from gdtui.lessons.kinds.source import UNREAD, QuestionSource
from gdtui.lessons.kinds.table import KINDS, instruction_keys
from gdtui.lessons.problems import LessonFileError, Problem
from gdtui.lessons.snapshot import is_taken

_MAX_BYTES = 200_000
_T = TypeVar("_T")


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file.

    Raises:
        LessonFileError: the file is not a lesson.
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
    """The lesson in a text.

    Raises:
        LessonFileError: the text is not a lesson.
    """
    whole = text.removeprefix("\ufeff")
    reader = _LessonReader(whole.replace("\r\n", "\n").replace("\r", "\n"), path)
    lesson = reader.lesson()
    if reader.problems:
        raise LessonFileError(path, reader.problems)
    return lesson


class _LessonReader:
    """Parses one text."""

    def __init__(self, text: str, path: Path) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._lines = text.split("\n")

    def lesson(self) -> Lesson:
        """The lesson, as far as it can be parsed."""
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
            self._complain(head.line, "a step needs a title after its ##")
        if not head.body:
            self._complain(head.line, "this step has no text; write a sentence below it")
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
        """A question with one more part."""
        text = self._text(part)
        if not text.source:
            self._complain(part.line, f"there is no text below {shown(part.title)}")
        if name == "hint" and not rest:
            return replace(question, hints=(*question.hints, text))
        if name == "why" and not rest:
            return replace(question, why=text)
        if name == "if" and rest and question.kind.takes_remarks:
            about = self._expression(rest, part.line)
            if about is None:
                return question
            remarks = (*question.kind.remarks, Remark(about, text))
            return replace(question, kind=replace(question.kind, remarks=remarks))
        if name == "if":
            takers = " or ".join(each.name for each in KINDS.values() if each.takes_remarks)
            message = f"### If: takes a number, and belongs to a question for a {takers}"
            self._complain(part.line, message)
            return question
        known = "### Ask: KIND, ### Hint, ### Why and ### If: NUMBER"
        self._complain(part.line, f"{shown(part.title)} is not a part of a step; there are {known}")
        return question

    def _question(self, part: Section, name: str) -> Question:
        found = self._by_key(part, instruction_keys())
        if name not in KINDS:
            message = f"{shown(name)} is not a kind of question; there are {', '.join(KINDS)}"
            self._complain(part.line, message)
            return Question(ChoiceQuestion((), line=part.line), UNREAD, part.line, why=UNREAD)
        for key, values in found.items():
            if values and key != "then" and key not in KINDS[name].instructions:
                self._complain(values[0][1], f"{key}: does not belong to {name}")
        source = QuestionSource(part.line, part.body, part.body_line, found, self._complain)
        kind = KINDS[name].parse(source)
        prompt = self._attempt(lambda: Text(source.prompt, part.body_line), part.line) or UNREAD
        if not prompt.source:
            self._complain(part.line, "the question is missing; write it below its heading")
        return Question(kind, prompt, part.line, then=self._moves(found["then"]))

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
        return UNREAD if read is None else read
