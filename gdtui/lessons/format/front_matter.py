"""The front matter of a lesson: the YAML above its first step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import yaml

from gdtui.engine.script.settings import shown
from gdtui.lessons.edits import Edit
from gdtui.lessons.errors import LessonError
from gdtui.lessons.problems import Complain

_TAKES = {
    "title": "a text",
    "stage": "a stage's name, or the path of a .py file beside the lesson",
    "settings": "lines of `name: value`",
    "minutes": "a whole number from 1 to 599",
    "edit": "a list of find: and put:, each a line of the script or several",
    "edits": "names, each with such a list, for the move `edit NAME`",
}
_DEEPEST = 10
"""The deepest nesting of lists and mappings. No setting of a script needs more, and YAML nested
thousands deep would crash the parser."""

_OTHER_LINE_ENDS = dict.fromkeys((0x85, 0x2028, 0x2029), " ")
"""Characters that end a line for YAML, but for nothing else that reads a lesson or counts its
lines."""

_NULL = "tag:yaml.org,2002:null"


class FrontMatter:
    """Reads the front matter; problems go to ``complain``."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain

    def read(self, lines: Sequence[str]) -> tuple[dict[str, Any], int]:
        """The values between the first two lines of ---, by name, and the number of lines they
        take."""
        if lines[0].strip() != "---":
            self._complain(1, "a lesson begins with a line ---, then its title and stage")
            return {}, 0
        end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
        if not end:
            self._complain(1, "the line --- that ends the front matter is missing")
            return {}, 1
        found: dict[str, Any] = {}
        try:
            text = "\n".join(["", *lines[1:end]])
            for each in _entries(_root(text.translate(_OTHER_LINE_ENDS))):
                self._attempt(found, each)
        except LessonError as error:
            self._complain(error.line, str(error))
            return {}, end + 1
        if not found.get("title"):
            self._complain(1, "the title is missing: `title: ...`")
        return found, end + 1

    def _attempt(self, found: dict[str, Any], entry: _Entry) -> None:
        try:
            self._take(found, *entry)
        except LessonError as error:
            self._complain(error.line, str(error))

    def _take(self, found: dict[str, Any], key: str, line: int, node: yaml.Node) -> None:
        if key not in _TAKES:
            raise LessonError(f"{shown(key)} is not known; there are {', '.join(_TAKES)}", line)
        value = _plain(node)
        if key in ("title", "stage") and isinstance(node, yaml.ScalarNode):
            found[key] = " ".join(_words(node).split())
        elif (key == "minutes" and type(value) is int and 0 < value < 600) or (
            key == "settings" and isinstance(value, dict)
        ):
            found[key] = value
        elif key == "edit" and isinstance(node, yaml.SequenceNode):
            found[key] = self._edits(line, node)
        elif key == "edits" and isinstance(node, yaml.MappingNode):
            found[key] = {name: self._edits(line, each) for name, _, each in _entries(node)}
        else:
            raise LessonError(f"{key}: {shown(value)} is not allowed; it takes {_TAKES[key]}", line)

    def _edits(self, line: int, node: yaml.Node) -> tuple[Edit, ...]:
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(filter(None, (self._edit(line, each) for each in nodes)))

    def _edit(self, line: int, node: yaml.Node) -> Edit | None:
        entries = _entries(node) if isinstance(node, yaml.MappingNode) else []
        parts = {name: part for name, _, part in entries}
        texts = [each for each in parts.values() if isinstance(each, yaml.ScalarNode)]
        if parts.keys() != {"find", "put"} or len(texts) != 2:
            said = shown(_plain(node))
            self._complain(line, f"edit: {said} is not allowed; it takes {_TAKES['edit']}")
            return None
        find, put = (_words(parts[key]).rstrip("\n") for key in ("find", "put"))
        if not find.strip():
            self._complain(line, "edit: find is empty; it takes a line of the script")
            return None
        return Edit(tuple(find.split("\n")), tuple(put.split("\n")) if put else (), line)


_Entry = tuple[str, int, yaml.Node]
"""A name, its line, and its value."""


# YAML, and no more of it than a lesson needs --------------------------------------------


def _root(text: str) -> yaml.Node:
    """The mapping in a text.

    Raises:
        LessonError: it is not a mapping, or uses YAML that a lesson may not use.
    """
    try:
        depth = 0
        for event in yaml.parse(text):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent):
                # A few of them can stand for a value without end.
                raise LessonError(
                    "the front matter may not use YAML's aliases, such as *name", line
                )
            if getattr(event, "tag", None) is not None:
                raise LessonError("the front matter may not use YAML's tags, such as !!int", line)
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEEPEST:
                raise LessonError("the front matter is nested too deeply", line)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except LessonError:
        raise
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = text.count("\n", 0, mark.index) + 1 if mark else 1
        raise LessonError(f"this is not YAML: {error.problem}", line) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        name = ascii(chr(error.character))
        raise LessonError(f"this is not YAML: it has a character {name}", line) from None
    except (ValueError, OverflowError) as error:  # the code of a character is out of range
        raise LessonError(f"this is not YAML: {error}", 2) from None
    if not isinstance(root, yaml.MappingNode):
        raise LessonError("the front matter is lines of `name: value`, such as `title: ...`", 2)
    return root


def _entries(mapping: yaml.Node) -> list[_Entry]:
    """The names in a mapping, with their lines and values.

    Raises:
        LessonError: a name is not a word, or occurs twice.
    """
    found: dict[str, _Entry] = {}
    for key, node in mapping.value:
        line = int(key.start_mark.line) + 1
        if not isinstance(key, yaml.ScalarNode):
            raise LessonError("a name in the front matter is a word, such as title", line)
        if key.value in found:
            raise LessonError(f"{shown(key.value)} occurs twice in the front matter", line)
        found[key.value] = (key.value, line, node)
    return list(found.values())


def _plain(node: yaml.Node) -> object:
    """A value in Python: list, mapping by name, number, True, False, None or text. A date for YAML
    stays a text."""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(each) for each in node.value]
    if isinstance(node, yaml.MappingNode):
        return {name: _plain(each) for name, _, each in _entries(node)}
    loader = yaml.SafeLoader("")
    try:
        value = loader.construct_object(node)
    except (ValueError, OverflowError, yaml.YAMLError):
        return node.value  # a date that does not exist, or a number with thousands of digits
    finally:
        loader.dispose()
    return node.value if isinstance(value, date) else value


def _words(node: yaml.Node) -> str:
    """A value as written, whatever its type in YAML; empty for none."""
    return "" if node.tag == _NULL else str(node.value)
