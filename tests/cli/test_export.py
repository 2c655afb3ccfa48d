"""``gdtui export``: a script or its run as a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from forking import gdtui, python

from gdtui import Script
from gdtui.cli.pictures import PLOTS
from gdtui.ui.plot_pictures import PLOTS as APP_PLOTS
from gdtui.ui.plots.run_plots import RunPlots


def export(*arguments, **given):
    """The exit code, standard output and the lines on standard error."""
    done = gdtui("export", *arguments, **given)
    return done.returncode, done.stdout, done.stderr.splitlines()


def test_a_script_runs_by_itself_and_prints_the_same(tmp_path):
    path = tmp_path / "mine.py"
    setting = ("--set", "learning_rate=0.02")
    assert export("2", *setting, "-o", path) == (0, f"{path}: written\n", [])
    assert python(path).stdout == gdtui("run", "2", *setting).stdout


def test_standard_output_takes_a_format():
    code, text, _ = export("manual", "--set", "epochs=3", "-o", "-", "--format", "py")
    assert (code, text) == (0, Script.stage("manual").with_settings({"epochs": 3}).text)
    code, text, _ = export("manual", "-o", "-", "--format", "ipynb")
    assert (code, json.loads(text)["nbformat"]) == (0, 4)
    code, text, _ = export("1", "-o", "-", "--format", "csv")
    assert (code, text.splitlines()[1]) == (0, "1,30.0,1.2,-120.0")


def test_the_run_has_the_lines_of_the_run_command(tmp_path):
    path = tmp_path / "run.jsonl"
    assert export("1", "-o", path) == (0, f"{path}: 10 epochs\n", [])
    assert path.read_text().splitlines() == gdtui("run", "1", "--json").stdout.splitlines()[:-1]


def test_the_format_may_be_given_for_any_name(tmp_path):
    path = tmp_path / "run.txt"
    assert export("1", "-o", path, "--format", "csv")[0] == 0
    assert path.read_text().startswith("epoch,loss,parameters.w,gradients.w\n")


def test_a_rule_that_stops_counts():
    code, text, complaints = export("1", "--stop-below", "1", "-o", "-", "--format", "csv")
    assert (code, len(text.splitlines())) == (0, 1 + 3)
    assert complaints == ["gdtui: stopped after 3 epochs: the loss 0.768 is below 1"]


def test_a_page_is_written_and_what_the_script_prints_is_in_it(tmp_path):
    path = tmp_path / "run.html"
    assert export("1", "-o", path) == (0, f"{path}: 10 epochs\n", [])
    assert "epoch 1: w = 1.200, loss = 30.00000000" in path.read_text()
    code, text, _ = export("1", "-o", "-", "--format", "html")
    assert (code, text) == (0, path.read_text())
    assert export("1", "-o", path)[0] == 2


def words(picture):
    """The texts of an SVG, line by line, without blanks."""
    lines = {}
    for each in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text"):
        lines.setdefault(float(each.get("y")), []).append((float(each.get("x")), each.text or ""))
    return [
        "".join("".join(text for _, text in sorted(line)).split())
        for _, line in sorted(lines.items())
    ]


@pytest.mark.slow
def test_a_plot_is_a_picture_that_loads_nothing(tmp_path):
    path = tmp_path / "loss.svg"
    assert export("1", "-o", path, "--at", "3") == (0, f"{path}: 3 epochs\n", [])
    assert not any("Loss0.0000" in line for line in words(path.read_text()))
    assert any("Loss0.768" in line for line in words(path.read_text()))
    assert "url(" not in path.read_text().replace("url(#", "")
    code, light, _ = export("1", "-o", "-", "--format", "svg", "--theme", "gdtui-light")
    assert (code, "#fdfdfb" in light, "#fdfdfb" in path.read_text()) == (0, True, False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("plot", "said"),
    [
        ("loss", "Loss"),
        ("parameters", "weight0.61854bias0.041401"),
        ("fit", "0.61854·x+0.041401"),
        ("landscape", "Landscape"),
        ("curvature", "λmax16.7012/lr200"),
    ],
)
def test_each_plot_is_that_of_the_app(plot, said):
    code, text, _ = export("4", "-o", "-", "--format", "svg", "--plot", plot, "--at", "3")
    assert code == 0
    assert any(said in line for line in words(text))


@pytest.mark.slow
def test_the_screen_shows_a_moment_at_a_size(tmp_path):
    path = tmp_path / "screen.svg"
    given = ("--screen", "--at", "5.3", "--set", "learning_rate=0.02")
    assert export("2", "-o", path, *given) == (0, f"{path}: written\n", [])
    text = "\n".join(words(path.read_text()))
    assert "▶47loss.backward()" in text
    assert "epoch5/20" in text
    assert "learning_rate0.02" in text
    code, small, _ = export("2", "-o", "-", "--format", "svg", "--screen", "--size", "80x24")
    assert code == 0
    assert "finished" in "\n".join(words(small))
    assert len(words(small)) < len(words(path.read_text()))


def test_the_plots_are_those_of_the_app():
    assert PLOTS == APP_PLOTS
    assert all(hasattr(RunPlots, each) for each in PLOTS)


def test_a_notebook_keeps_the_arguments_of_its_script(tmp_path):
    path = tmp_path / "mine.ipynb"
    code, _, complaints = export("tests/cases/with_argv.py", "-o", path, "--", "3", "0.5")
    assert (code, complaints) == (0, [])
    assert "sys.argv = ['with_argv.py', '3', '0.5']" in Script.load(str(path)).text


def test_a_run_that_diverges_is_written_as_far_as_it_came(tmp_path):
    path = tmp_path / "run.csv"
    many = ("--set", "learning_rate=10", "--set", "epochs=1000")
    code, text, (complaint,) = export("1", *many, "-o", path)
    rows = path.read_text().splitlines()
    assert code == 1
    assert f"diverged at epoch {len(rows) - 1}: the loss is not finite" in complaint
    assert text == f"{path}: {len(rows) - 1} epochs\n"
    assert rows[-1].split(",")[1] == "inf"


FAILING = """
import os, sys
os.write(1, b"past Python")
w = 1.0
for epoch in range(5):
    loss = w ** 2
    w -= 0.1 * 2 * w
    print("said")
    if epoch == 2:
        END
