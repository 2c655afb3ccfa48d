"""A script as a notebook."""

from __future__ import annotations

import json

import nbformat
import pytest

from gdtui import Script, ScriptError, Timeline
from gdtui.export.notebook_file import notebook_text
from gdtui.stages import KEYS

LOOP = "for epoch in range(3):\n    loss = w ** 2\n    w -= lr * 2 * w\n"


def cells(script):
    """The type and the source of each cell."""
    found = nbformat.reads(notebook_text(script), as_version=4).cells
    return [(each.cell_type, each.source) for each in found]


def code(script):
    return [source for kind, source in cells(script) if kind == "code"]


def printed(script):
    with Timeline(script) as timeline:
        timeline.run()
        return timeline.transcript.text


def written(tmp_path, script):
    path = tmp_path / "mine.ipynb"
    path.write_text(notebook_text(script))
    return Script.from_file(path)


def executed(text, folder):
    """What the code cells of a notebook print when Jupyter runs it, and what it shows."""
    from nbclient import NotebookClient

    notebook = nbformat.reads(text, as_version=4)
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [each for cell in notebook.cells for each in cell.get("outputs", ())]
    return (
        "".join(each.text for each in outputs if each.get("name") == "stdout"),
        [each for each in outputs if each.output_type != "stream"],
    )


# A kernel is a process of its own, and Jupyter's own code warns.
jupyter = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("default"),
]


@pytest.mark.parametrize("stage", [pytest.param(key, marks=jupyter) for key in KEYS])
def test_jupyter_prints_what_the_script_prints(stage, tmp_path):
    script = Script.stage(stage).with_settings({"epochs": 12, "learning_rate": 0.02})
    assert executed(notebook_text(script), tmp_path) == (printed(script), [])


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(each, marks=jupyter)
        for each in (
            "assets/batches.py",
            "tests/scripts/quickstart.py",
            "tests/cases/main_loop.py",
            "tests/cases/with_argv.py",
        )
    ],
)
def test_other_scripts_print_the_same_in_jupyter(name, tmp_path):
    script = Script.load(name)
    if name.endswith("argv.py"):
        script = script.with_arguments(["3", "0.5"])
    assert executed(notebook_text(script), tmp_path) == (printed(script), [])


