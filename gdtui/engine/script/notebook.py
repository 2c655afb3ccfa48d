"""The code cells of a Jupyter notebook, read as one script.

The cells are joined in the order of the file, each below a heading. Every line of a cell stays a
line of the script, so that a place in the script is a place in a cell.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gdtui.engine.errors import ScriptError
from gdtui.engine.parsing import parse

MAX_BYTES = 100_000_000
"""How large the file of a notebook may be. Most of it is pictures that its cells once drew."""

_MOST_CHARACTERS = 1_000_000
_MOST_SHOWN = 40
_MOST_NAMED = 3

# Magics of a whole cell whose body runs as any cell does, with its names kept.
_RUN_BODY = {"time", "capture", "prun"}

_NOT_READABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Cell:
    """Where a code cell stands in the script.

    Attributes:
        number: counts the code cells of the notebook from 1; cells of other kinds do not count.
        heading: the line of its heading in the script, from 1.
        first: the line of the script at which its source begins.
        last: the last line of its source.
        shows: whether it ends with an expression whose value Jupyter prints.
    """

    number: int
    heading: int
    first: int
    last: int
    shows: bool


@dataclass(frozen=True)
class Notebook:
    """A notebook as a script.

    Attributes:
        text: the script.
        cells: its cells that have code, in the order of the text.
        skipped: what only IPython runs and is now a comment, each with its cell.
    """

    text: str
    cells: tuple[Cell, ...]
    skipped: tuple[str, ...]


_BLANK_END = re.compile(r"(?:\n[ \t]*)+\Z")


def read_notebook(data: bytes) -> Notebook:
    """The notebook in the bytes of an ``.ipynb`` file, of nbformat 4 or older.

    Raises:
        ScriptError: it is not a notebook, not for Python, or has no code, or the code of a cell
            is not Python. The text begins with the place, where there is one.
    """
    lines: list[str] = []
    cells: list[Cell] = []
    skipped: list[str] = []
    for number, source in enumerate(_sources(data), 1):
        if not source.strip():
            continue
        source, magics = _as_python(source)
        tree = _parse(source, number)
        source = _BLANK_END.sub("", source)
        # A backslash would join what is left to the next cell.
        while source.endswith("\\") and not _is_python(f"{source}\n"):
            source = _BLANK_END.sub("", source[:-1])
        heading = len(lines) + 1
        lines += [f"# cell {number}", "", *source.split("\n"), ""]
        cells.append(Cell(number, heading, heading + 2, len(lines) - 1, _shows(tree, source)))
        skipped += [f"{_cut(magic)} (cell {number})" for magic in magics]
    if not cells:
        raise ScriptError("this notebook has no code cells with code in them")
    text = "\n".join(lines)
    if len(text) > _MOST_CHARACTERS:
        raise ScriptError(
            f"this notebook has too much code; at most {_MOST_CHARACTERS} characters are read"
        )
    return Notebook(text, tuple(cells), tuple(skipped))


def cell_at(cells: Sequence[Cell], line: int) -> Cell | None:
    """The cell to which a line of the script belongs, its heading included."""
    before = bisect_right(cells, line, key=lambda cell: cell.heading)
    return cells[before - 1] if before else None


def place_of(cells: Sequence[Cell], line: int) -> str:
    """A line of a script in words: ``cell 3, line 2`` in a notebook, and else ``line 2``."""
    cell = cell_at(cells, line)
    if cell is None:
        return f"line {line}"
    return f"cell {cell.number}, line {max(1, line - cell.first + 1)}"


def moved(cells: Sequence[Cell], grown: Mapping[int, int]) -> tuple[Cell, ...]:
    """The cells of a script in which literals have been replaced; ``grown`` says by how many lines
    the one at a line has grown."""
    return tuple(
        replace(
            cell,
            heading=cell.heading + sum(by for line, by in grown.items() if line < cell.heading),
            first=cell.first + sum(by for line, by in grown.items() if line < cell.first),
            last=cell.last + sum(by for line, by in grown.items() if line <= cell.last),
        )
        for cell in cells
    )


def shown_expressions(cells: Sequence[Cell], tree: ast.Module) -> list[ast.Expr]:
    """The statements in a script's tree whose values are printed, as the last ones of cells."""
    last: dict[Cell, ast.stmt] = {}
    for node in tree.body:
        cell = cell_at(cells, node.lineno)
        if cell is not None and cell.shows:
            last[cell] = node
    return [node for node in last.values() if isinstance(node, ast.Expr)]


