"""The command line as a user meets it: in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import forking
import pytest

from gdtui.stages import STAGES

GDTUI = [sys.executable, "-m", "gdtui"]


def gdtui(*arguments, **options):
    if not options:
        return forking.gdtui(*arguments)
    return subprocess.run([*GDTUI, *map(str, arguments)], capture_output=True, text=True, **options)


def json_lines(process):
    return [json.loads(line) for line in process.stdout.splitlines()]


def script(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(text)
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "stage"), [((), 1), ((3,), 3), (("open", "4"), 4), (("--set", "epochs=3", 2), 2)]
)
def test_without_a_terminal_the_app_says_what_does_without(arguments, stage):
    process = gdtui(*arguments, stdin=subprocess.DEVNULL)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr == (
        "gdtui: the app needs a terminal for its keys and its screen; "
        f"`gdtui run {stage}` does without\n"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("stags",), "unknown stage or command 'stags' (did you mean 'stages'?)"),
        (
            ("stags",),
            "the commands are bugs, compare, data, diagnose, export, lessons, lr, open, plot, run, show, stages, sweep, walk, when",
        ),
        (("2", "--set", "learning_rate=fast"), "'fast' is not allowed"),
        (("nowhere.py",), "nowhere.py: there is no such file"),
        (("--versio",), "No such option"),
    ],
)
def test_the_app_does_not_open_for_what_is_not_there(arguments, said):
    process = gdtui(*arguments)
    assert process.returncode == 2
    assert said in process.stderr
    assert process.stderr.count("\n") == 1


def test_the_second_table_of_the_notebook():
    process = gdtui("run", "1", "--set", "epochs=20", "--set", "print_every=2")
    lines = process.stdout.splitlines()
    assert lines[0] == "Prediction before training: f(5) = 0.000"
    assert lines[6] == "epoch 11: w = 2.000, loss = 0.00000033"
    assert lines[-1] == "Prediction after training: f(5) = 10.000"
    assert process.returncode == 0
    assert process.stderr == ""


def test_stages_are_a_table():
    rows = [line.split("  ") for line in gdtui("stages").stdout.splitlines()]
    rows = [[cell.strip() for cell in row if cell] for row in rows]
    assert rows[0] == ["name", "title", "prediction", "gradients", "loss", "updates"]
    assert rows[1][:3] == ["1", "manual", "Everything by hand"]
    assert rows[2][3:] == ["by hand", "autograd", "by hand", "by hand"]
    assert rows[5][3:] == ["own nn.Module", "autograd", "PyTorch", "PyTorch"]
    assert len(rows) == 1 + len(STAGES)


def test_json_has_an_object_for_each_epoch_and_one_for_the_end():
    process = gdtui("run", "manual", "--json")
    *epochs, last = json_lines(process)
    assert epochs[0] == {
        "epoch": 1,
        "epochs_total": 10,
        "loss": 30.0,
        "parameters": {"w": 1.2},
        "gradients": {"w": -120.0},
        "metrics": {},
    }
    assert [each["epoch"] for each in epochs] == list(range(1, 11))
    assert epochs[1]["loss"] == 4.799999237060547
    assert last == {"status": "finished", "epochs": 10, "message": "finished after 10 epochs"}
    assert process.returncode == 0


def test_json_of_a_diverging_run():
    process = gdtui("run", "manual", "--set", "learning_rate=10", "--set", "epochs=50", "--json")
    *epochs, last = json_lines(process)
    assert epochs[-1]["loss"] is None
    assert last["status"] == "diverged"
    assert last["epochs"] == len(epochs) == 8
    assert last["message"] == "diverged at epoch 8: the loss is not finite"
    assert process.returncode == 1
    assert process.stderr == "gdtui: diverged at epoch 8: the loss is not finite\n"


def test_a_stopped_run_says_so_behind_what_the_script_prints():
    process = gdtui("run", "1", "--set", "print_every=1", "--stop-below", "1.0")
    assert process.stdout.splitlines() == [
        "Prediction before training: f(5) = 0.000",
        "epoch 1: w = 1.200, loss = 30.00000000",
        "epoch 2: w = 1.680, loss = 4.79999924",
        "epoch 3: w = 1.872, loss = 0.76800019",
        "Prediction after training: f(5) = 9.360",
    ]
    assert process.stderr == "gdtui: stopped after 3 epochs: the loss 0.768 is below 1\n"
    assert process.returncode == 0


def test_json_of_a_stopped_run():
    process = gdtui("run", "1", "--stop-below", "1.0", "--stop-stalled", "5", "--json")
    *epochs, last = json_lines(process)
    assert [each["epoch"] for each in epochs] == [1, 2, 3]
    assert last == {
        "status": "stopped",
        "epochs": 3,
        "message": "stopped after 3 epochs: the loss 0.768 is below 1",
    }
    assert process.returncode == 0
    assert process.stderr == ""


@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_loss_that_no_longer_falls(tmp_path, as_json):
    path = script(
        tmp_path,
        "w = 2.0\nwhile True:\n    loss = max(w, 0.5)\n    w -= 0.5 * w\nprint('f =', w)\n",
    )
    process = gdtui("run", path, "--stop-stalled", 3, *as_json)
    message = "stopped after 6 epochs: the loss has not fallen for 3 epochs"
    if as_json:
        assert json_lines(process)[-1] == {"status": "stopped", "epochs": 6, "message": message}
    else:
        assert (process.stdout, process.stderr) == ("f = 0.03125\n", f"gdtui: {message}\n")
    assert process.returncode == 0


@pytest.mark.parametrize(
    "options", [["--stop-below", "1e-300"], ["--stop-below", "None"], ["--stop-stalled", ""]]
)
def test_a_rule_that_is_not_met_or_off_says_nothing(options):
    process = gdtui("run", "1", *options)
    assert process.stdout == gdtui("run", "1").stdout
    assert (process.returncode, process.stderr) == (0, "")


def test_a_failure_behind_a_loop_that_was_stopped(tmp_path):
    path = script(tmp_path, "w = 2.0\nwhile True:\n    loss = w\n    w -= 0.5 * w\n1 / 0\n")
    process = gdtui("run", path, "--stop-below", "0.3", "--json")
    assert json_lines(process)[-1]["status"] == "failed"
    assert process.returncode == 1
    assert process.stderr.endswith("ZeroDivisionError: division by zero\n")


def test_json_of_arrays_and_of_scripts_that_write_past_print(tmp_path):
    path = script(
        tmp_path,
        "import sys\nimport numpy as np\n"
        "w = np.zeros((1, 2))\nbig = np.zeros(100)\n"
        "for epoch in range(1):\n"
        "    loss = 1.0\n"
        "    dw = np.array([[1.0, np.inf]])\n"
        "    w -= 0.5 * dw\n"
        "    dbig = np.ones(100)\n"
        "    big -= 3.0 * dbig\n"
        "    sys.stdout.write('not JSON')\n",
    )
    first, last = json_lines(gdtui("run", path, "--json"))
    assert first["parameters"]["w"] == [[-0.5, None]]
    assert first["gradients"]["w"] == [[1.0, None]]
    assert first["parameters"]["big"] == {"norm": 30.0, "shape": [100]}
    assert last["status"] == "finished"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_failing_script_shows_its_own_traceback(tmp_path, as_json):
    path = script(tmp_path, "w = 2.0\nfor epoch in range(3):\n    w -= 1.0 * w\n    print(1 / w)\n")
    process = gdtui("run", path, *(["--json"] if as_json else []))
    assert process.returncode == 1
    assert process.stderr == (
        "Traceback (most recent call last):\n"
        f'  File "{path}", line 4, in <module>\n'
        "    print(1 / w)\n"
        "          ~~^~~\n"
        "ZeroDivisionError: float division by zero\n"
    )
    if as_json:
        assert json_lines(process) == [
            {
                "status": "failed",
                "epochs": 0,
                "message": "ZeroDivisionError: float division by zero",
            }
        ]
    else:
        assert process.stdout == ""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "Missing argument 'STAGE'. See gdtui run --help"),
        (["rum"], "unknown stage or command 'rum' (did you mean 'run'?)"),
        (["run", "manul"], "unknown stage 'manul' (did you mean 'manual'?); the stages are 1"),
        (["run", "1", "--set"], "Option '--set' requires an argument."),
        (["run", "1", "--set", "w"], "--set 'w' is not a setting; write NAME=VALUE"),
        (["run", "1", "--set", "=3"], "--set '=3' is not a setting"),
        (["run", "1", "--set", "rate=3"], "unknown setting 'rate'; the settings are inputs,"),
        (["run", "1", "--set", "epochs=0"], "setting epochs: 0 is not allowed; it takes a whole"),
        (["run", "1", "--set", "epochs=1.5"], "setting epochs: 1.5 is not allowed"),
        (["run", "1", "--set", "epochs=1000000000"], "from 1 to 10000000"),
        (["run", "1", "--set", "learning_rate=nan"], "setting learning_rate: 'nan' is not"),
        (["run", "1", "--set", "learning_rate=1e999"], "setting learning_rate: inf is not"),
        (["run", "1", "--set", "inputs=[1,2]"], "2 inputs and 4 targets do not go together"),
        (["run", "1", "--set", "inputs=[1,"], "setting inputs: '[1,' is not a Python literal"),
        (["run", "1", "--set", "inputs=[]", "--set", "targets=[]"], "setting inputs: [] is not"),
        (["run", "1", "--stop-below", "low"], "--stop-below: 'low' is not allowed; it takes"),
        (
            ["run", "1", "--stop-below", "-1"],
            "--stop-below: -1 is not allowed; it takes a number above 0",
        ),
        (
            ["diagnose", "1", "--stop-below=0"],
            "--stop-below: 0 is not allowed; it takes a number above",
        ),
        (["run", "1", "--stop-below", "nan"], "--stop-below: 'nan' is not allowed; it takes"),
        (["run", "1", "--stop-stalled", "0"], "--stop-stalled: 0 is not allowed; it takes a whole"),
        (["run", "1", "--stop-stalled=-1"], "--stop-stalled: -1 is not allowed; it takes a whole"),
        (["run", "1", "--stop-stalled", "2.0"], "--stop-stalled: 2.0 is not allowed; it takes"),
        (["run", "1", "--stop-below"], "Option '--stop-below' requires an argument."),
        (["show", "nine.py"], "nine.py: there is no such file"),
        (["run", "."], "this is a folder"),
        (["run", "./"], "this is a folder"),
        (["run", "1", "extra"], "unexpected argument 'extra'; what is given to a script stands"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(arguments, says):
    process = gdtui(*arguments)
    assert process.returncode == 2
    assert process.stdout == ""
    assert process.stderr.count("\n") == 1
    assert process.stderr.startswith("gdtui: ")
    assert says in process.stderr


def test_what_is_shown_is_the_file(tmp_path):
    path = tmp_path / "mine.py"
    path.write_bytes(
        "\ufeffw = 1.0  # größe\r\nfor e in range(2):\r\n    w -= 0.1 * w\r\n".encode()
    )
    shown = subprocess.run(
        [*GDTUI, "show", str(path), "--set", "w=2"], capture_output=True, check=True
    ).stdout
    assert shown == path.read_bytes().replace(b"1.0", b"2.0")


@pytest.mark.slow
@pytest.mark.parametrize("as_json", [[], ["--json"]])
def test_a_reader_that_goes_away_ends_the_run_quietly(as_json):
    command = [*GDTUI, "run", "1", "--set", "epochs=10000000", *as_json]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == b""


def test_a_closed_pipe_is_not_the_scripts_business(tmp_path):
    path = script(
        tmp_path,
        "w = 1.0\n"
        "while True:\n"
        "    w -= 1e-9 * w\n"
        "    try:\n        print(w)\n"
        "    except Exception:\n        print('caught')\n",
    )
    command = [*GDTUI, "run", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(60) == 141
        assert process.stderr.read() == b""


def test_ctrl_c_ends_the_run_quietly():
    command = [*GDTUI, "run", "1", "--set", "epochs=10000000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.readline()
        os.kill(process.pid, signal.SIGINT)
        process.stdout.read()
        assert process.wait(60) == 130
        assert process.stderr.read().strip() == b""  # a line break behind the terminal's ^C


def test_output_comes_as_the_script_prints_it(tmp_path):
    path = script(
        tmp_path,
        "import sys\nw = 1.0\nfor epoch in range(2):\n    w -= 0.1 * w\n"
        "    print('waiting')\n    sys.stdin.readline()\n",
    )
    command = [*GDTUI, "run", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        for _ in range(2):
            assert process.stdout.readline() == b"waiting\n"
            process.stdin.write(b"\n")
            process.stdin.flush()
        assert process.stdout.read() == b""


@pytest.mark.parametrize("arguments", [["stages"], ["show", "1"], ["--help"]])
def test_a_closed_pipe_for_every_command(arguments):
    command = " ".join([*GDTUI, *arguments])
    process = subprocess.run(
        ["bash", "-c", f"exec 3> >(true); wait $!; {command} >&3"], capture_output=True
    )
    assert process.returncode == 141
    assert process.stderr == b""


@pytest.mark.slow
@pytest.mark.parametrize("arguments", ["stages", "show 1", "run 1", "run 1 --json"])
def test_output_that_cannot_be_written(arguments):
    command = " ".join([*GDTUI, arguments])
    full = subprocess.run(["bash", "-c", f"{command} > /dev/full"], capture_output=True, text=True)
    assert full.returncode == 1
    assert full.stderr == "gdtui: standard output cannot be written to: No space left on device\n"
    closed = subprocess.run(["bash", "-c", f"{command} >&-"], capture_output=True, text=True)
    assert "Traceback" not in closed.stderr


@pytest.mark.parametrize("as_json", [[], ["--json"]])
@pytest.mark.parametrize(("code", "exit_code", "says"), [("3", 3, ""), ("'enough'", 1, "enough\n")])
def test_a_script_that_exits(tmp_path, code, exit_code, says, as_json):
    path = script(tmp_path, f"w = 1.0\nfor e in range(3):\n    w -= 0.1 * w\n    exit({code})\n")
    process = gdtui("run", path, *as_json)
    assert (process.returncode, process.stderr) == (exit_code, says)
    if as_json:
        assert json_lines(process)[-1]["status"] == "failed"


_NOISY = """\
import logging, os, sys, warnings
logging.basicConfig(level="INFO", format="%(message)s")
w = 2.0
for epoch in range(3):
    loss = w
    w -= 0.5 * w
    print(epoch)
    logging.info("at %s", epoch)
    warnings.warn("once a line")
