"""``gdtui diagnose``: the diagnosis without the app."""

from __future__ import annotations

import json

import pytest
from forking import gdtui

KEYS = [
    "verdict",
    "shrink_per_epoch",
    "curvatures",
    "largest_stable_learning_rate",
    "best_learning_rate",
    "text",
    "curvature",
    "findings",
]


def diagnose(*arguments):
    """The exit code and the lines on standard output and standard error."""
    done = gdtui("diagnose", *arguments)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "verdict", "limit"),
    [
        (["1"], "smooth", 1 / 30),
        (["1", "--set", "reduction=mean"], "smooth", 2 / 15),
        (["3", "--set", "learning_rate=0.125"], "oscillating", 2 / 15),
        (["4", "--set", "learning_rate=0.125"], "diverging", 0.119756),
        (["5"], "smooth", 0.119756),
    ],
)
def test_the_object_has_its_keys_and_says_what_theory_says(arguments, verdict, limit):
    code, (line,), complaints = diagnose(*arguments, "--json")
    found = json.loads(line)
    assert (code, list(found), complaints) == (0, KEYS, [])
    assert found["verdict"] == verdict
    assert found["largest_stable_learning_rate"] == pytest.approx(limit, rel=1e-5)
    assert found["text"].lower().startswith(verdict)
    assert [each["rule"] for each in found["findings"]] == (
        ["rate_too_high"] if verdict == "diverging" else []
    )


def test_the_text_is_one_line_and_nothing_else_is_printed():
    code, lines, complaints = diagnose("3", "--set", "learning_rate=0.125")
    assert (code, len(lines), complaints) == (0, 1, [])
    assert lines[0].startswith("Oscillating but converging: ")


def test_a_run_that_diverges_is_an_answer():
    code, (text, *more), complaints = diagnose(
        "1", "--set", "learning_rate=10", "--set", "epochs=1000", "--no-proof"
    )
    assert (code, complaints) == (0, [])
    assert text.startswith("Diverging: an epoch multiplies the error by 599")
    assert more[1].startswith("Line 18: the learning rate 10 is too high")


FAULT = """import numpy as np
x = np.linspace(0, 1, 10)
y = 2 * x
w = 0.0
for epoch in range(30):
    loss = np.mean((w * x - y) ** 2)
    dw = 2 * np.mean((w * x - y) * x)
    w += 0.5 * dw
"""


def test_a_finding_is_printed_with_its_line_and_its_mend(tmp_path):
    path = tmp_path / "fault.py"
    path.write_text(FAULT)
    code, (text, empty, place, *lines), complaints = diagnose(path, "--no-proof")
    assert (code, empty, complaints) == (0, "", [])
    assert text.startswith("Diverging: ")
    assert place == "Line 8: the update has the wrong sign and goes uphill."
    assert lines[1:] == ["  A mend:", "    8      w -= 0.5 * dw"]


def test_an_object_has_its_findings(tmp_path):
    path = tmp_path / "fault.py"
    path.write_text(FAULT)
    _, (line,), _ = diagnose(path, "--json", "--no-proof")
    (found,) = json.loads(line)["findings"]
    assert list(found) == ["rule", "line", "title", "text", "evidence", "mend", "proof"]
    assert (found["rule"], found["line"]) == ("uphill", 8)
    assert (found["mend"], found["proof"]) == ("    w -= 0.5 * dw", None)


def test_a_script_that_asks_for_input_is_asked_once(tmp_path):
    path = tmp_path / "asking.py"
    path.write_text(FAULT.replace("w = 0.0", "w = float(input())"))
    done = gdtui("diagnose", path, "--no-proof", typed="0.5\n0.25\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Diverging: ")


@pytest.mark.slow
def test_a_mend_is_proved_by_running_it(tmp_path):
    path = tmp_path / "fault.py"
    path.write_text(FAULT)
    _, (line,), complaints = diagnose(path, "--json")
    (found,) = json.loads(line)["findings"]
    assert complaints == []
    assert found["proof"]["epochs"] == 30
    assert found["proof"]["mended"] < 0.01 < found["proof"]["as_it_is"]
    assert found["proof"]["text"].startswith(
        "with line 8 as `w -= 0.5 * dw` the loss after 30 epochs"
    )
    assert diagnose(path)[1][-1].startswith("  Tried: with line 8 as `w -= 0.5 * dw`")


def test_a_run_can_be_stopped_before_it_is_diagnosed():
    _, (text,), _ = diagnose("3", "--stop-below", "1e-3")
    assert text.startswith("Smooth: each epoch leaves 85 %")
    _, (whole,), _ = diagnose("3")
    assert whole.startswith("Converged: ")


def test_another_script_is_judged_by_its_losses():
    code, (line,), _ = diagnose("assets/batches.py", "--json")
    found = json.loads(line)
    assert (code, found["shrink_per_epoch"], found["curvatures"]) == (0, None, [])
    assert "based on the losses alone" in found["text"]


def test_a_script_that_fails_is_told_with_its_traceback():
    code, (text,), complaints = diagnose("3", "--set", "learning_rate=-1")
    assert (code, text) == (1, "No epoch is over yet; a diagnosis takes at least two.")
    assert complaints[0] == "Traceback (most recent call last):"
    assert complaints[-1] == ("gdtui: the script failed: ValueError: Invalid learning rate: -1.0")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["9"], "unknown stage '9'"),
        (["1", "--set", "epochs=0"], "setting epochs: 0 is not allowed"),
        (["1", "--stop-below", "low"], "--stop-below: 'low' is not allowed"),
        (["1", "--stop-stalled", "0"], "--stop-stalled: 0 is not allowed"),
    ],
)
def test_wrong_usage_is_one_line(arguments, complaint):
    code, lines, (line,) = diagnose(*arguments)
    assert (code, lines) == (2, [])
    assert complaint in line


@pytest.mark.slow
def test_the_curve_stands_there_as_a_plot_and_in_sentences(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(
        "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
        "x = torch.linspace(-2, 2, 20).reshape(-1, 1)\ny = torch.sin(2 * x)\n"
        "net = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1))\n"
        "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "for epoch in range(50):\n    loss = ((net(x) - y) ** 2).mean()\n"
        "    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
    )
    code, lines, complaints = diagnose(str(path), "--curve", "--no-proof")
    assert (code, complaints) == (0, [])
    text = "\n".join(lines)
    assert "A largest curvature  B 2 / learning rate" in lines
    assert "The largest curvature (sharpness) of the loss" in text
    assert "may hover at that limit without diverging" in text
    assert "The largest curvature of the loss in the last epoch" not in text
    code, (line,), _ = diagnose(str(path), "--curve", "--no-proof", "--json")
    found = json.loads(line)
    assert list(found) == [*KEYS[:-1], "curve", "findings"]
    assert [each["epoch"] for each in found["curve"]][::32] == [1, 50]
    assert found["curve"][-1]["largest"] == pytest.approx(found["curvature"]["largest"], rel=0.01)
    assert {each["limit"] for each in found["curve"]} == {20.0}


def test_where_there_is_no_curve_it_says_why():
    code, lines, complaints = diagnose("tests/cases/gan.py", "--curve", "--no-proof")
    assert (code, complaints) == (0, [])
    assert "No curvature is known: the script sends back several losses." in lines
    code, lines, (complaint,) = diagnose("1", "--curve", "--no-curvature")
    assert (code, lines) == (2, [])
    assert "--curve and --no-curvature: give one of them" in complaint
