"""Tables of what each sample adds to a cross-entropy."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.analysis.class_losses import find_class_table
from gdtui.analysis.study import Study
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script

torch = pytest.importorskip("torch")

NET = """
import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(1)
X = torch.randn(12, 3)
Y = (torch.arange(12) % {classes}){kind}
net = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, {outputs}))
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
for epoch in range(3):
    optimizer.zero_grad()
    out = {out}
    loss = {loss}
    loss.backward()
    optimizer.step()
"""

LOSSES = {
    "scores of many": (3, 3, "", "net(X)", "F.cross_entropy(out, Y)"),
    "sum of many": (3, 3, "", "net(X)", "F.cross_entropy(out, Y, reduction='sum')"),
    "logarithms of many": (3, 3, "", "net(X).log_softmax(1)", "F.nll_loss(out, Y)"),
    "by hand": (3, 3, "", "net(X).softmax(1)", "-out[torch.arange(12), Y].log().mean()"),
    "chances of two": (
        2,
        1,
        ".float()",
        "torch.sigmoid(net(X)).squeeze(1)",
        "F.binary_cross_entropy(out, Y)",
    ),
    "scores of two": (
        2,
        1,
        ".float()",
        "net(X).squeeze()",
        "F.binary_cross_entropy_with_logits(out, Y)",
    ),
}


def table_of(classes, outputs, kind, out, loss):
    text = NET.format(classes=classes, outputs=outputs, kind=kind, out=out, loss=loss)
    script = Script(text)
    study = Study(script)
    with Timeline(script) as timeline:
        study.catch_up(timeline.start(), timeline.history)
        for _ in range(3):
            moment = timeline.step()
            study.catch_up(moment, timeline.history)
        return find_class_table(study), moment


@pytest.mark.parametrize("case", LOSSES)
def test_the_rows_add_up_to_the_loss(case):
    table, moment = table_of(*LOSSES[case])
    assert table is not None
    lost = table.column("-log p")
    assert len(lost) == 12
    total = lost.sum() if "sum" in case else lost.mean()
    assert total == pytest.approx(moment.loss, rel=1e-5)
    assert np.array_equal(table.column("Y"), np.arange(12) % LOSSES[case][0])
    assert table.headings[table.summed[-1]] == "-log p"


def test_what_is_no_cross_entropy_has_no_table():
    assert table_of(3, 3, "", "net(X)", "F.multi_margin_loss(out, Y)")[0] is None
    smoothed = "F.cross_entropy(out, Y, label_smoothing=0.1)"
    assert table_of(3, 3, "", "net(X)", smoothed)[0] is None
    weighted = "F.cross_entropy(out, Y, weight=torch.tensor([1.0, 2.0, 3.0]))"
    assert table_of(3, 3, "", "net(X)", weighted)[0] is None


def test_the_chance_of_the_target_is_what_the_softmax_gives():
    table, moment = table_of(*LOSSES["scores of many"])
    scores = moment.loop_variable("out").value
    expected = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    chosen = expected[np.arange(12), np.arange(12) % 3]
    assert table.column("p") == pytest.approx(chosen)
    assert table.column("guess").tolist() == scores.argmax(1).tolist()
    assert table.column("p - 1") == pytest.approx(chosen - 1)
