"""The curvature over the epochs in the app."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui.analysis.curvature.tracing import trace_curvature
from gdtui.engine.script.script import Script

pytestmark = pytest.mark.slow

NET = """\
import torch
from torch import nn
torch.manual_seed(0)
x = torch.linspace(-2, 2, 20).reshape(-1, 1)
y = torch.sin(2 * x)
learning_rate = 0.3
net = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=learning_rate)
for epoch in range(90):
    loss = ((net(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def words(app, selector):
    return " ".join(app.text_of(selector).replace("│", " ").split())


async def traced(app):
    await app.until(lambda: app.app._tracing is None)
    assert "hover" in app.text_of("#curvature")


def test_h_draws_the_curvature_of_the_run_so_far(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(NET)

    async def test(app):
        assert "Curvature" not in app.text_of("#view-tabs")
        await app.press("G")
        await app.ended()
        assert "H curvature" not in app.text_of("#curvature")
        await app.press("H")
        assert "Curvature" in app.text_of("#view-tabs")
        assert "process of its own" in words(app, "#curvature")
        await app.press("p")  # keys answer meanwhile
        assert app.moment.status == "paused"
        await traced(app)
        *_, curve = trace_curvature(Script(NET))
        shown = app.main._plots.curve
        assert shown.points == curve.points
        last = curve.points[-1]
        assert f"λmax {last.largest:.5g}"[:9] in words(app, "#curvature")
        assert "2/lr 6.6667" in words(app, "#curvature")
        assert "above 2 / learning rate = 6.6667" in app.main._diagnosis.tooltip.plain
        assert "edge of stability" in " ".join(str(each.message) for each in app.app._notifications)
        await app.press("comma", "less_than_sign")
        point = shown.near(app.main.cursor)
        assert f"epoch {point.epoch}: {point.largest:.5g}" in words(app, "#curvature")

    drive(test, stage=str(path))


def test_another_run_has_none_until_h_is_pressed_again_and_more_epochs_have_a_longer_one(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(NET)

    async def test(app):
        await app.press("H")
        assert "Curvature" not in app.text_of("#view-tabs")  # no epoch is over
        await app.press("N", "N", "N", "H")
        await traced(app)
        assert app.main._plots.curve.epochs == 3
        before = app.main._plots.curve
        await app.press("H")
        assert app.main._plots.curve is before
        await app.press("N", "N", "H")
        await traced(app)
        assert app.main._plots.curve.epochs == 5
        await app.press("right_square_bracket")
        await app.loaded()
        await app.press("N", "N")
        assert app.main._plots.curve is None
        assert "H draws the largest curvature" in words(app, "#curvature")
        assert "learning rate =" not in app.main._diagnosis.tooltip.plain

    drive(test, stage=str(path))


def test_a_script_without_one_says_why(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("w = 3.0\nfor epoch in range(9):\n    loss = w * w\n    w -= 0.1 * 2 * w\n")

    async def test(app):
        await app.press("N", "N", "H")
        await app.until(lambda: "no curvature is known" in words(app, "#curvature"))
        assert app.app._tracing is None

    drive(test, stage=str(path))


def test_a_small_screen_turns_to_it():
    async def test(app):
        await app.press("N", "N", "N", "H")
        await app.until(lambda: "above ╌ 2/lr" in app.text_of("#curvature"))
        assert "λmax 60" in words(app, "#curvature")
        assert "Curvature" in app.text_of("#view-tabs")

    drive(test, size=(80, 24))


def test_a_run_without_a_seed_has_the_curvature_of_another(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(NET.replace("torch.manual_seed(0)\n", ""))

    async def test(app):
        await app.press("N", "N", "H")
        await app.until(lambda: "no seed: of another run" in words(app, "#curvature"))
        await app.until(lambda: app.app._tracing is None)
        await app.pilot.pause()
        said = " ".join(str(each.message) for each in app.app._notifications)
        assert "This curve is of another run" in said
        # And the diagnosis is that of this run alone.
        assert "curvature" not in app.main._diagnosis.diagnosis.text

    drive(test, stage=str(path))


def test_where_tabs_have_no_room_the_others_are_cut(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(NET.replace("    loss =", "    accuracy = 0.5 + epoch\n    loss ="))

    async def test(app):
        await app.press("N")
        assert app.text_of("#view-tabs").split() == ["Fit", "Landscape", "Metrics"]
        await app.press("H")
        (line,) = app.text_of("#view-tabs").splitlines()
        names = line.split()
        assert names[0::3] == ["Fit", "Curvature"]
        assert names[1].endswith("…")
        assert len(line) <= app.main.query_one("#view").size.width

    drive(test, stage=str(path))