"""


@pytest.mark.parametrize(
    ("ends", "expected"), [("sys.exit(3)", 3), ("raise RuntimeError", 1), ("sys.exit()", 0)]
)
def test_a_script_that_ends_itself_gives_its_exit_code_and_the_epochs_until_then(
    tmp_path, ends, expected
):
    path = tmp_path / "mine.py"
    path.write_text(FAILING.replace("END", ends))
    code, text, _ = export(path, "-o", "-", "--format", "csv")
    assert (code, gdtui("run", path).returncode) == (expected, expected)
    # Nothing but the table is on standard output.
    assert [line.split(",")[:2] for line in text.splitlines()] == [
        ["epoch", "loss"],
        ["1", "1.0"],
        ["2", "0.6400000000000001"],
    ]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["1"], "Missing option '-o' / '--output'"),
        (["1", "-o", "-"], "give --format, one of py, ipynb, csv, jsonl, html, svg"),
        (
            ["1", "-o", "run.txt"],
            "end it in .py, .ipynb, .csv, .jsonl, .html or .svg, or give --format",
        ),
        (["1", "-o", "run.csv", "--format", "xls"], "'xls' is not one of 'py', 'ipynb'"),
        (["1", "-o", "README.md", "--format", "csv"], "README.md exists already; --force"),
        (["1", "-o", "nowhere/run.csv"], "there is no folder nowhere"),
        (["9", "-o", "run.csv"], "unknown stage '9'"),
        (["1", "-o", "mine.py", "--stop-below", "1"], "--stop-below ends a run"),
        (["1", "-o", "mine.ipynb", "--stop-stalled", "1"], "--stop-stalled ends a run"),
        (["1", "-o", "m.csv", "--screen"], "--screen is about a picture; a file of format csv"),
        (["1", "-o", "m.html", "--size", "80x24"], "--size is about a picture"),
        (["1", "-o", "m.svg", "--size", "8x24"], "from 40x12 to 300x120"),
        (["1", "-o", "m.svg", "--size", "big"], "--size 'big' is not allowed"),
        (["1", "-o", "m.svg", "--plot", "losses"], "'losses' is not one of 'loss', 'parameters'"),
        (["1", "-o", "m.svg", "--plot", "fit", "--screen"], "--screen and --plot fit: give one"),
        (["1", "-o", "m.svg", "--plot", "fit", "--log"], "--log is about the loss"),
        (["1", "-o", "m.svg", "--screen", "--log"], "--log is about a plot of the loss"),
        (["1", "-o", "m.svg", "--screen", "--stop-below", "1"], "it takes no rule that stops it"),
        (["1", "-o", "m.svg", "--theme", "pink"], "theme 'pink' is not known; the themes are"),
        (["1", "-o", "m.svg", "--at", "3."], "--at '3.' is no place in a run"),
        (["1", "-o", "m.svg", "--at", "0.1"], "--at '0.1' is no place in a run"),
        (["1", "-o", "m.svg", "--at", "11"], "--at 11: the run has 10 epochs"),
        (["1", "-o", "m.svg", "--at", "11", "--screen"], "--at 11: the run has 10 epochs"),
        (["1", "-o", "m.svg", "--at", "3.99"], "--at 3.99: epoch 3 has 6 statements"),
        (["1", "-o", "m.svg", "--plot", "metrics"], "there is no plot of the metrics: drawn as"),
        (
            ["tests/cases/gan.py", "-o", "m.svg", "--plot", "curvature"],
            "there is no plot of the curvature: no curvature is known: the script sends back",
        ),
        (["assets/batches.py", "-o", "m.py", "--", "x"], "'x': a script takes its arguments when"),
    ],
)
def test_wrong_usage_is_one_line_and_writes_nothing(arguments, complaint):
    before = {*Path().iterdir()}
    code, text, (line,) = export(*arguments)
    assert {*Path().iterdir()} == before
    assert (code, text) == (2, "")
    assert complaint in line


def test_by_force_a_file_is_replaced(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("old")
    assert export("1", "-o", path)[0] == 2
    assert path.read_text() == "old"
    assert export("1", "-o", path, "--force")[0] == 0
    assert path.read_text() == Script.stage("manual").text


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "loads"), [("csv", False), ("py", False), ("ipynb", True)])
def test_nbformat_is_loaded_for_a_notebook_alone(kind, loads):
    command = f"['export', '1', '-o', '-', '--format', {kind!r}]"
    code = (
        f"import sys, gdtui.cli as c; c.commands.main({command}, standalone_mode=False)\n"
        "print('nbformat' in sys.modules, 'torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == f"{loads} False\n"
