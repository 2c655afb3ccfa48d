"""The wall between the engine and the rest, and between gdtui and torch."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import gdtui
from gdtui.stages import KEYS

PACKAGE = Path(gdtui.__file__).parent
HEAVY = ("torch", "textual", "rich", "plotext")


def _loaded_by(code: str) -> set[str]:
    """Which of the heavy packages are loaded once some code has run, in a new process."""
    report = f"import json, sys; print(json.dumps([n for n in {HEAVY} if n in sys.modules]))"
    process = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    return set(json.loads(process.stdout.splitlines()[-1]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "import gdtui.engine.play.worker, gdtui.export.jsonl, gdtui.cli",
        "from gdtui import Script, Timeline, Worker",
        "from gdtui import Script, Timeline; Timeline(Script.stage('manual')).run()",
        "from gdtui import Script\nfor name in ('autograd', 'module'): Script.stage(name)",
        "import gdtui.cli as c; c.commands.main(['stages'], standalone_mode=False)",
        "import gdtui.cli as c; c.commands.main(['show', '4'], standalone_mode=False)",
        "import gdtui.cli as c; c.commands.main(['run', '1'], standalone_mode=False)",
        "import gdtui.cli as c; c.commands.main(['diagnose', '1'], standalone_mode=False)",
        "import gdtui.analysis.explain.explanation, gdtui.analysis.landscape.landscape",
        "import gdtui.experiments.comparison, gdtui.experiments.sweep",
        "import gdtui.lessons.plain.plain_walk, gdtui.lessons.check.lesson_check",
        "import gdtui.cli as c; c.commands.main(['lessons'], standalone_mode=False)",
    ],
)
def test_nothing_heavy_is_loaded_unless_a_script_needs_it(code):
    assert _loaded_by(code) == set()


@pytest.mark.slow
def test_a_script_that_needs_torch_brings_it_in():
    code = "from gdtui import Script, Timeline; Timeline(Script.stage('autograd')).start()"
    assert _loaded_by(code) == {"torch"}


def test_help_loads_neither_the_engine_nor_numpy():
    code = (
        "import sys, gdtui.cli as c\n"
        "c.commands.main(['--help'], standalone_mode=False)\n"
        "assert 'numpy' not in sys.modules and 'gdtui.engine' not in sys.modules"
    )
    assert _loaded_by(code) == set()


def test_the_first_screen_waits_for_neither_numpy_nor_plotext():
    code = "import sys, gdtui.ui.app\nassert 'numpy' not in sys.modules"
    assert _loaded_by(code) == {"textual", "rich"}


def test_only_plotting_imports_plotext():
    importers = {
        path.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Import) and any("plotext" in a.name for a in node.names))
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("plotext"))
    }
    assert importers == {"plotting.py"}


def test_nobody_imports_the_scripts_of_the_stages():
    """The table of them may be imported; the scripts are read as text."""
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("gdtui.stages.")
                assert not (node.module == "gdtui" and "stages" in {a.name for a in node.names})
                if node.module == "gdtui.stages":
                    assert not {a.name for a in node.names} & {*KEYS}
            elif isinstance(node, ast.Import):
                assert not any(alias.name.startswith("gdtui.stages") for alias in node.names)


def test_only_the_gate_looks_at_whether_torch_is_there():
    """To touch a library that another thread has half imported may end the process, so everyone
    asks :func:`gdtui.engine.libraries.imported`."""
    gate = PACKAGE / "engine" / "libraries.py"
    direct = re.compile(r"""sys\.modules(\.get\(|\[)\s*["']torch""")
    found = [
        file.relative_to(PACKAGE).as_posix()
        for file in PACKAGE.rglob("*.py")
        if file != gate and direct.search(file.read_text())
    ]
    assert found == []


def test_all_that_the_library_offers_is_there_and_documented():
    import gdtui

    for name in set(gdtui.__all__) - {"__version__"}:
        offered = getattr(gdtui, name)
        assert offered.__name__ == name
        assert offered.__doc__
    with pytest.raises(AttributeError, match="'nothing'"):
        gdtui.nothing  # noqa: B018
