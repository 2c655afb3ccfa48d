"""Reading a lesson from Markdown. What is wrong with a file is found line by line, all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from markdown_it import MarkdownIt

from gdtui.lessons.edits import Edit
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression, Text
from gdtui.lessons.lesson import (
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

_MAX_BYTES = 200_000
_T = TypeVar("_T")


@dataclass(frozen=True)
class Problem:
    """Something wrong with a lesson's file.

    Attributes:
        line: the line, counted from 1.
        message: what is wrong with it, and what would be right.
    """

    line: int
    message: str


class LessonFileError(LessonError):
    """A file is not a lesson.

    Attributes:
        problems: all that is wrong with it, by line.
    """

    def __init__(self, path: Path, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda each: each.line)
        first = self.problems[0]
        more = len(problems) - 1
        others = f" (and {more} more; see `gdtui lessons --check`)" if more else ""
        super().__init__(f"{path}, line {first.line}: {first.message}{others}", first.line)


def read_lesson(path: Path) -> Lesson:
    """The lesson in a file.

    Raises:
        LessonFileError: it is none.
        LessonError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
        if len(data) > _MAX_BYTES:
            raise LessonError(
                f"{path}: too large for a lesson; at most {_MAX_BYTES} bytes are read"
            )
        text = data.decode("utf-8")
    except FileNotFoundError:
        raise LessonError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise LessonError(f"{path}: this is a folder; give the path of a .md file") from None
    except OSError as error:
        raise LessonError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise LessonError(f"{path}: not UTF-8, in line {line}") from None
    return parse_lesson(text, path)


def parse_lesson(text: str, path: Path) -> Lesson:
    """The lesson that a text makes.

    Raises:
        LessonFileError: it makes none.
    """
    reader = _Reader(text.replace("\r\n", "\n").removeprefix("\ufeff"), path)
    lesson = reader.lesson()
    if reader.problems:
        raise LessonFileError(path, reader.problems)
    return lesson


@dataclass
class _Section:
    """A heading and what stands below it, up to the next heading.

    Attributes:
        level: 2 for a step, 3 for a part of one.
        title: the heading.
        line: its line.
        items: the instructions: the items of a list of `key: value`, with their lines.
        body: the rest.
        body_line: the line where that begins.
    """

    level: int
    title: str
    line: int
    items: list[tuple[str, str, int]]
    body: str
    body_line: int


_KEYS = {
    "step": ("go", "look", "keep", "needs"),
    "ask": ("answer", "within", "of", "healed", "then"),
}
_ALL_KEYS = frozenset(key for keys in _KEYS.values() for key in keys)
_ITEM = re.compile(r"([a-z]+):(?:\s+(.*))?$", re.DOTALL)


