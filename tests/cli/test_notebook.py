"""The notebook's figures, digit for digit, on each of the three ways to run a stage."""

from __future__ import annotations

from pathlib import Path

import pytest
from forking import gdtui, python

from gdtui import Script, Timeline


def _gdtui(*arguments: str) -> str:
    done = gdtui(*arguments)
    done.check_returncode()
    return done.stdout


def _options(settings):
    return [word for name, value in settings.items() for word in ("--set", f"{name}={value!r}")]


@pytest.mark.slow
def test_gdtui_run_prints_the_figures(notebook_run):
    notebook_run.agrees_with(_gdtui("run", notebook_run.stage, *_options(notebook_run.settings)))


@pytest.mark.slow
def test_python_prints_the_figures_of_a_shown_script(notebook_run, tmp_path: Path):
    shown = tmp_path / "shown.py"
    shown.write_text(_gdtui("show", notebook_run.stage, *_options(notebook_run.settings)))
    notebook_run.agrees_with(python(shown).stdout)


@pytest.mark.slow
def test_the_engine_prints_the_figures(notebook_run):
    script = Script.stage(notebook_run.stage).with_settings(notebook_run.settings)
    with Timeline(script) as timeline:
        timeline.run()
        notebook_run.agrees_with(timeline.transcript.text)


def test_the_engine_records_the_figures(notebook_run):
    script = Script.stage(notebook_run.stage).with_settings(notebook_run.settings)
    with Timeline(script) as timeline:
        timeline.run()
        columns = timeline.history.parameters
        names = {name.rpartition(".")[2]: name for name in columns}
        for row in notebook_run.rows:
            index = row["epoch"] - 1
            assert f"{timeline.history.loss[index]:.8f}" == row["loss"]
            weight = columns[names.get("w") or names["weight"]][index]
            assert f"{weight:.3f}" == row["w"]
            if "bias" in row:
                assert f"{columns[names['bias']][index]:.3f}" == row["bias"]


def test_the_defaults_are_the_notebooks():
    epochs = {"manual": 10, "autograd": 20, "optimizer": 100, "model": 200, "module": 200}
    for stage, expected in epochs.items():
        script = Script.stage(stage)
        assert script.value("epochs") == expected
        assert script.value("learning_rate") == 0.01
        assert (script.value("inputs"), script.value("targets")) == ([1, 2, 3, 4], [2, 4, 6, 8])


def test_stages_run_alone_as_python_scripts():
    folder = Path(Script.stage("manual").path).parent
    output = python(folder / "manual.py").stdout
    assert output == _gdtui("run", "1")
    assert output.splitlines()[-1] == "Prediction after training: f(5) = 9.999"
