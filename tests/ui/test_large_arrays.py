"""The panes with a net that has arrays too large to copy: summaries, and histograms in a row."""

import numpy as np
import pytest
from driving import drive

from gdtui.engine.record.summary import summarize
from gdtui.ui.texts.wording import BLOCKS, histogram_caption, histogram_text

pytestmark = pytest.mark.slow

SCRIPT = """\
import torch
from torch import nn

torch.manual_seed(0)
epochs = 4
x, y = torch.randn(8, 120), torch.randn(8, 20)
data = torch.linspace(0, 1, 20_000)
model = nn.Sequential(nn.Linear(120, 100), nn.ReLU(), nn.Linear(100, 20))
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(epochs):
    optimizer.zero_grad()
    prediction = model(x)
    loss = nn.functional.mse_loss(prediction, y)
    loss.backward()
    optimizer.step()
"""
UPDATED = "nnnnn"
SIZES = [(80, 24), (120, 36)]


@pytest.fixture
def stage(tmp_path):
    path = tmp_path / "net.py"
    path.write_text(SCRIPT)
    return str(path)


def lines_of(app, pane):
    return [line.strip("│ ▁▂▃▄▅▆▇█") for line in app.text_of(pane).splitlines()]


@pytest.mark.parametrize("size", SIZES)
def test_the_numbers_pane(stage, size):
    async def test(app):
        await app.press(*UPDATED)
        text = " ".join(" ".join(lines_of(app, "#numbers")).split())
        old, new = (each.parameters["0.weight"].norm for each in (app.moment.before, app.moment))
        assert f"0.weight = norm {new:.4g}, mean" in text
        assert f"norm before {old:.5g}, now {new:.5g}" in text
        assert "Summary" not in text

    drive(test, stage=stage, size=size)


def test_a_histogram_stands_below_where_there_is_room(stage):
    async def test(app):
        await app.press(*"nnnn")
        summary = app.moment.gradients["0.weight"]
        assert f"0.weight.grad {histogram_text(summary)}" in app.text_of("#numbers")
        assert histogram_caption([summary]) in app.text_of("#numbers")

    drive(test, stage=stage, size=(120, 36))


@pytest.mark.parametrize("size", SIZES)
def test_the_variables_pane(stage, size):
    async def test(app):
        await app.press(*UPDATED, "d")
        lines = lines_of(app, "#variables")
        place = next(at for at, line in enumerate(lines) if line.startswith("● 0.weight"))
        assert "parameter 100x120" in lines[place]
        summary = app.moment.parameters["0.weight"]
        assert lines[place + 1].startswith(f"norm {summary.norm:.4g}, mean ")
        assert histogram_text(summary) in app.text_of("#variables")

    drive(test, stage=stage, size=size)


def test_a_wide_pane_has_a_line_for_each_and_says_what_the_blocks_are(stage):
    async def test(app):
        await app.press(*UPDATED, "d")
        app.main.query_one("#variables").focus()
        await app.press("z")
        text = app.text_of("#variables")
        (line,) = [line for line in text.splitlines() if " data " in line]
        row = histogram_text(app.moment.variable("data").value)
        assert "Tensor float32 20000" in line
        assert f"norm 81.65, mean 0.5, from 0 to 1 {row}" in line
        assert f"{BLOCKS[0]}{BLOCKS[-1]} spread, smallest to largest; at least 1 in 3" in text

    drive(test, stage=stage, size=(140, 40))


def test_the_graph_and_the_titles(stage):
    async def test(app):
        await app.press(*UPDATED, "d", "d")
        assert "0.weight 100x120, norm 5.7" in app.text_of("#graph")
        await app.press("n", "n")
        norm = app.moment.parameters["0.weight"].norm
        assert f"0.weight {norm:.5g}" in app.screen_text()

    drive(test, stage=stage, size=(160, 50))


def test_of_a_few_arrays_the_title_has_the_norms_of_the_large_ones(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        "import numpy as np\nw = np.linspace(-1, 1, 20_000)\nfor epoch in range(3):\n"
        "    loss = (w ** 2).sum()\n    dw = 2 * w\n    w -= 0.1 * dw\n"
    )

    async def test(app):
        await app.press("n", "n")
        assert "w norm 81.654" in app.text_of("#parameters").splitlines()[0]
        await app.press("N", "comma", "comma")
        # The parameters before training are those of a moment, not of the history.
        assert "epoch 0: w norm 81.65" in app.screen_text()

    drive(test, stage=str(path))


def test_values_that_are_not_finite_are_counted(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(
        "import torch\nmask = torch.full((200, 200), float('-inf')).triu(1)\nw = 1.0\n"
        "for epoch in range(3):\n    loss = w ** 2\n    dw = 2 * w\n    w -= 0.1 * dw\n"
    )

    async def test(app):
        await app.press("n", "d")
        app.main.query_one("#variables").focus()
        await app.press("z")
        assert "all 20100 numbers are 0, 19900 of 40000 not finite" in app.text_of("#variables")

    drive(test, stage=str(path))


# The row -----------------------------------------------------------------------------


def test_each_range_has_a_cell_as_high_as_its_share():
    # One number at either end, 16 in the middle, 8 and 2 at its sides.
    array = np.array([0.0, 20.0] + [10.5] * 16 + [9.5] * 8 + [11.5] * 2)
    assert histogram_text(summarize(array)) == "▁" + " " * 8 + "▄█▁" + " " * 7 + "▁"
    assert not histogram_text(summarize(np.ones(9)))
    assert not histogram_text(summarize(np.full(9, np.nan)))
    assert not histogram_caption([summarize(np.ones(9))])