sys.stdout.flush()
os.write(1, b"past Python\\n")
sys.stderr.write("no end of line")
"""


def test_standard_error_is_that_of_python(tmp_path):
    path = script(tmp_path, _NOISY)
    python = subprocess.run([sys.executable, path], capture_output=True, text=True)
    ours = gdtui("run", path)
    assert (ours.stdout, ours.stderr) == (python.stdout, python.stderr)
    assert ours.stderr.count("UserWarning: once a line\n  warnings.warn") == 1


def test_standard_output_is_for_json_alone(tmp_path):
    path = script(tmp_path, _NOISY)
    python = subprocess.run([sys.executable, path], capture_output=True, text=True)
    ours = gdtui("run", path, "--json")
    assert [each.get("epoch") for each in json_lines(ours)] == [1, 2, 3, None]
    assert ours.stderr.replace("past Python\n", "") == python.stderr
    assert "past Python\n" in ours.stderr


def test_what_a_script_prints_without_an_end_of_line_is_seen_at_once(tmp_path):
    path = script(
        tmp_path,
        "import sys\nw = 1.0\nfor epoch in range(1):\n    w -= 0.1 * w\n"
        "    print('50 %', end='\\r', flush=True)\n    sys.stdin.readline()\n",
    )
    command = [*GDTUI, "run", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        assert process.stdout.read(5) == b"50 %\r"
        process.stdin.write(b"\n")
        process.stdin.flush()
        assert process.wait(60) == 0


def test_diagnose_lets_standard_error_through(tmp_path):
    process = gdtui(
        "diagnose", script(tmp_path, _NOISY.replace('os.write(1, b"past Python\\n")', "")), "--json"
    )
    (diagnosis,) = json_lines(process)
    assert diagnosis["verdict"]
    assert process.stderr.startswith("at 0\n")


@pytest.mark.slow
def test_a_script_that_is_nested_too_deeply(tmp_path):
    branches = "".join(f"    elif epoch == {n}:\n        pass\n" for n in range(600))
    path = script(
        tmp_path,
        f"w = 1.0\nfor epoch in range(2):\n    if w > 9:\n        w -= 0.1 * w\n{branches}",
    )
    process = gdtui("run", path)
    assert process.returncode == 2
    assert process.stderr.count("\n") == 1
    assert "nested too deeply" in process.stderr


def test_version():
    import gdtui as package

    assert package.__version__ in gdtui("--version").stdout
