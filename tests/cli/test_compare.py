"""``gdtui compare``: runs beside one another."""

from __future__ import annotations

import pytest
from forking import gdtui


def compare(*arguments):
    """The exit code, the lines on standard output and those on standard error."""
    done = gdtui("compare", *arguments)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def cells(line):
    return [cell.strip() for cell in line.split("  ") if cell.strip()]


def test_two_stages():
    code, lines, complaints = compare("1", "2", "--set", "epochs=10", "--set", "print_every=1")
    assert (code, complaints) == (0, [])
    assert [cells(line) for line in lines[:3]] == [
        ["script", "reduction", "epochs run", "last loss", "verdict"],
        ["A", "manual", "sum", "10", "2.0614e-6", "smooth"],
        ["B", "autograd", "-", "10", "1.6094", "smooth"],
    ]
    assert lines[-4:-1] == [
        "A and B first differ in epoch 1, at the gradient:",
        "  A  line 56  dw = gradient(x, y, y_pred)  w = -120",
        "  B  line 47  loss.backward()              w = -30",
    ]
    assert lines[-1].startswith("Their parameters are farthest apart in epoch 2: w by 1.125 (1.68 ")


def test_the_plot_has_each_letter_and_no_colours():
    _, lines, _ = compare("1", "--set", "B:learning_rate=0.001")
    plot = "\n".join(lines[4:-4])
    assert "loss, logarithmic" in plot
    assert plot.count("A") >= 10 <= plot.count("B")
    assert "\x1b" not in plot


def test_one_script_runs_once_for_each_letter():
    _, lines, _ = compare("1", "--set", "C:learning_rate=0.02", "--set", "epochs=5")
    table = [cells(line) for line in lines[1:4]]
    assert [row[:4] for row in table] == [
        ["A", "manual", "0.01", "5"],
        ["B", "manual", "0.01", "5"],
        ["C", "manual", "0.02", "5"],
    ]
    assert "A and B do not differ in the 5 epochs that both have." in lines
    assert "Their parameters are equal to the last bit." in lines


def test_a_setting_of_one_run_comes_before_that_of_all():
    _, lines, _ = compare("1", "1", "--set", "A: epochs = 3", "--set", "epochs=5")
    assert [cells(line)[3] for line in lines[1:3]] == ["3", "5"]


def test_numbers_that_would_look_equal_have_all_their_digits():
    _, lines, _ = compare("1", "--set", "B:w=1.0", "--set", "A:w=1.00002")
    assert lines[-4:-1] == [
        "A and B differ before the first epoch, in their parameters:",
        "  A  w = 1.00002",
        "  B  w = 1",
    ]


def test_diverging_is_an_answer_and_failing_is_not(tmp_path):
    code, lines, _ = compare("1", "--set", "B:learning_rate=10", "--set", "epochs=300")
    assert (code, cells(lines[2])[-1]) == (0, "diverging")
    path = tmp_path / "mine.py"
    path.write_text(
        "w = 1.0\nfor epoch in range(5):\n    loss = w ** 2\n    w -= 0.1 * 2 * w\n    assert epoch < 2\n"
    )
    code, lines, complaints = compare("1", path)
    assert (code, cells(lines[2])[-1]) == (1, "failed")
    assert complaints == ["gdtui: B: the script failed: AssertionError"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "Missing argument 'STAGE...'"),
        (["1"], "one script alone is compared with nothing"),
        (["1", "--set", "A:epochs=3"], "one script alone is compared with nothing"),
        (["1", "9"], "unknown stage '9'"),
        (
            ["1", "2", "--set", "C:epochs=3"],
            "--set C:... is for a run that is not there; the runs are A, B",
        ),
        (["1", "2", "--set", "reduction=mean"], "run B, autograd: unknown setting 'reduction'"),
        (["1", "2", "--set", "B:epochs=0"], "run B, autograd: setting epochs: 0 is not allowed"),
        (["1", "2", "--set", "B:epochs"], "--set 'epochs' is not a setting; write NAME=VALUE"),
        (["1", "2", "--stop-below", "0"], "--stop-below: 0 is not allowed"),
        (["1"] * 27, "27 runs: at most 26 are compared"),
    ],
)
def test_wrong_usage_is_one_line(arguments, complaint):
    code, lines, (line,) = compare(*arguments)
    assert (code, lines) == (2, [])
    assert complaint in line