def with_futures_first(tree: ast.Module) -> ast.Module:
    """The tree with what it imports from ``__future__`` at its head, where Python wants it in a
    script. A notebook may have it in any cell."""
    futures = [
        node
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level
    ]
    if futures:
        tree.body = [*futures, *(node for node in tree.body if node not in futures)]
    return tree


def skipped_text(skipped: Sequence[str]) -> str:
    """A line that says what was skipped; empty where nothing was."""
    if not skipped:
        return ""
    more = len(skipped) - _MOST_NAMED
    others = f" and {more} more" if more > 0 else ""
    return f"skipped what only IPython runs: {', '.join(skipped[:_MOST_NAMED])}{others}"


# The file ------------------------------------------------------------------------------


def _sources(data: bytes) -> Iterator[str]:
    """The sources of the code cells."""
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ScriptError(f"this is no notebook: not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        raise ScriptError(
            f"this is no notebook: not JSON, line {error.lineno}: {error.msg}"
        ) from None
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        raise ScriptError(f"this is no notebook that can be read: {reason}") from None
    cells = _cells(found)
    language = _language(found.get("metadata"))
    number = 0
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        number += 1
        own = cell.get("language")  # nbformat 3 has it here
        _check_language(own if isinstance(own, str) else language)
        source = cell.get("source", cell.get("input"))
        if isinstance(source, list) and all(isinstance(line, str) for line in source):
            source = "".join(source)
        if not isinstance(source, str):
            raise ScriptError(
                f"cell {number}: its source is neither a text nor a list of lines of text"
            )
        yield source.replace("\r\n", "\n").replace("\r", "\n")


def _cells(found: Any) -> list[Any]:
    if isinstance(found, dict):
        sheets = found.get("worksheets", [found])  # nbformat 3 and older
        if isinstance(sheets, list) and all(
            isinstance(sheet, dict) and isinstance(sheet.get("cells"), list) for sheet in sheets
        ):
            return [cell for sheet in sheets for cell in sheet["cells"]]
    raise ScriptError("this is no notebook: it has no list of cells")


def _language(metadata: Any) -> str:
    """The language that the metadata name; empty where they name none."""
    for holder, key in (("language_info", "name"), ("kernelspec", "language")):
        held = metadata.get(holder) if isinstance(metadata, dict) else None
        value = held.get(key) if isinstance(held, dict) else None
        if isinstance(value, str) and value:
            return value
    return ""


def _check_language(language: str) -> None:
    if language and not re.fullmatch(r"i?python[\d.]*", language, re.IGNORECASE):
        raise ScriptError(
            f"this notebook is written in {_cut(language)}; only those in Python can be run"
        )


# A cell --------------------------------------------------------------------------------


def _parse(source: str, number: int) -> ast.Module:
    try:
        return parse(source)
    except SyntaxError as error:
        where = f", line {error.lineno}" if error.lineno else ""
        raise ScriptError(f"cell {number}{where}: this is not Python: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise ScriptError(
            f"cell {number}: this is not Python that can be read: it is nested too deeply"
        ) from None
    except ValueError as error:
        raise ScriptError(f"cell {number}: this is not Python: {error}") from None


def _is_python(source: str) -> bool:
    try:
        parse(source)
    except _NOT_READABLE:
        return False
    return True


def _shows(tree: ast.Module, source: str) -> bool:
    """Whether a cell ends with an expression, and no semicolon behind it."""
    if not tree.body or not isinstance(tree.body[-1], ast.Expr):
        return False
    node = tree.body[-1]
    lines = source.split("\n")[(node.end_lineno or 1) - 1 :]
    lines[0] = lines[0].encode()[node.end_col_offset :].decode()
    return not "\n".join(lines).lstrip(" \t\f\\\n").startswith(";")


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_SHOWN else text[: _MOST_SHOWN - 3] + "..."


