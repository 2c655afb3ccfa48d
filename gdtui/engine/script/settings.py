"""The settings of a script: its top-level ``name = literal`` assignments, and those at the head of
the function that trains.

A setting is found in the script's text, checked against what it may be, and changed by
replacing that one literal in the text.
"""

from __future__ import annotations

import ast
import io
import math
import re
import tokenize
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from gdtui.engine.errors import SettingError
from gdtui.engine.parsing import literal
from gdtui.engine.script.literals import (
    EPOCHS,
    LEARNING_RATES,
    assigned_literals,
    literals_in_place,
    local_literals,
    value_of,
)
from gdtui.engine.script.syntax import Function

__all__ = ["EPOCHS", "LEARNING_RATES", "MAX_EPOCHS", "Setting", "find_settings"]

MAX_EPOCHS = 10_000_000
"""The most epochs a setting may ask for. Ten million rows of three numbers take 240 MB."""

_MAX_SHOWN = 60
_NUMBER = (int, float)


@dataclass(frozen=True)
class Setting:
    """One literal of a script that a learner may change.

    ``start`` and ``end`` count characters in the script's text, from 0; ``line`` counts
    from 1. ``choices`` is empty unless the comment lists quoted alternatives.
    """

    name: str
    value: object
    line: int
    comment: str
    start: int
    end: int
    choices: tuple[object, ...] = ()

    @property
    def type_name(self) -> str:
        """The type of the value as a word: ``float``, ``list``, ``None``."""
        return "None" if self.value is None else type(self.value).__name__

    @property
    def allowed(self) -> str:
        """What this setting takes, in words."""
        return _rule_for(self)[1]

    def check(self, value: object) -> object:
        """The value as it will stand in the script: a whole number becomes a float where a
        float stands now.

        Raises:
            SettingError: the value is not one that this setting takes.
        """
        rule, allowed = _rule_for(self)
        try:
            checked = rule(value)
            # What repr() cannot write, Python could not read back.
            if literal(repr(checked)) != checked:
                raise ValueError
        except (ValueError, TypeError, OverflowError, SyntaxError):
            raise SettingError(
                f"setting {self.name}: {shown(value)} is not allowed; it takes {allowed}"
            ) from None
        return checked

    def literal(self, value: object, present: str) -> str:
        """The Python literal for a checked value, quoted as the ``present`` literal is."""
        if value == self.value and type(value) is type(self.value):
            return present
        text = repr(value)
        if present.startswith('"') and text.startswith("'") and '"' not in text:
            return f'"{text[1:-1]}"'
        return text


def find_settings(
    tree: ast.Module,
    text: str,
    *,
    before_line: int,
    function: Function | None = None,
    loop_line: int = 0,
    turns: ast.expr | None = None,
) -> tuple[Setting, ...]:
    """The settings of a parsed script, in the order of the text.

    Where a name is assigned several literals, the last one above ``before_line`` (the
    training loop, or the statement that leads to it) counts, since that is the one the loop sees.
    In the ``function`` that the loop stands in, those count that stand above ``loop_line`` and are
    the name's only value there; they hide global names. Values that stand where they are used
    have the name of their place, where nothing else has it: ``lr`` in ``SGD(w, lr=0.1)``, and
    ``epochs`` for the literal in ``turns``, what the loop goes through, such as ``range(20)``.
    """
    offsets = LineOffsets(text)
    comments = _comments(text)
    found: dict[str, Setting] = {}
    of_function = list(local_literals(function, loop_line)) if function else []
    in_place = list(literals_in_place(tree, turns))
    for name, node in [*assigned_literals(tree.body), *of_function, *in_place]:
        is_late = node.lineno >= before_line and (name, node) not in of_function
        if name in found and (is_late or (name, node) in in_place):
            continue
        try:
            value = value_of(node)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            continue
        comment = _comment_for(node, comments)
        found.pop(name, None)
        found[name] = Setting(
            name=name,
            value=value,
            line=node.lineno,
            comment=comment,
            start=offsets.at(node.lineno, node.col_offset),
            end=offsets.at(node.end_lineno or 0, node.end_col_offset or 0),
            choices=_choices(comment, value),
        )
    ordered = sorted(found.values(), key=lambda setting: setting.start)
    # Of a dict whose entries are settings, only these are.
    behind = [*(each.end for each in ordered[1:]), len(text) + 1][: len(ordered)]
    return tuple(each for each, end in zip(ordered, behind, strict=True) if end > each.end)


