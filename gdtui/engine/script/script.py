"""A training script as text: what it says of itself, and the same text with other settings."""

from __future__ import annotations

import ast
import difflib
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from gdtui.engine.errors import ScriptError, SettingError
from gdtui.engine.parsing import compile_tree, parse
from gdtui.engine.script.batches import BATCH_SIZE, BatchSetting, find_batch_setting, with_batches
from gdtui.engine.script.branches import left_out
from gdtui.engine.script.class_settings import ClassSetting, find_class_settings
from gdtui.engine.script.files import FileError, read_file
from gdtui.engine.script.finding import find_training_loops
from gdtui.engine.script.loop import Phase, TrainingLoop
from gdtui.engine.script.notebook import (
    MAX_BYTES,
    Cell,
    moved,
    place_of,
    read_notebook,
    skipped_text,
    with_futures_first,
)
from gdtui.engine.script.settings import (
    Setting,
    find_settings,
    new_literals,
    replace_literals,
    shown,
    split_lines,
)
from gdtui.stages import KEYS, STAGES, stage_of

__all__ = ["ROLES", "Phase", "Script", "ScriptError", "Setting", "SettingError"]

ROLES = ("prediction", "gradients", "loss", "parameter updates")
"""What a stage hands over to PyTorch one after another."""

_MAX_BYTES = 1_000_000
_BOM = "\ufeff"
_NOTEBOOK = ".ipynb"


