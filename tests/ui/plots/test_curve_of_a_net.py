"""The fit of a net of one input: its curve over the samples."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.ui.plots.run_plots import RunPlots

pytestmark = pytest.mark.slow

NET = """
import torch
from torch import nn

torch.manual_seed(0)
x = torch.tensor([[2.0], [-1.0], [0.5], [1.0]])
y = torch.sin(x)
net = nn.Sequential(nn.Linear({features}, 4), nn.Tanh(), nn.Linear(4, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(5):
    y_pred = net({inputs})
    loss = ((y_pred - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def fit(text):
    plots = RunPlots(1, Script(text, "net.py", "/net.py"))
    with Timeline(plots.script) as timeline:
        plots.catch_up(timeline.start(), timeline.history)
        plots.catch_up(timeline.next_epoch(), timeline.history)
        moment = timeline.moment
    predicted = np.ravel(moment.variable("y_pred").value)
    return plots.fit(), predicted


def test_the_predictions_are_joined_in_the_order_of_the_inputs():
    (title, sketch, said), predicted = fit(NET.format(features=1, inputs="x"))
    picture = sketch(lambda name: (0, 0, 0))
    (curve,) = picture.curves
    np.testing.assert_array_equal(curve.x, [-1.0, 0.5, 1.0, 2.0])
    np.testing.assert_allclose(curve.y, predicted[[1, 2, 3, 0]])
    np.testing.assert_array_equal([stem.x for stem in picture.stems], [2.0, -1.0, 0.5, 1.0])
    np.testing.assert_allclose([stem.high for stem in picture.stems], predicted)
    assert said == "y_pred joined at the samples"
    assert title.plain == "Fit y_pred"


def test_a_net_of_two_inputs_has_its_predictions_over_the_targets():
    text = NET.format(features=2, inputs="x")
    text = text.replace("y = torch.sin(x)", "y = torch.sin(x)\nx = torch.cat([x, x ** 2], dim=1)")
    (_, _, said), _ = fit(text)
    assert "over y" in said