class _Reader:
    """Reads one text."""

    def __init__(self, text: str, path: Path) -> None:
        self.problems: list[Problem] = []
        self._path = path
        self._lines = text.split("\n")

    def lesson(self) -> Lesson:
        """The lesson, as far as it could be read."""
        front, begin = self._front()
        sections = list(self._sections(begin))
        steps = list(self._steps(sections))
        if not steps:
            self._complain(begin, "a lesson needs a step: a heading that begins with ##")
        return Lesson(
            name=self._path.stem,
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
        self.problems.append(Problem(max(1, line), message))

    def _attempt(self, make: Callable[[], _T], line: int) -> _T | None:
        try:
            return make()
        except LessonError as error:
            self._complain(error.line or line, str(error))
            return None

    # What stands before the first step ------------------------------------------------

    def _front(self) -> tuple[dict[str, Any], int]:
        """What stands between the first two lines of ---, and the line below them."""
        if self._lines[0].strip() != "---":
            self._complain(1, "a lesson begins with a line ---, then its title and stage")
            return {}, 1
        end = next((n for n, line in enumerate(self._lines[1:], 1) if line.strip() == "---"), 0)
        if not end:
            self._complain(1, "the line --- that ends the front matter is missing")
            return {}, 1
        try:
            root = yaml.compose("\n".join(["", *self._lines[1:end]]), Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self._complain(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}")
            return {}, end + 1
        if not isinstance(root, yaml.MappingNode):
            self._complain(2, "the front matter is lines of `name: value`, such as `title: ...`")
            return {}, end + 1
        found: dict[str, Any] = {}
        for key, value in root.value:
            self._front_item(found, str(key.value), value, key.start_mark.line + 1)
        if not found.get("title"):
            self._complain(1, "the title is missing: `title: ...`")
        return found, end + 1

    def _front_item(self, found: dict[str, Any], key: str, node: Any, line: int) -> None:
        value = _plain_yaml(node)
        if key in ("title", "stage") and isinstance(value, str | int):
            found[key] = str(value)
        elif key == "minutes" and isinstance(value, int) and 0 < value < 600:
            found[key] = value
        elif key == "settings" and isinstance(value, dict):
            found[key] = {str(name): each for name, each in value.items()}
        elif key == "edit" and isinstance(value, list):
            found[key] = self._edits(value, line)
        elif key == "edits" and isinstance(value, dict):
            found[key] = {
                str(name): self._edits(each if isinstance(each, list) else [each], line)
                for name, each in value.items()
            }
        elif key in _TAKES:
            self._complain(line, f"{key}: {value!r} is not allowed; it takes {_TAKES[key]}")
        else:
            self._complain(line, f"{key!r} is not known; there are {', '.join(_TAKES)}")

    def _edits(self, values: list[object], line: int) -> tuple[Edit, ...]:
        return tuple(filter(None, (self._edit(each, line) for each in values)))

    def _edit(self, value: object, line: int) -> Edit | None:
        if not isinstance(value, dict) or set(value) != {"find", "put"}:
            self._complain(line, f"edit: {value!r} is not allowed; it takes {_TAKES['edit']}")
            return None
        find, put = (str(value[key] or "").rstrip("\n") for key in ("find", "put"))
        if not find.strip():
            self._complain(line, "edit: find is empty; it takes a line of the script")
            return None
        return Edit(tuple(find.split("\n")), tuple(put.split("\n")) if put else (), line)

    # Sections -------------------------------------------------------------------------

    def _sections(self, begin: int) -> Iterator[_Section]:
        """The headings of levels 2 and 3, with what stands below them."""
        body = "\n".join(self._lines[begin:])
        tokens = MarkdownIt("commonmark").parse(body)
        heads = [
            at
            for at, token in enumerate(tokens)
            if token.type == "heading_open" and token.level == 0 and token.tag in ("h2", "h3")
        ]
        for token in tokens:
            if token.type == "heading_open" and token.level == 0 and token.tag not in ("h2", "h3"):
                line = begin + (token.map or [0])[0] + 1
                self._complain(line, "headings are ## for a step and ### for a part of it")
        if self._text_before(tokens, heads):
            self._complain(begin + 1, "the text above the first step belongs to no step")
        ends = [*heads[1:], len(tokens)]
        for head, end in zip(heads, ends, strict=True):
            yield self._section(tokens[head:end], begin, tokens[end] if end < len(tokens) else None)

    @staticmethod
    def _text_before(tokens: list[Any], heads: list[int]) -> bool:
        return bool(tokens) and (not heads or heads[0] > 0) and tokens[0].type != "heading_open"

    def _section(self, tokens: list[Any], begin: int, following: Any) -> _Section:
        head = tokens[0]
        start = head.map[1]
        stop = following.map[0] if following else len(self._lines) - begin
        lines = self._lines[begin + start : begin + stop]
        items: list[tuple[str, str, int]] = []
        for token, text in self._items(tokens):
            match = _ITEM.match(text)
            below_heading = token.map[0] <= start or not "".join(lines[: token.map[0] - start])
            # Elsewhere than below the heading, an item of another kind is part of the text.
            if match is None or not (below_heading or match[1] in _ALL_KEYS):
                continue
            items.append((match[1], (match[2] or "").strip(), begin + token.map[0] + 1))
            lines[token.map[0] - start : token.map[1] - start] = [""] * (
                token.map[1] - token.map[0]
            )
        body = "\n".join(lines)
        blank = len(body) - len(body.lstrip("\n"))
        return _Section(
            int(head.tag[1]),
            tokens[1].content.strip(),
            begin + head.map[0] + 1,
            items,
            body.strip(),
            begin + start + blank + 1,
        )

    @staticmethod
    def _items(tokens: list[Any]) -> Iterator[tuple[Any, str]]:
        """The items of the lists, each with its text."""
        item = None
        for token in tokens:
            if token.type == "list_item_open" and token.level == 1:
                item = token
            elif token.type == "inline" and item is not None:
                yield item, token.content
                item = None

    # Steps ----------------------------------------------------------------------------

    def _steps(self, sections: list[_Section]) -> Iterator[Step]:
        groups: list[list[_Section]] = []
        for section in sections:
            if section.level == 2:
                groups.append([section])
            elif groups:
                groups[-1].append(section)
            else:
                self._complain(section.line, "a part of a step, but there is no step above it")
        for group in groups:
            yield self._step(group[0], group[1:])

    def _step(self, head: _Section, parts: list[_Section]) -> Step:
        found = self._by_key(head, "step")
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
                self._complain(part.line, f"{part.title!r} before the question of this step")
            elif part.items:
                self._complain(part.items[0][2], f"no instructions belong below {part.title!r}")
            else:
                question = self._added(question, name, rest.strip(), part)
        if question is not None and not question.why.source:
            self._complain(question.line, "the question has no ### Why, which explains its answer")
        return replace(step, question=question)

    def _added(self, question: Question, name: str, rest: str, part: _Section) -> Question:
        """A question with another of its parts."""
        text = self._text(part)
        if not text.source:
            self._complain(part.line, f"there is no text below {part.title!r}")
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
        self._complain(part.line, f"{part.title!r} is not a part of a step; there are {known}")
        return question

    def _question(self, part: _Section, kind_name: str) -> Question:
        found = self._by_key(part, "ask")
        if kind_name not in set(Kind):
            message = f"{kind_name!r} cannot be asked for; one can ask for {', '.join(Kind)}"
            self._complain(part.line, message)
            return Question(Kind.CHOICE, Text(""), part.line, why=Text("."))
        kind = Kind(kind_name)
        prompt = part.body
        choices: tuple[Choice, ...] = ()
        if kind is Kind.CHOICE:
            prompt, choices = self._choices(part)
        text = self._attempt(lambda: Text(prompt, part.body_line), part.line) or Text("")
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
        match = re.fullmatch(r"(\d+(?:\.\d+)?(?:e-?\d+)?)\s*(%?)", text)
        if match is None:
            self._complain(at, f"within: {text!r} is not allowed; it takes 0.01, or 1 %")
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

    def _choices(self, part: _Section) -> tuple[str, tuple[Choice, ...]]:
        """The text above the list of answers, and the answers."""
        lines = part.body.split("\n")
        first = next((n for n, line in enumerate(lines) if re.match(r"[-*] \[", line)), len(lines))
        found: list[Choice] = []
        for number, line in enumerate(lines[first:], part.body_line + first):
            match = re.match(r"[-*] \[(.*?)\] +(\S.*)$", line)
            if match is None:
                if line.strip():
                    self._complain(number, "an answer stands in one line: - [x] it, or - [ ] it")
                continue
            inside = {"": "0 > 1", "x": "1 > 0", "X": "1 > 0"}.get(match[1].strip(), match[1])
            right = self._expression(inside, number)
            text = self._attempt(lambda m=match, n=number: Text(m[2], n), number)  # type: ignore[misc]
            if right is not None and text is not None:
                found.append(Choice(text, right))
        if not 2 <= len(found) <= 6:
            self._complain(part.line, "a choice needs two to six lines of - [ ] or - [x]")
        elif not any(choice.right.text != "0 > 1" for choice in found):
            self._complain(part.line, "none of the answers is the right one; mark it - [x]")
        return "\n".join(lines[:first]).strip(), tuple(found)

    # Instructions ---------------------------------------------------------------------

    def _by_key(self, section: _Section, kind: str) -> dict[str, list[tuple[str, int]]]:
        keys = _KEYS[kind]
        found: dict[str, list[tuple[str, int]]] = {key: [] for key in keys}
        for key, value, line in section.items:
            if key not in keys:
                self._complain(
                    line, f"{key!r} is not an instruction here; there are {', '.join(keys)}"
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
                self._complain(line, f"{pane!r} is not a pane; there are {', '.join(PANES)}")
        return tuple(each for each in panes if each in PANES), only

    def _kept(self, text: str, line: int) -> tuple[str, Expression] | None:
        match = re.fullmatch(r"([a-z]\w*)\s*=\s*(.+)", text)
        if match is None:
            self._complain(line, f"keep: {text!r} is not allowed; it takes NAME = EXPRESSION")
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

    def _text(self, section: _Section) -> Text:
        return self._attempt(lambda: Text(section.body, section.body_line), section.line) or Text(
            ""
        )


_TAKES = {
    "title": "a text",
    "stage": "a stage's name, or the path of a .py file beside the lesson",
    "settings": "lines of `name: value`",
    "minutes": "a whole number",
    "edit": "a list of find: and put:, each a line of the script or several",
    "edits": "names, each with such a list, for the move `edit NAME`",
}


def _plain_yaml(node: Any) -> object:
    """The value of a YAML node; a word that YAML would take for a date or so stays a word."""
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    except (yaml.YAMLError, ValueError):
        return str(node.value)
    finally:
        loader.dispose()