# What only IPython runs -----------------------------------------------------------------

_CELL_MAGIC = re.compile(r"%%(\w+)")
_MAGIC = re.compile(
    r"[%!?]"  # `%matplotlib inline`, `!ls`, `?print`
    r"|(?:pip|conda|mamba)\s+(?:install|uninstall|list)\b"  # IPython adds the % itself
    r"|[\w\s.,*\[\]]+=\s*[%!]"  # `files = !ls`
)
_HELP = re.compile(r"[^\s#'\"=]+\?{1,2}\s*;?\s*(?:#.*)?")
_TIMED = re.compile(r"%time\s+(?!-)(\S.*)")
_TOKEN = re.compile(
    r"""
      "{3}(?:\\.|[^\\])*?"{3} | '{3}(?:\\.|[^\\])*?'{3}
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'
    | \#[^\n]* | \\\n
    | (?P<opens>[(\[{]) | (?P<closes>[)\]}]) | (?P<ends>\n) | .
    """,
    re.VERBOSE | re.DOTALL,
)


def _as_python(source: str) -> tuple[str, list[str]]:
    """The source of a cell with what only IPython runs made a comment, line for line, and a list of
    that. A cell that is Python is left as it is."""
    if _is_python(source):
        return source, []
    first = next(line for line in source.split("\n") if line.strip())
    indent = re.match(r"[ \t]*", first)
    if indent and indent.group():  # IPython takes the indentation of the first line off all
        source = textwrap.dedent(source)
    whole = _CELL_MAGIC.match(first.strip())
    if whole:
        return _cell_magic(source, first.strip(), whole.group(1))
    parts: list[str] = []
    skipped: list[str] = []
    start = 0
    while start < len(source):
        end = _end_of_line(source, start)
        line = source[start:end]
        if _MAGIC.match(line.lstrip()) or _HELP.fullmatch(line.strip()):
            while line.rstrip("\n").endswith("\\") and end < len(source):
                start, end = end, _end_of_line(source, end)
                line += source[start:end]
            timed = _TIMED.fullmatch(line.strip())
            if timed and _is_python(timed.group(1)):
                parts.append(f"{_indent(line)}{timed.group(1)}  # %time\n")
                skipped.append("%time")
            else:
                parts.append(_commented(line))
                skipped.append(line.replace("\\\n", " ").strip())
        else:
            end = _end_of_statement(source, start)
            parts.append(source[start:end])
        start = end
    return "".join(parts), skipped


def _cell_magic(source: str, first: str, name: str) -> tuple[str, list[str]]:
    """A cell that begins with a magic for all of it: its body, or nothing, is left to run."""
    head, _, body = source.partition(first)
    if name not in _RUN_BODY:
        lines = source.rstrip().split("\n")
        return "\n".join(f"# {line}".rstrip() for line in lines), [f"all of {first}"]
    rest, skipped = _as_python(body) if body.strip() else (body, [])
    return f"{head}# {first}{rest}", [first, *skipped]


def _end_of_line(source: str, start: int) -> int:
    """Where the next line begins."""
    return source.find("\n", start) + 1 or len(source)


def _end_of_statement(source: str, start: int) -> int:
    """Where the next line begins that does not go on with what is open at its beginning: a string,
    a bracket, a line that ends with a backslash."""
    depth = 0
    for token in _TOKEN.finditer(source, start):
        kind = token.lastgroup
        if kind == "opens":
            depth += 1
        elif kind == "closes":
            depth -= 1
        elif kind == "ends" and depth <= 0:
            return token.end()
    return len(source)


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _commented(lines: str) -> str:
    """Lines of a magic as comments. Where they are indented a block may have nothing else."""
    indent = _indent(lines)
    before = f"{indent}pass  # " if indent else "# "
    made = [before + lines.strip("\n").split("\n")[0].strip()]
    made += [f"{indent}# {line.strip()}" for line in lines.strip("\n").split("\n")[1:]]
    return "\n".join(made) + ("\n" if lines.endswith("\n") else "")
