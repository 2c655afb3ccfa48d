"""``gdtui sweep``: many values of one or two settings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from forking import gdtui

from gdtui import Script

SLOW = """
w = 1.0
lr = 0.1
kind = 0
for epoch in range(20):
    loss = w ** 2
    w -= lr * 2 * w
    if kind == 3:
        raise RuntimeError("no")
    if kind == 4:
        import os
        os.system("echo a child speaks")
        input()
"""


def sweep(*arguments, **given):
    """The exit code, the lines on standard output and those on standard error."""
    done = gdtui("sweep", *arguments, **given)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def script(tmp_path, text=SLOW):
    path = tmp_path / "mine.py"
    path.write_text(text)
    return path


def test_one_setting_is_a_curve_with_the_limit():
    code, lines, complaints = sweep("1", "learning_rate=0.001:0.1:60:log")
    assert (code, complaints) == (0, [])
    text = "\n".join(lines)
    assert text.count("┊") > 10
    assert "● smooth" in text
    assert "learning_rate, logarithmic" in text
    assert lines[-3].startswith("Lowest loss: ")
    assert (
        lines[-2] == "By theory the learning rate is stable below 0.033333; the best is 0.016667."
    )
    assert lines[-1].startswith("60 of 60 runs were computed at once, in ")
    start = next(at for at, line in enumerate(lines) if line.startswith("learning_rate "))
    groups = [line.split() for line in lines[start + 1 : -4]]
    kinds = [next(word for word in row if word.isalpha() and word != "to") for row in groups]
    assert kinds[0] == "smooth"
    assert kinds[-2:] == ["oscillating", "diverging"]
    assert sum(int(row[row.index(kind) - 1]) for row, kind in zip(groups, kinds, strict=True)) == 60


def test_words_are_a_table():
    code, lines, _ = sweep("1", "reduction=sum,mean", "--jobs", "1")
    assert code == 0
    assert lines[:3] == [
        "reduction  runs  verdict  loss",
        "sum        1     smooth   2.0614e-6",
        "mean       1     smooth   1.6094",
    ]


def test_two_settings_are_a_table():
    _, lines, _ = sweep("1", "learning_rate=0.01,0.02,1", "w=0,1", "--set", "epochs=40")
    assert lines[2].split() == ["learning_rate", "\\", "w", "0", "1"]
    assert [line.split()[0] for line in lines[3:6]] == ["0.01", "0.02", "1"]
    assert lines[5].split()[1:] == ["×", "×"]
    assert float(lines[3].split()[1]) == pytest.approx(30 * 0.4**78, rel=1e-2)


def test_many_values_of_two_settings_are_shades():
    _, lines, _ = sweep("1", "learning_rate=0.001:0.05:50", "w=-9:9:60")
    assert lines[0] == "learning_rate downwards, w from left to right, -9 to 9"
    shades = set("".join(line[10:] for line in lines[1:41]))
    assert {"█", "×", " "} <= shades
    assert "on a logarithmic scale from low to high" in lines[41]


def test_failures_are_results_and_children_do_not_speak_between_them(tmp_path):
    code, lines, complaints = sweep(script(tmp_path), "kind=2,3,4", "--jobs", "1")
    assert code == 0
    assert ["3", "to", "4", "2", "failed", "-"] in [line.split() for line in lines]
    assert "a child speaks" in complaints
    assert not any("child" in line for line in lines)
    assert lines[-1].startswith("3: RuntimeError: no (and 1 more")  # input() met its end
    code, lines, _ = sweep(script(tmp_path), "kind=3", "--jobs", "1")
    assert code == 1
    assert "No run has come to a finite loss." in lines


def test_a_metric_that_is_not_there_is_told(tmp_path):
    code, lines, _ = sweep(script(tmp_path), "lr=0.1,0.2", "--metric", "f1", "--jobs", "1")
    assert (code, lines[-2]) == (0, "No run has come to a finite f1.")
    assert lines[-1] == "no f1 was recorded, only loss (and 1 more with a message)"


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_the_file_has_a_line_for_each_run_and_is_gone_on_with(tmp_path, suffix):
    path = tmp_path / f"results.{suffix}"
    arguments = (script(tmp_path), "lr=0.1,0.2", "-o", path, "--jobs", "1")
    _, first, _ = sweep(*arguments)
    whole = path.read_text()
    assert len(whole.splitlines()) == 2 + (suffix == "csv")
    code, _, (complaint,) = sweep(*arguments)
    assert code == 2
    assert "exists already; --resume goes on with it" in complaint
    lines = whole.splitlines(keepends=True)
    path.write_text("".join(lines[:-1]) + lines[-1][:5])
    code, again, _ = sweep(*arguments, "--resume")
    assert (code, again, path.read_text()) == (0, first, whole)
    code, _, (complaint,) = sweep(*arguments, "--resume", "--set", "w=2.0")
    assert code == 2
    assert "of another script, or of other settings" in complaint


@pytest.mark.slow
def test_ctrl_c_shows_and_keeps_what_is_done(tmp_path):
    text = SLOW.replace(
        "    if kind == 3:",
        "    import time\n    while kind == 1:\n        time.sleep(0.1)\n    if kind == 3:",
    )
    path = tmp_path / "results.csv"
    # A shell's background job ignores the signal.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from gdtui.cli import main; sys.argv[0] = 'gdtui'; main()"
    )
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            code,
            "sweep",
            script(tmp_path, text),
            "kind=0,1,1000,2",
            "--jobs",
            "2",
            "-o",
            path,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not path.exists() or len(path.read_text().splitlines()) < 4:
        assert process.poll() is None
    os.killpg(process.pid, signal.SIGINT)
    out, errors = process.communicate()
    assert process.returncode == 130
    assert errors.splitlines()[-1] == (
        f"gdtui: interrupted: 3 of 4 runs are done and in {path}; --resume goes on"
    )
    assert "Lowest loss: " in out


@pytest.mark.slow
def test_two_processes_come_to_the_same_as_one(tmp_path):
    _, one, _ = sweep(script(tmp_path), "lr=0.1,0.2,0.3", "kind=0,3", "--jobs", "1")
    # joblib tidies up when Python ends, which a forked command does not wait for.
    command = [sys.executable, "-m", "gdtui", "sweep", script(tmp_path), "lr=0.1,0.2,0.3"]
    two = subprocess.run(
        [*command, "kind=0,3", "--jobs", "2"], capture_output=True, text=True, check=True
    )
    assert (two.stdout.splitlines(), two.stderr) == (one, "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing argument 'STAGE'"),
        (["1"], "Missing argument 'NAME=VALUES...'"),
        (["1", "learning_rate"], "'learning_rate' names no values to try"),
        (["1", "rate=1,2"], "unknown setting 'rate'"),
        (["1", "w=1,2", "epochs=1,2", "x_test=1,2"], "3 settings to try"),
        (["9", "w=1,2"], "unknown stage '9'"),
        (["1", "w=1,2", "-o", "results.txt"], "-o results.txt: end the name in .csv or .jsonl"),
        (["1", "w=1,2", "-o", "nowhere/results.csv"], "cannot be written: No such file"),
        (["1", "w=1,2", "--resume"], "--resume is about a file; name it with -o"),
        (["1", "w=1,2", "--force"], "--force is about a file"),
        (
            ["1", "w=1,2", "-o", "r.csv", "--force", "--resume"],
            "--resume goes on with the file and",
        ),
        (["1", "w=1,2", "--jobs", "0"], "0 is not in the range x>=1"),
        (["1", "w=1,2", "--backend", "threads"], "'threads' is not one of 'loky'"),
        (["1", "w=1,2", "--stop-below", "low"], "--stop-below: 'low' is not allowed"),
    ],
)
def test_wrong_usage_is_one_line(arguments, complaint):
    code, lines, (line,) = sweep(*arguments)
    assert (code, lines) == (2, [])
    assert complaint in line


@pytest.mark.slow
def test_joblib_is_loaded_only_where_scripts_run_in_processes():
    code = (
        "import sys, gdtui.cli as c\n"
        "c.commands.main(['sweep', '1', 'learning_rate=0.01,0.02'], standalone_mode=False)\n"
        "print('joblib' in sys.modules, 'torch' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "False False\n"
    assert Script.stage("manual").name == "manual"