def replace_literals(text: str, settings: Iterable[Setting], values: Mapping[str, object]) -> str:
    """The text with the literals of the named settings replaced, and nothing else changed.

    Raises:
        SettingError: a name is not a setting, a value is not allowed, or two settings that
            belong together no longer match.
    """
    # From the end of the text backwards, so that earlier positions stay right.
    for setting, new in reversed(new_literals(text, settings, values)):
        text = text[: setting.start] + new + text[setting.end :]
    return text


def new_literals(
    text: str, settings: Iterable[Setting], values: Mapping[str, object]
) -> list[tuple[Setting, str]]:
    """The named settings, in the order of the text, each with the literal for its new value.

    Raises:
        SettingError: as :func:`replace_literals` does.
    """
    by_name = {setting.name: setting for setting in settings}
    checked: dict[str, object] = {}
    for name, value in values.items():
        if name not in by_name:
            raise SettingError(_unknown(name, by_name))
        checked[name] = by_name[name].check(value)
    _check_pair({name: setting.value for name, setting in by_name.items()} | checked)
    changed = sorted((by_name[name] for name in checked), key=lambda setting: setting.start)
    return [
        (each, each.literal(checked[each.name], text[each.start : each.end])) for each in changed
    ]


def are_classes(targets: object) -> bool:
    """Whether targets are those of two classes, 0 and 1."""
    return isinstance(targets, list | tuple) and all(each in (0, 1) for each in targets)


def parse_value(name: str, text: str) -> object:
    """The value that a learner typed for a setting: a Python literal, or else a string of the
    words themselves.

    Raises:
        SettingError: the text starts like a number, a list or a quoted word but is not one.
    """
    stripped = text.strip()
    try:
        return literal(stripped)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        if re.match(r"[\[({'\"]|[+-]?\.?\d", stripped):
            raise SettingError(
                f"setting {name}: {shown(stripped)} is not a Python literal; "
                'write a number, a list like [1, 2, 3], a quoted "word" or None'
            ) from None
        return stripped


def split_lines(text: str) -> list[str]:
    """The lines of a script, each with its ending, numbered as Python numbers them.

    ``str.splitlines`` would also split at form feeds and other separators.
    """
    return re.split("(?<=\n)|(?<=\r)(?!\n)", text)


# Finding literals ---------------------------------------------------------------------


class LineOffsets:
    """Turns a line and a UTF-8 column, which is what ``ast`` gives, into a character offset."""

    def __init__(self, text: str) -> None:
        self._lines = split_lines(text)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def at(self, line: int, column: int) -> int:
        if column == 0:
            return self._starts[line - 1]
        before = self._lines[line - 1].encode()[:column]
        return self._starts[line - 1] + len(before.decode())


def _comments(text: str) -> dict[int, tuple[str, bool]]:
    """Line -> (comment without its mark, whether it has the line to itself)."""
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(text, newline=None).readline):
            if token.type == tokenize.COMMENT:
                alone = not token.line[: token.start[1]].strip()
                found[token.start[0]] = (token.string.lstrip("#").strip(), alone)
    except (tokenize.TokenError, SyntaxError):
        # The tokenize module is stricter than the parser about a few odd layouts. The
        # settings are there all the same, only the later ones without their comments.
        pass
    return found


def _comment_for(node: ast.expr, comments: Mapping[int, tuple[str, bool]]) -> str:
    """The comment behind the literal, or else the block of comments right above it."""
    beside = comments.get(node.end_lineno or node.lineno)
    if beside:
        return beside[0]
    block: list[str] = []
    line = node.lineno - 1
    while line in comments and comments[line][1]:
        block.insert(0, comments[line][0])
        line -= 1
    return " ".join(block)


