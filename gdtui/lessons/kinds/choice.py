"""A question with the answers that a lesson lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Self

from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression, Text
from gdtui.lessons.kinds.kind import Asked
from gdtui.lessons.kinds.options import LETTERS, OptionKind
from gdtui.lessons.kinds.source import QuestionSource
from gdtui.lessons.snapshot import Snapshot

_ALWAYS, _NEVER = "1 > 0", "0 > 1"


@dataclass(frozen=True)
class Option:
    """One of the answers.

    Attributes:
        text: the answer.
        right: the condition under which it is right.
    """

    text: Text
    right: Expression


@dataclass(frozen=True)
class ChoiceQuestion(OptionKind):
    """A question with the answers that a lesson lists.

    Attributes:
        listed: the answers.
    """

    name: ClassVar[str] = "choice"

    listed: tuple[Option, ...]

    @classmethod
    def parse(cls, source: QuestionSource) -> Self:
        """Takes the list of answers away from the text of the question."""
        lines = source.prompt.split("\n")
        first = next((n for n, line in enumerate(lines) if re.match(r"[-*] \[", line)), len(lines))
        source.prompt = "\n".join(lines[:first]).strip()
        found = [
            _option(source, line, number)
            for number, line in enumerate(lines[first:], source.prompt_line + first)
            if line.strip()
        ]
        if not 2 <= len(found) <= len(LETTERS):
            source.complain(source.line, "a choice needs two to six lines of - [ ] or - [x]")
        elif all(option.right.text == _NEVER for option in found):
            source.complain(source.line, "none of the answers is the right one; mark it - [x]")
        return cls(tuple(found), line=source.line)

    def options(self, snapshot: Snapshot) -> list[str]:
        return [option.text.fill(snapshot.names) for option in self.listed]

    def right_places(self, asked: Asked, now: Snapshot) -> list[int]:
        right = [at for at, option in enumerate(self.listed) if option.right.holds(now.names)]
        if not right:
            raise LessonError("none of the answers is right for this run", self.line)
        return right


def _option(source: QuestionSource, text: str, line: int) -> Option:
    inside, answer = _split(text)
    if not answer:
        source.complain(line, "write an answer in one line: - [x] it, or - [ ] it")
    condition = {"": _NEVER, "x": _ALWAYS, "X": _ALWAYS}.get(inside, inside)
    right = source.expression((condition, line))
    return Option(source.text(answer, line), right)


def _split(text: str) -> tuple[str, str]:
    """What stands in the brackets of an answer, and the answer; both empty where it is none."""
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "[") - (character == "]")
        if character == "]" and not depth:
            return text[text.index("[") + 1 : at].strip(), text[at + 1 :].strip()
    return "", ""