@dataclass(frozen=True)
class Script:
    """A training script: its text, the name and path it goes by, and what it is given to run with.

    Making one parses the text, so a ``Script`` always has a training loop.

    Attributes:
        text: the whole text, with the line endings it came with.
        name: the stage's name or the file's name.
        path: the file name that tracebacks quote and the script sees as ``__file__``.
        cells: of a notebook, where its code cells stand in the text; empty for a plain script.
        skipped: of a notebook, what only IPython runs and is a comment in the text.
        arguments: what it finds in ``sys.argv`` behind its path.

    Raises:
        ScriptError: the text is not Python, or has no training loop.
    """

    text: str
    name: str = "script"
    path: str = "<script>"
    cells: tuple[Cell, ...] = ()
    skipped: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        try:
            # Reports what ast.parse lets through, such as a `return` outside a function.
            compile_tree(self.tree, self.path, warns=True)
            _ = self.loop
        except ScriptError as error:
            raise ScriptError(f"{self.name}: {error}") from None
        except SyntaxError as error:
            where = f", {self.place(error.lineno)}" if error.lineno else ""
            raise ScriptError(f"{self.name}{where}: this is not Python: {error.msg}") from None
        except (RecursionError, MemoryError):
            raise ScriptError(
                f"{self.name}: this is not Python that can be read: it is nested too deeply"
            ) from None
        except (ValueError, OverflowError) as error:
            raise ScriptError(f"{self.name}: this is not Python: {error}") from None

    @classmethod
    def load(cls, name: str) -> Script:
        """A stage by name or number, or a script by its path.

        Raises:
            ScriptError: there is no such stage or file, or the file is not a script.
        """
        found = stage_of(name)
        if found is not None:
            return cls.stage(found.key)
        if (
            name.endswith((".py", _NOTEBOOK))
            or "/" in name
            or "\\" in name
            or (name and Path(name).exists())
        ):
            return cls.from_file(name)
        near = difflib.get_close_matches(name.lower(), KEYS, n=1, cutoff=0.5)
        guess = f" (did you mean {near[0]!r}?)" if near else ""
        listed = ", ".join(f"{stage.number} {stage.key}" for stage in STAGES)
        raise ScriptError(
            f"unknown stage {name!r}{guess}; "
            f"the stages are {listed}; or give the path of a .py or .ipynb file"
        )

    @classmethod
    def stage(cls, name: str) -> Script:
        """One of the stages that come with gdtui, by its key."""
        return _stage(name)

    @classmethod
    def from_file(cls, path: str | Path) -> Script:
        """A script from a file: Python, or a notebook, whose name ends in ``.ipynb``.

        Raises:
            ScriptError: the file is missing, too large, not UTF-8, not a training script or not a
                notebook of one.
        """
        path = Path(path)
        if path.suffix.lower() == _NOTEBOOK:
            return cls._from_notebook(path)
        return cls(text=_read(path), name=str(path), path=str(path.absolute()))

    @classmethod
    def _from_notebook(cls, path: Path) -> Script:
        data = _read_bytes(path, MAX_BYTES, "a notebook")
        try:
            found = read_notebook(data)
        except ScriptError as error:
            joint = ", " if str(error).startswith("cell ") else ": "
            raise ScriptError(f"{path}{joint}{error}") from None
        return cls(found.text, str(path), str(path.absolute()), found.cells, found.skipped)

    @cached_property
    def folder(self) -> str:
        """The folder in which it lies, where Python looks for what it imports first."""
        return str(Path(self.path).resolve().parent)

    @cached_property
    def tree(self) -> ast.Module:
        """The syntax tree. Line numbers are those of the text; do not change it."""
        tree = parse(self._body, self.path)
        return with_futures_first(tree) if self.cells else tree

    @cached_property
    def loops(self) -> tuple[TrainingLoop, ...]:
        """The training loops, the one that a run comes to first before the others, as far as the
        text tells."""
        return find_training_loops(
            self.tree, [range(cell.first, cell.last + 1) for cell in self.cells]
        )

    @property
    def loop(self) -> TrainingLoop:
        """The training loop; of several the first."""
        return self.loops[0]

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """What a learner may change, in the order of the text: see
        :func:`gdtui.engine.script.settings.find_settings` and
        :func:`gdtui.engine.script.class_settings.find_class_settings`."""
        taken = {setting.name for setting in self._literals}
        classes = [
            each
            for each in find_class_settings(self.tree, self._body, taken)
            if each.node not in self.left_out
        ]
        found: list[Setting] = [*self._literals, *classes]
        batches = find_batch_setting(
            self.tree,
            self.loop,
            self._literals,
            has_optimizer=any(each.is_optimizer for each in classes),
        )
        if batches is not None:
            found.append(batches)
        return tuple(sorted(found, key=lambda setting: (setting.start, setting.end)))

    @cached_property
    def left_out(self) -> frozenset[ast.AST]:
        """The nodes of the branches that a run does not take because of a setting: see
        :func:`gdtui.engine.script.branches.left_out`. Empty with arguments, which may have the last
        word."""
        values = {setting.name: setting.value for setting in self._literals}
        return frozenset() if self.arguments else left_out(self.tree, values)

    @cached_property
    def _literals(self) -> tuple[Setting, ...]:
        loop = self.loop
        return find_settings(
            self.tree,
            self._body,
            before_line=loop.entered_at,
            function=loop.function,
            loop_line=loop.line,
            turns=loop.node.iter if isinstance(loop.node, ast.For) else None,
        )

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """The lines of the text without their endings; line 1 is ``lines[0]``."""
        lines = [line.rstrip("\r\n") for line in split_lines(self._body)]
        return tuple(lines if lines[-1] else lines[:-1])

    @cached_property
    def title(self) -> str:
        """The first line of the docstring, or the script's name without one."""
        docstring = ast.get_docstring(self.tree) or ""
        return docstring.partition("\n")[0].strip() or Path(self.name).name

    @cached_property
    def roles(self) -> Mapping[str, str]:
        """Who does each of the four roles, as the docstring says: ``{"loss": "by hand"}``. Of
        ``by hand, or PyTorch with use_torch`` the setting of that name chooses."""
        docstring = ast.get_docstring(self.tree) or ""
        found = re.findall(r"^([A-Za-z ]+):[ \t]*(\S.*)$", docstring, re.MULTILINE)
        said = {role.strip().lower(): who.strip() for role, who in found}
        return {role: self._chosen(said[role]) for role in ROLES if role in said}

    def _chosen(self, who: str) -> str:
        choice = re.fullmatch(r"(.+), or (.+) with (\w+)", who)
        if choice is None or choice[3] not in {setting.name for setting in self.settings}:
            return who
        return choice[2] if self.value(choice[3]) else choice[1]

    @cached_property
    def numbers(self) -> tuple[int | None, ...]:
        """The number that each line goes by: in a notebook its number in its cell, and None for
        what stands between two cells."""
        if not self.cells:
            return tuple(range(1, len(self.lines) + 1))
        found: list[int | None] = [None] * len(self.lines)
        for cell in self.cells:
            found[cell.first - 1 : cell.last] = range(1, cell.last - cell.first + 2)
        return tuple(found)

    def place(self, line: int) -> str:
        """A line of the text in words: ``line 24``, and in a notebook ``cell 3, line 2``."""
        return place_of(self.cells, line)

    @property
    def notice(self) -> str:
        """What is to be said of the text before it runs; empty for nothing."""
        return skipped_text(self.skipped)

    @property
    def values(self) -> dict[str, object]:
        """The present values of all settings, by name."""
        return {setting.name: setting.value for setting in self.settings}

    def changed_from(self, other: Script) -> dict[str, object]:
        """The settings that another script has with other values, by name. Those that it would
        only have with the classes of this one, such as a momentum, are compared with that."""
        others = other.only_classes(other.values)
        classes = {
            name: value
            for name, value in self.only_classes(self.values).items()
            if others.get(name, value) != value
        }
        size = self.values.get(BATCH_SIZE)
        if size is not None and others.get(BATCH_SIZE, size) is None:
            classes[BATCH_SIZE] = size
        before = (other.with_settings(classes) if classes else other).values
        return classes | {
            name: value
            for name, value in self.values.items()
            if name in before and repr(value) != repr(before[name])
        }

    def only_classes(self, values: Mapping[str, object]) -> dict[str, object]:
        """Of some values those of settings that change more of the text than a literal: classes,
        and batches that are not there yet."""
        names = {
            each.name for each in self.settings if isinstance(each, ClassSetting | BatchSetting)
        }
        return {name: value for name, value in values.items() if name in names}

    def value(self, name: str) -> object:
        """The present value of a setting.

        Raises:
            KeyError: there is no such setting.
        """
        return self.values[name]

    def literal(self, setting: Setting) -> str:
        """The literal of one of the settings, as it stands in the text."""
        if isinstance(setting, BatchSetting):
            return repr(None)
        return self._body[setting.start : setting.end]

    def with_settings(self, values: Mapping[str, object]) -> Script:
        """The same script with some literals and classes replaced and every other byte kept. A
        class comes first, since others of the settings may be arguments of its call.

        Raises:
            SettingError: a name is not a setting, or a value is not allowed.
        """
        classes = self.only_classes(values)
        if 0 < len(classes) < len(values):
            rest = {name: value for name, value in values.items() if name not in classes}
            return self.with_settings(classes).with_settings(rest)
        batches = next((each for each in self.settings if isinstance(each, BatchSetting)), None)
        if batches is not None and batches.name in classes:
            size = batches.check(values[batches.name])
            others = {name: value for name, value in values.items() if name != batches.name}
            changed = self.with_settings(others) if others else self
            return changed._with_batches(size)
        body = replace_literals(self._body, self.settings, values)
        return replace(self, text=self._mark + body, cells=self._cells_with(values))

    def _with_batches(self, size: object) -> Script:
        """The same script with batches of so many samples; None leaves it as it is."""
        found = next((each for each in self.settings if isinstance(each, BatchSetting)), None)
        if size is None or found is None or found.place is None:
            return self
        return replace(self, text=self._mark + with_batches(self._body, found.place, size))

    def _cells_with(self, values: Mapping[str, object]) -> tuple[Cell, ...]:
        """Where the cells stand once settings have these values: a literal may span lines."""
        if not self.cells:
            return ()
        grown: dict[int, int] = {}
        for setting, literal in new_literals(self._body, self.settings, values):
            more = literal.count("\n") - self.literal(setting).count("\n")
            grown[setting.line] = grown.get(setting.line, 0) + more
        return moved(self.cells, grown)

    def with_arguments(self, arguments: Iterable[str]) -> Script:
        """The same script with other arguments; none make it as it was loaded.

        Raises:
            ScriptError: the script is a stage, which reads none, or these are no list of strings.
        """
        words = () if isinstance(arguments, str) else tuple(arguments)
        if isinstance(arguments, str) or not all(isinstance(each, str) for each in words):
            raise ScriptError(
                f'arguments {shown(arguments)}: a list of strings is taken, such as ["--lr", "0.5"]'
            )
        if words == self.arguments:
            return self  # reading a long script once more takes as long as the first time
        found = replace(self, arguments=words)
        if words and self.name in KEYS:
            raise ScriptError(
                f"{self.name} is a stage, which reads no arguments such as "
                f"{shown(found.typed_arguments)}; they go with the path of a script of yours"
            )
        return found

    @property
    def typed_arguments(self) -> str:
        """The arguments in one text, as one would type them in a shell; empty for none. They may
        hold anything: clean it before it is shown."""
        return shlex.join(self.arguments)

    @property
    def _mark(self) -> str:
        return _BOM if self.text.startswith(_BOM) else ""

    @property
    def _body(self) -> str:
        # Python takes a byte order mark in a file but not in a text.
        return self.text.removeprefix(_BOM)


@cache
def _stage(name: str) -> Script:
    found = stage_of(name)
    assert found is not None
    return Script(text=_read(found.path), name=found.key, path=str(found.path))


def _read(path: Path) -> str:
    """The text of a file, exactly as it is, or one line saying why it cannot be had."""
    data = _read_bytes(path, _MAX_BYTES, "a script")
    cookie = re.match(rb"(?:[^\n]*\n)?[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]+)", data)
    declared = cookie.group(1).decode("ascii", "replace") if cookie else "utf-8"
    try:
        if not re.fullmatch(r"utf[-_]?8(-sig)?|ascii|us-ascii", declared, re.IGNORECASE):
            raise ScriptError(f"{path}: not UTF-8: it says that its encoding is {declared}")
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScriptError(f"{path}: not UTF-8: byte {error.start}, in line {line}") from None


def _read_bytes(path: Path, most: int, kind: str) -> bytes:
    try:
        return read_file(path, most, kind)
    except FileError as error:
        hint = "; give the path of a .py or .ipynb file" if error.is_no_file else ""
        raise ScriptError(f"{path}: {error}{hint}") from None
