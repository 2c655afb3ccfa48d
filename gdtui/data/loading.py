"""A script with other samples in its text, so that it stays one that runs alone."""

from __future__ import annotations

import ast
from array import array
from dataclasses import replace
from pathlib import Path

from gdtui.data.csv_file import DataError
from gdtui.data.samples import Samples, read_samples
from gdtui.data.sets import SETS, set_named
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import are_classes

MOST_LITERALS = 50
"""The most samples that stand in the text; more are read by the script from their file."""

INPUTS, TARGETS = "inputs", "targets"
_EXACT = 2**53
"""Below this, a float holds every whole number."""


def load_samples(name: str, x: str = "", y: str = "") -> Samples:
    """The samples of a file, or of a set that comes with gdtui.

    Raises:
        DataError: there is neither, or the file has no such samples.
    """
    known = set_named(name)
    if known is None and not Path(name).suffix and not Path(name).exists():
        names = ", ".join(each.name for each in SETS)
        raise DataError(f"data {name!r}: neither a file nor one of the sets {names}")
    return read_samples(Path(name) if known is None else known.path, x, y)


def with_samples(script: Script, samples: Samples) -> Script:
    """A script with other ``inputs`` and ``targets``: as literals, or for more than
    ``MOST_LITERALS`` samples as lines that read the file.

    Raises:
        DataError: the script has no such settings, or is of a kind that cannot learn from these.
    """
    if not {INPUTS, TARGETS} <= set(script.values):
        raise DataError(
            f"{script.name}: data needs settings called {INPUTS} and {TARGETS}, as the stages have"
        )
    other = next((each for each in samples.y if each not in (0.0, 1.0)), None)
    if other is not None and are_classes(script.values[TARGETS]):
        raise DataError(
            f"{script.name}: its targets are 0 or 1, the two classes it learns to tell apart; "
            f"{samples.file.label(samples.y_place)} of {samples.file.path} has {other:g}"
        )
    if is_literal(samples):
        values = {INPUTS: _literal(samples.x), TARGETS: _literal(samples.y)}
        return script.with_settings(values)
    return _reading(script, samples)


def is_literal(samples: Samples) -> bool:
    """Whether samples are few enough to stand in a script's text."""
    return len(samples.x) <= MOST_LITERALS


def _literal(values: array[float]) -> list[float]:
    """The numbers of a column, whole ones without a point."""
    if all(each.is_integer() and abs(each) < _EXACT for each in values):
        return [int(each) for each in values]
    return list(values)


def _reading(script: Script, samples: Samples) -> Script:
    text = script.text
    places = {INPUTS: samples.x_place, TARGETS: samples.y_place}
    found = [each for each in script.settings if each.name in places]
    mark = len(script.text) - len(script.text.removeprefix("\ufeff"))
    for setting in sorted(found, key=lambda each: -each.start):
        call = _call(samples, places[setting.name])
        text = text[: setting.start + mark] + call + text[setting.end + mark :]
    edited = replace(script, text=text)
    return edited if _has_numpy(edited.tree) else _importing(edited)


def _call(samples: Samples, place: int) -> str:
    file = samples.file
    path = str(file.path.resolve())
    options = [f"delimiter={file.delimiter!r}"]
    if file.has_header:
        options.append("skiprows=1")
    options += [f"usecols={place}", "quotechar='\"'", 'encoding="utf-8-sig"']
    return f"np.loadtxt({path!r}, {', '.join(options)})"


def _has_numpy(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.Import)
        and any((each.name, each.asname) == ("numpy", "np") for each in node.names)
        for node in tree.body
    )


def _importing(script: Script) -> Script:
    """The script with an import of NumPy before its first import."""
    lines = script.text.splitlines(keepends=True)
    imports = [
        node.lineno
        for node in script.tree.body
        if isinstance(node, ast.Import)
        or (isinstance(node, ast.ImportFrom) and node.module != "__future__")
    ]
    docstring = ast.get_docstring(script.tree) is not None
    first = script.tree.body[0]
    at = imports[0] - 1 if imports else ((first.end_lineno or 0) if docstring else 0)
    lines.insert(at, "import numpy as np\n")
    return replace(script, text="".join(lines))