def _choices(comment: str, value: object) -> tuple[object, ...]:
    """The alternatives that a comment quotes, if the present value is among them."""
    quoted = re.findall(r"\"([^\"]*)\"|(?<!\w)'([^']*)'(?!\w)", comment)
    choices = tuple(first or second for first, second in quoted)
    return choices if len(choices) > 1 and value in choices else ()


# What a setting may be ----------------------------------------------------------------

Rule = Callable[[object], object]


def _refuse() -> NoReturn:
    raise ValueError


def _whole(low: int, high: int) -> Rule:
    def rule(value: object) -> object:
        if type(value) is not int or not low <= value <= high:
            _refuse()
        return value

    return rule


def _finite(value: object) -> float | int:
    if type(value) not in _NUMBER or not math.isfinite(value):  # type: ignore[arg-type]
        _refuse()
    return value  # type: ignore[return-value]


def _finite_float(value: object) -> float:
    number = float(_finite(value))
    return number if math.isfinite(number) else _refuse()


def _numbers(value: object) -> object:
    if type(value) not in (list, tuple):
        _refuse()
    for each in value:  # type: ignore[attr-defined]
        _finite(each)
    return value


def _samples(value: object) -> object:
    return _numbers(value) if value else _refuse()


def _same_type(present: object) -> Rule:
    return lambda value: value if type(value) is type(present) else _refuse()


def _one_of(choices: tuple[object, ...]) -> Rule:
    return lambda value: value if value in choices else _refuse()


def _rule_for(setting: Setting) -> tuple[Rule, str]:
    """The rule for a setting and the rule in words, by its choices, its name or its value."""
    name, value = setting.name, setting.value
    if setting.choices:
        return _one_of(setting.choices), " or ".join(f'"{each}"' for each in setting.choices)
    if name in EPOCHS and type(value) is int:
        return _whole(1, MAX_EPOCHS), f"a whole number from 1 to {MAX_EPOCHS}"
    if name == "print_every" and type(value) is int:
        return _whole(1, 10**9), "a whole number from 1 to 1000000000"
    if name == "batch_size" and type(value) is int:
        return _whole(1, 10**9), "a whole number of samples from 1"
    if name == "batch_seed" and type(value) is int:
        return _whole(0, 2**32 - 1), f"a whole number from 0 to {2**32 - 1}"
    if name == "seed" and (value is None or type(value) is int):
        whole = _whole(0, 2**32 - 1)
        return (
            lambda new: new if new is None else whole(new),
            f"None or a whole number from 0 to {2**32 - 1}",
        )
    if name in ("inputs", "targets") and isinstance(value, (list, tuple)):
        return _samples, "a list of at least one finite number, such as [1, 2, 3]"
    if type(value) is float or (type(value) is int and name in LEARNING_RATES):
        return _finite_float, "a finite number, such as 0.01"
    if value is None:
        return lambda new: new, "any Python literal"
    if type(value) is bool:
        return _same_type(value), "True or False"
    if type(value) is int:
        return _same_type(value), "a whole number, such as 10"
    if isinstance(value, (list, tuple)) and value and all(type(v) in _NUMBER for v in value):
        return _numbers, "a list of finite numbers, such as [1, 2, 3]"
    article = "an" if setting.type_name[0] in "aeiou" else "a"
    return _same_type(value), f"{article} {setting.type_name}, as {shown(value)} is"


def _check_pair(values: Mapping[str, object]) -> None:
    inputs, targets = values.get("inputs"), values.get("targets")
    if not isinstance(inputs, (list, tuple)) or not isinstance(targets, (list, tuple)):
        return
    if len(inputs) != len(targets):
        raise SettingError(
            f"settings inputs and targets: {len(inputs)} inputs and {len(targets)} targets "
            "do not go together; each input needs one target"
        )


def _unknown(name: str, settings: Mapping[str, Setting]) -> str:
    if not settings:
        return f"unknown setting {name!r}; this script has none"
    return f"unknown setting {name!r}; the settings are {', '.join(settings)}"


def shown(value: object) -> str:
    """A value for a message: one line, cut where it is long."""
    try:
        text = repr(value)
    except ValueError:  # an int with more digits than Python prints
        text = "a number with thousands of digits"
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 3] + "..."