@pytest.mark.parametrize("stage", KEYS)
def test_a_stage_has_its_texts_and_cells(stage):
    found = cells(Script.stage(stage))
    kinds = [kind for kind, _ in found]
    assert kinds == ["markdown", *["markdown", "code"] * (len(found) // 2)]
    texts = [source.splitlines()[0] for kind, source in found if kind == "markdown"]
    assert texts == [
        f"# {Script.stage(stage).title}",
        "## Libraries",
        "## Settings",
        "## Before the training loop",
        "## The training loop",
        "## After the training loop",
    ]
    assert "- Loss: " in found[0][1]
    lines = "\n".join(code(Script.stage(stage))).splitlines()
    body = Script.stage(stage).text.partition('"""\n\n')[2].splitlines()
    assert [line for line in lines if line] == [line for line in body if line]


def test_gdtui_reads_the_notebook_and_runs_it_the_same(tmp_path):
    script = Script.stage("manual").with_settings({"reduction": "mean"})
    again = written(tmp_path, script)
    assert again.values == script.values
    assert printed(again) == printed(script)


def test_the_same_script_gives_the_same_text():
    script = Script.stage("manual")
    assert notebook_text(script) == notebook_text(script)
    identifiers = [each["id"] for each in json.loads(notebook_text(script))["cells"]]
    assert identifiers == [f"cell-{number}" for number in range(1, len(identifiers) + 1)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # A value at the end of a cell would be shown.
        ("w, lr = 1.0, 0.1\nw\n" + LOOP + "w  # é\n", ["w, lr = 1.0, 0.1", "w;", LOOP, "w;  # é"]),
        ("w = 1.0; lr = 0.1; w;\n" + LOOP, ["w = 1.0; lr = 0.1; w;", LOOP]),
        # A docstring that is used stays in the code.
        (
            '"""Doc"""\nw = lr = 0.5\nprint(__doc__)\n' + LOOP,
            ['"""Doc"""\nw = lr = 0.5\nprint(__doc__)', LOOP],
        ),
        ('"""Doc"""; w = lr = 0.5\n' + LOOP, ['"""Doc"""; w = lr = 0.5', LOOP]),
        # Comments belong to what follows, indented ones to what they end.
        (
            "w = 1.0\nlr = 0.1\n# go\n" + LOOP + "    # done\n\n# end\nprint(w)",
            ["w = 1.0\nlr = 0.1", "# go\n" + LOOP + "    # done", "# end\nprint(w)"],
        ),
        # Several loops, with something between them.
        (
            "w = 1.0\nlr = 0.1\n" + LOOP + "print(w)\n" + LOOP,
            ["w = 1.0\nlr = 0.1", LOOP, "print(w)", LOOP],
        ),
        # A loop in a function.
        (
            "lr = 0.1\ndef fit():\n    w = 1.0\n"
            + "".join(f"    {line}\n" for line in LOOP.splitlines())
            + "fit()\n",
            [
                "lr = 0.1",
                "def fit():\n    w = 1.0\n"
                + "".join(f"    {line}\n" for line in LOOP.splitlines()),
                "fit();",
            ],
        ),
    ],
)
def test_where_a_script_is_cut(text, parts, tmp_path):
    script = Script(text)
    assert code(script) == [part.strip("\n") for part in parts]
    assert printed(written(tmp_path, script)) == printed(script)


def test_a_script_finds_its_arguments_and_its_file_name():
    text = "import sys\nprint(sys.argv, __file__)\nw = 1.0\nlr = 0.1\n" + LOOP
    script = Script(text, path="/some/where/mine.py").with_arguments(["--lr", "it's"])
    given = code(script)[0]
    names = {}
    exec(given, names)
    assert names["__file__"] == "mine.py"
    assert names["sys"].argv == ["mine.py", "--lr", "it's"]
    assert "/some" not in notebook_text(script)


@pytest.fixture(autouse=True)
def _arguments_of_the_process(monkeypatch):
    import sys

    monkeypatch.setattr(sys, "argv", sys.argv)


class TestANotebook:
    """A script that was read from a notebook."""

    CELLS = (
        ("markdown", "# Mine"),
        ("code", "%time\nw = 1.0"),
        ("code", ""),
        ("code", "%time\nlr = 0.1"),
        ("markdown", "The loop:"),
        ("code", LOOP + "w"),
    )

    def load(self, tmp_path, minor=4):
        path = tmp_path / "mine.ipynb"
        held = [
            {"cell_type": kind, "metadata": {"tags": [kind]}, "source": source}
            | (
                {
                    "execution_count": 3,
                    "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
                }
                if kind == "code"
                else {}
            )
            for kind, source in self.CELLS
        ]
        path.write_text(
            json.dumps(
                {"cells": held, "metadata": {"kept": 1}, "nbformat": 4, "nbformat_minor": minor}
            )
        )
        return Script.from_file(path)

    def test_its_cells_and_texts_stay_and_its_outputs_go(self, tmp_path):
        script = self.load(tmp_path)
        assert cells(script) == list(self.CELLS)
        found = json.loads(notebook_text(script))
        assert found["metadata"]["kept"] == 1
        for each in found["cells"]:
            assert each["metadata"]["tags"] == [each["cell_type"]]
            assert not each.get("outputs")

    def test_only_the_cell_with_a_changed_setting_changes(self, tmp_path):
        found = cells(self.load(tmp_path).with_settings({"lr": 0.25}))
        changed = [new for new, old in zip(found, self.CELLS, strict=True) if new != old]
        assert changed == [("code", "# %time\nlr = 0.25")]

    def test_a_notebook_that_has_gone_is_one_line(self, tmp_path):
        script = self.load(tmp_path)
        (tmp_path / "mine.ipynb").unlink()
        with pytest.raises(ScriptError, match="there is no such file"):
            notebook_text(script)
