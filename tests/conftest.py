"""Shared by all tests: the notebook's figures, and hypothesis without a clock."""

from __future__ import annotations

import compileall
import gc
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

import gdtui

# Textual reads these when it is imported. What is drawn is the same, with fewer pictures between:
# a test asks for one whenever it waits.
os.environ.setdefault("TEXTUAL_FPS", "10")
os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package once. Where Python is told to keep no compiled files, each of the many
    processes that the tests start would compile it again."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(Path(gdtui.__file__).parent, quiet=1)


def pytest_collection_finish() -> None:
    """Collect garbage rarely, and never look at what has been imported: a quarter of the time that
    the app's tests take."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


# A slow machine is not a failing test.
# In CI the examples are the same every time; elsewhere each run looks for new ones.
settings.register_profile(
    "gdtui",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
    max_examples=50 if "CI" in os.environ else 100,
    # To explain a failure hypothesis traces the test, and Python 3.11 may hang under a trace once a
    # greenlet has run.
    phases=[phase for phase in Phase if phase is not Phase.explain],
)
settings.load_profile("gdtui")


@pytest.fixture(autouse=True)
def state_folder(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the test's own for what gdtui keeps between runs."""
    folder = tmp_path_factory.mktemp("state")
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder


_RUNS = json.loads((Path(__file__).parent / "reference" / "notebook.json").read_text())["runs"]


@dataclass(frozen=True)
class NotebookRun:
    """A table of the notebook: the stage, the settings that differ, the printed figures."""

    stage: str
    settings: dict[str, Any]
    before: str
    after: str | None
    rows: tuple[dict[str, Any], ...]

    def printed(self) -> list[str]:
        """The lines that a script has to print for this table, without those about its start."""
        lines = [f"Prediction before training: f(5) = {self.before}"]
        for row in self.rows:
            bias = f", bias: {row['bias']}" if "bias" in row else ""
            lines.append(f"epoch {row['epoch']}: w = {row['w']}{bias}, loss = {row['loss']}")
        if self.after is not None:
            lines.append(f"Prediction after training: f(5) = {self.after}")
        return lines

    def agrees_with(self, output: str) -> None:
        """Compare with what a script printed, from the first prediction on. Where the
        notebook's own table is cut off, the script's goes on."""
        lines = output.splitlines()
        start = lines.index(self.printed()[0])
        expected = self.printed()
        assert lines[start : start + len(expected)] == expected
        if self.after is not None:
            assert len(lines) == start + len(expected)


def _notebook_runs() -> list[NotebookRun]:
    runs = []
    for run in _RUNS:
        settings = {key: run[key] for key in ("epochs", "print_every", "learning_rate")}
        runs.append(
            NotebookRun(run["stage"], settings, run["before"], run["after"], tuple(run["rows"]))
        )
    # The notebook defines its own module and leaves it there. It is the same model.
    model = next(run for run in runs if run.stage == "model")
    runs.append(NotebookRun("module", model.settings, model.before, model.after, model.rows))
    return runs


NOTEBOOK_RUNS = _notebook_runs()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "notebook_run" in metafunc.fixturenames:
        metafunc.parametrize(
            "notebook_run",
            NOTEBOOK_RUNS,
            ids=[f"{run.stage}-{run.settings['epochs']}" for run in NOTEBOOK_RUNS],
        )
