"""A script as the text of a Jupyter notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.script import ROLES, Script
from gdtui.engine.script.syntax import last_name

if TYPE_CHECKING:
    from nbformat import NotebookNode

_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_SETTINGS = "## Settings\n\nChange a value, and run all cells again."


def notebook_text(script: Script) -> str:
    """The text of an ``.ipynb`` file of nbformat 4 that prints in Jupyter what the script prints.

    The docstring is a text. The code is cut into cells at the top level: what it imports, its
    settings and data, what comes before the training loop, the loop, and what follows it. Of a
    script that was itself a notebook the cells stay as they are, texts included, but for those in
    which a setting has changed; in these the lines that only IPython runs are comments. There are
    no outputs.

    A script that reads its arguments finds them in ``sys.argv``, which a cell of its own sets.

    Raises:
        ScriptError: the script was read from a notebook that cannot be read again.
    """
    import nbformat

    notebook = _edited(script) if script.cells else _cut_up(script)
    given = _given_by_python(script)
    if given:
        title = 0 if script.cells else 1
        notebook.cells[title:title] = [_text("What Python gives to a script:"), _code(given)]
    for number, cell in enumerate(notebook.cells, 1):
        # Without this nbformat makes up another one every time.
        cell["id"] = f"cell-{number}"
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError as error:
        raise ScriptError(
            f"{script.name}: no notebook can be made of it: {error.message}"
        ) from None
    return f"{nbformat.writes(notebook)}\n"


def _given_by_python(script: Script) -> str:
    """What sets the names that a script has under Python and a notebook lacks."""
    name = Path(script.path).name
    lines = []
    if script.arguments or re.search(r"\bargv\b|\bargparse\b", script.text):
        lines += ["import sys", "", f"sys.argv = {[name, *script.arguments]!r}"]
    if re.search(r"\b__file__\b", script.text):
        lines.append(f"__file__ = {name!r}")
    return "\n".join(lines)


# A script that was a notebook -----------------------------------------------------------


def _edited(script: Script) -> NotebookNode:
    """The notebook from which a script was read, with the script's settings."""
    import nbformat

    before = Script.from_file(script.path)
    try:
        notebook = nbformat.reads(Path(script.path).read_text("utf-8-sig"), as_version=4)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        old, new = _sources(before), _sources(script)
        for number, source in new.items():
            if source != old[number]:
                code[number - 1].source = source
        for cell in code:
            cell.outputs, cell.execution_count = [], None
    except Exception as error:  # whatever nbformat meets in a file that somebody has written
        raise ScriptError(f"{script.name}: nbformat cannot read it: {error!r}") from None
    notebook.nbformat_minor = max(5, notebook.nbformat_minor)
    return notebook


def _sources(script: Script) -> dict[int, str]:
    return {
        cell.number: "\n".join(script.lines[cell.first - 1 : cell.last]) for cell in script.cells
    }


# A plain script -------------------------------------------------------------------------


def _cut_up(script: Script) -> NotebookNode:
    from nbformat.v4 import new_notebook

    cells = [_text(_introduction(script))]
    for heading, source in _sections(script):
        cells += [_text(heading), _code(source)]
    return new_notebook(cells=cells, metadata=_METADATA)


def _text(source: str) -> NotebookNode:
    from nbformat.v4 import new_markdown_cell

    return new_markdown_cell(source)


def _code(source: str) -> NotebookNode:
    from nbformat.v4 import new_code_cell

    return new_code_cell(source)


def _introduction(script: Script) -> str:
    """The docstring as Markdown: its first line is the title, and who does what is a list."""
    _, *lines = (ast.get_docstring(script.tree) or "").split("\n")
    lines = [f"- {line}" if _says_who(line) else line for line in lines]
    return "\n".join([f"# {script.title}", *lines]).rstrip()


def _says_who(line: str) -> bool:
    """Whether a line of a docstring says who does one of the four roles."""
    role, colon, _ = line.partition(":")
    return bool(colon) and role.lower() in ROLES


def _sections(script: Script) -> Iterator[tuple[str, str]]:
    """The parts of a script, each with its heading as Markdown."""
    statements = list(script.tree.body)
    first = 0
    if _is_only_text(script):
        # What stands above it, such as a line for the shell, goes with it.
        first = _end(statements.pop(0))
    headings = _headings(script, statements)
    begun = 0
    for place, node in enumerate(statements, 1):
        is_last = place == len(statements)
        # Statements on one line stay together.
        if not is_last and (
            headings[place] == headings[begun] or statements[place].lineno == _end(node)
        ):
            continue
        last = len(script.lines) if is_last else _end(node)
        while not is_last and re.match(r"[ \t]+#", script.lines[last]):
            last += 1  # a comment at the end of its block
        yield headings[begun], _silenced(script, first, last, node)
        begun, first = place, last


def _is_only_text(script: Script) -> bool:
    """Whether the script begins with a docstring that it does not use itself."""
    docstring, *rest = script.tree.body
    return (
        ast.get_docstring(script.tree) is not None
        and "__doc__" not in script.text
        and rest[0].lineno > _end(docstring)
    )


def _headings(script: Script, statements: list[ast.stmt]) -> list[str]:
    """The heading under which each statement stands."""
    outer = [loop for loop in script.loops if not loop.is_inner] or script.loops
    loops = {
        place
        for place, node in enumerate(statements)
        if any(node.lineno <= loop.line <= _end(node) for loop in outer)
    }
    start, end = min(loops), max(loops)
    imports = next(
        place
        for place, node in enumerate(statements)
        if place == start or not isinstance(node, ast.Import | ast.ImportFrom)
    )
    lines = {setting.line for setting in script.settings}
    settings = max(
        (
            place
            for place, node in enumerate(statements[:start])
            if isinstance(node, ast.Assign | ast.AnnAssign)
            and not lines.isdisjoint(range(node.lineno, _end(node) + 1))
        ),
        default=-1,
    )
    function = script.loop.function

    def heading(place: int) -> str:
        if place in loops:
            return f"## The training loop{f', in `{function.name}`' if function else ''}"
        if place > end:
            return "## Run it" if function else "## After the training loop"
        if place > start:
            return "## Between the training loops"
        if place < imports:
            return "## Libraries"
        return _SETTINGS if place <= settings else "## Before the training loop"

    return [heading(place) for place in range(len(statements))]


def _end(node: ast.stmt) -> int:
    """The last line of a statement."""
    return node.end_lineno or node.lineno


def _silenced(script: Script, first: int, last: int, node: ast.stmt) -> str:
    """Some lines of the script as a cell, in which no value of an expression is shown at the end:
    Python would not print it."""
    lines = list(script.lines[first:last])
    if isinstance(node, ast.Expr) and not _is_print(node.value):
        at = _end(node) - first - 1
        line = lines[at].encode()
        cut = node.end_col_offset or 0
        if not line[cut:].lstrip().startswith(b";"):
            lines[at] = (line[:cut] + b";" + line[cut:]).decode()
    return "\n".join(lines).strip("\n")


def _is_print(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_name(node.func) == "print"
