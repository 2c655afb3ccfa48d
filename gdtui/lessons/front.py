"""The front matter of a lesson: what stands in YAML above its first step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from gdtui.lessons.edits import Edit
from gdtui.lessons.problems import Complain

_TAKES = {
    "title": "a text",
    "stage": "a stage's name, or the path of a .py file beside the lesson",
    "settings": "lines of `name: value`",
    "minutes": "a whole number",
    "edit": "a list of find: and put:, each a line of the script or several",
    "edits": "names, each with such a list, for the move `edit NAME`",
}


class FrontMatter:
    """Reads the front matter; what is wrong with it goes to ``complain``."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain

    def read(self, lines: Sequence[str]) -> tuple[dict[str, Any], int]:
        """What stands between the first two lines of ---, by name, and how many lines that
        takes."""
        if lines[0].strip() != "---":
            self._complain(1, "a lesson begins with a line ---, then its title and stage")
            return {}, 0
        end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == "---"), 0)
        if not end:
            self._complain(1, "the line --- that ends the front matter is missing")
            return {}, 1
        try:
            text = "\n".join(["", *lines[1:end]])
            if any(isinstance(each, yaml.AliasEvent) for each in yaml.parse(text)):
                # A few of them can stand for a value without end.
                self._complain(1, "the front matter may not use YAML's aliases, such as *name")
                return {}, end + 1
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except RecursionError:
            self._complain(1, "the front matter is nested too deeply")
            return {}, end + 1
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self._complain(mark.line + 1 if mark else 1, f"this is not YAML: {error.problem}")
            return {}, end + 1
        except yaml.YAMLError as error:
            reason = " ".join(str(error).split())
            self._complain(2, f"this is not YAML: {reason}")
            return {}, end + 1
        if not isinstance(root, yaml.MappingNode):
            self._complain(2, "the front matter is lines of `name: value`, such as `title: ...`")
            return {}, end + 1
        found: dict[str, Any] = {}
        for key, value in root.value:
            self._take(found, str(key.value), value, key.start_mark.line + 1)
        if not found.get("title"):
            self._complain(1, "the title is missing: `title: ...`")
        return found, end + 1

    def _take(self, found: dict[str, Any], key: str, node: Any, line: int) -> None:
        value = _plain_yaml(node)
        if key in ("title", "stage") and isinstance(value, str | int):
            found[key] = str(value)
        elif key == "minutes" and type(value) is int and 0 < value < 600:
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


def _plain_yaml(node: Any) -> object:
    """The value of a YAML node; a word that YAML would take for a date or so stays a word."""
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_object(node, deep=True)
    except Exception:
        # A tag such as !!int in front of a word makes the library fail in many ways.
        return str(node.value)
    finally:
        loader.dispose()
