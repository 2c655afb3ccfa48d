"""A script as the text of a Python file that runs by itself."""

from __future__ import annotations

import ast

from gdtui.engine.script.notebook import shown_expressions
from gdtui.engine.script.script import Script

_SHOW = "sys.displayhook({})"
"""Prints the value of an expression as Jupyter does, and nothing for None."""


def plain_text(script: Script) -> str:
    """The text of a file that does under Python what the script does in gdtui.

    A plain script stays as it is. In one that was read from a notebook, the values at the ends of
    cells are printed, and what is imported from ``__future__`` comes first, where Python wants it.
    """
    if not script.cells:
        return script.text
    edits = _shown_values(script)
    futures: list[str] = []
    for node in script.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__" and not node.level:
            futures.append(ast.unparse(node) + "\n")
            edits.append((node, "pass"))
    text = script.text.encode()
    starts = _line_starts(text)
    for node, new in sorted(edits, key=lambda edit: (edit[0].lineno, edit[0].col_offset))[::-1]:
        start = starts[node.lineno - 1] + node.col_offset
        stop = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        text = text[:start] + new.encode() + text[stop:]
    return "".join(futures) + text.decode()


def _shown_values(script: Script) -> list[tuple[ast.stmt, str]]:
    """The statements whose values Jupyter prints, and what prints them under Python."""
    edits: list[tuple[ast.stmt, str]] = []
    nodes = shown_expressions(script.cells, script.tree)
    for node in sorted(nodes, key=lambda node: node.lineno):
        value = ast.get_source_segment(script.text, node)
        # Without brackets of its own a tuple would be several arguments.
        shows = _SHOW.format(f"({value})" if isinstance(node.value, ast.Tuple) else value)
        if not edits:
            shows = f"import sys{'; ' if node.col_offset else chr(10)}{shows}"
        edits.append((node, shows))
    return edits


def _line_starts(text: bytes) -> list[int]:
    """Where the lines of a text begin, in bytes. A notebook has only line feeds."""
    return [0, *(place + 1 for place, byte in enumerate(text) if byte == 10)]
