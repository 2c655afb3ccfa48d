"""The chain rule at each operation, against finite differences and against the script's own run."""

from __future__ import annotations

import re

import numpy as np
import pytest

from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.engine.workings.chain import read_chain

torch = pytest.importorskip("torch")

SCRIPT = Script("import torch\nw = 1.0\nfor epoch in range(3):\n    w -= 0.1 * w\n", "own")

OPERATIONS = {
    "Add": "(v + 2 * v).sum()",
    "Sub": "(v - v * v).sum()",
    "Rsub": "torch.rsub(v, 3).sum()",
    "Mul": "(v * v.exp()).sum()",
    "Div": "(v / (v + 1)).sum()",
    "Pow": "(v ** 3).sum()",
    "Neg": "(-v).exp().sum()",
    "Exp": "v.exp().sum()",
    "Log": "v.log().sum()",
    "Sqrt": "v.sqrt().sum()",
    "Sigmoid": "v.sigmoid().sum()",
    "Tanh": "v.tanh().sum()",
    "Relu": "torch.relu(v - 1).sum()",
    "LeakyRelu": "F.leaky_relu(v - 1).sum()",
    "Softplus": "F.softplus(v).sum()",
    "Sin": "v.sin().sum()",
    "Cos": "v.cos().sum()",
    "Softmax": "(v.softmax(0) * c).sum()",
    "LogSoftmax": "(v.log_softmax(-1) * c).sum()",
    "Sum": "(v * c).sum()",
    "Mean": "(v * c).mean()",
    "Mm": "(m @ m.T).sum()",
    "Addmm": "F.linear(x, m, v[:2]).sum()",
    "Mv": "(m @ v).sum()",
    "Dot": "v @ (v * c)",
    "Bmm": "(m.unsqueeze(0) @ m.T.unsqueeze(0)).exp().sum()",
    "T": "(m.t() * m.t()).sum()",
    "Transpose": "(m.transpose(0, 1) * d).sum()",
    "Permute": "(m.permute(1, 0) * d).sum()",
    "View": "(m.view(6) * m.view(6)).sum()",
    "Unsqueeze": "(v.unsqueeze(0) * c).sum()",
    "Squeeze": "(v.view(1, 3).squeeze() * c).sum()",
    "Expand": "(v.expand(2, 3) * x).sum()",
    "Clone": "(v.clone() * c).sum()",
    "Select": "m[0].sum() * v[1]",
    "Slice": "(v[1:] * v[:2]).sum()",
    "Index": "(v[torch.tensor([0, 0, 2])] * c).sum()",
    "MseLoss": "F.mse_loss(v, c)",
    "NllLoss": "F.nll_loss(m.log_softmax(1), torch.tensor([0, 2]))",
    "BinaryCrossEntropy": "F.binary_cross_entropy(v.sigmoid(), (c > 1).double())",
    "BinaryCrossEntropyWithLogits": "F.binary_cross_entropy_with_logits(v, (c > 1).double(), reduction='sum')",
    "Abs": "(v - 1).abs().sum()",
    "Clamp": "v.clamp(0.6, 1.5).sum()",
    "Max": "(v * c).max()",
    "Min": "(v * c).min()",
}


def leaves():
    made = torch.Generator().manual_seed(1)
    v = torch.tensor([0.5, 1.25, 2.0], dtype=torch.float64, requires_grad=True)
    m = torch.randn(2, 3, dtype=torch.float64, generator=made).requires_grad_()
    return {"v": v, "m": m}


CONSTANTS = {
    "c": torch.tensor([0.2, 1.5, -0.7], dtype=torch.float64),
    "d": torch.arange(6, dtype=torch.float64).reshape(3, 2) - 2,
    "x": torch.tensor([[1.0, -2.0, 0.5], [0.3, 0.1, 2.0]], dtype=torch.float64),
    "F": torch.nn.functional,
    "torch": torch,
}


def chain_of(text, tensors):
    loss = eval(text, {**CONSTANTS, **tensors})
    chain = read_chain("loss", {"loss": loss, **tensors}, SCRIPT)
    return loss, chain


def finite_differences(text, tensors, name, step=1e-6):
    """The derivatives of a text by each number of a tensor, by central differences."""
    found = np.zeros(tuple(tensors[name].shape)).reshape(-1)
    for place in range(found.size):
        ends = []
        for sign in (1, -1):
            moved = {key: each.detach().clone() for key, each in tensors.items()}
            moved[name].view(-1)[place] += sign * step
            ends.append(float(eval(text, {**CONSTANTS, **moved})))
        found[place] = (ends[0] - ends[1]) / (2 * step)
    return found


def total_at(chain, place):
    """The sum of what goes out to a node."""
    return sum(
        np.asarray(each.outgoing, dtype=float) for each in chain.links if each.source == place
    )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_operation_has_its_rule(operation):
    tensors = leaves()
    loss, chain = chain_of(OPERATIONS[operation], tensors)
    names = [re.sub(r"Backward\d*$", "", each) for each in chain.operations]
    assert operation in names
    for link in chain.links:
        assert link.rule, chain.operations[link.node]
    for place, node in enumerate(nodes(loss)):
        if hasattr(node, "variable"):
            name = next(key for key, each in tensors.items() if each is node.variable)
            expected = finite_differences(OPERATIONS[operation], tensors, name)
            held = total_at(chain, place).reshape(-1)
            assert held == pytest.approx(expected, rel=1e-4, abs=1e-7)


def nodes(loss):
    from gdtui.engine.record.graph import nodes_behind

    return nodes_behind(loss.grad_fn)[0]


def test_what_comes_in_is_the_sum_of_what_goes_out_to_it():
    tensors = leaves()
    _, chain = chain_of("((v * v.exp()) + v.tanh() * v.sum()).mean()", tensors)
    for node in {each.node for each in chain.links}:
        given = [each for each in chain.links if each.source == node]
        if given:
            for link in (each for each in chain.links if each.node == node):
                assert np.asarray(link.incoming) == pytest.approx(total_at(chain, node))


NETS = {
    "tanh and squares": ("((torch.tanh(x @ m.t() + v[:2]) @ v[1:] - c[:2]) ** 2).mean()"),
    "relu and cross-entropy": "F.cross_entropy(torch.relu(x @ m.t()) @ m, torch.tensor([0, 2]))",
    "sigmoid and binary cross-entropy": (
        "F.binary_cross_entropy(torch.sigmoid(torch.tanh(x @ m.t()) @ v[:2]), (c[:2] > 1).double())"
    ),
}


@pytest.mark.parametrize("net", NETS)
def test_two_layers_against_finite_differences(net):
    tensors = leaves()
    loss, chain = chain_of(NETS[net], tensors)
    for place, node in enumerate(nodes(loss)):
        if hasattr(node, "variable"):
            name = next(key for key, each in tensors.items() if each is node.variable)
            expected = finite_differences(NETS[net], tensors, name)
            held = total_at(chain, place).reshape(-1)
            size = np.abs(expected).max()
            assert np.abs(held - expected).max() / size < 1e-4


def test_the_graph_and_the_gradients_stay_as_they_are():
    tensors = leaves()
    loss, chain = chain_of("(v * m).exp().sum()", tensors)
    assert chain is not None
    assert all(each.grad is None for each in tensors.values())
    loss.backward()
    again = leaves()
    eval("(v * m).exp().sum()", {**CONSTANTS, **again}).backward()
    assert torch.equal(tensors["v"].grad, again["v"].grad)
    assert read_chain("loss", {"loss": loss}, SCRIPT) is None  # it is used up


def test_a_script_that_hears_of_its_gradients_is_left_alone():
    hooked = Script(SCRIPT.text.replace("w = 1.0", "w = 1.0\nt.register_hook(print)"), "own")
    tensors = leaves()
    loss = (tensors["v"] ** 2).sum()
    assert read_chain("loss", {"loss": loss}, SCRIPT) is not None
    assert read_chain("loss", {"loss": loss}, hooked) is None
    tensors["v"].register_hook(lambda grad: pytest.fail("it was called"))
    assert read_chain("loss", {"loss": loss, **tensors}, SCRIPT) is None


@pytest.mark.parametrize("stage", ["autograd", "optimizer", "model", "module"])
def test_the_leaves_get_what_the_script_s_own_backward_gives_them(stage):
    with Timeline(Script.stage(stage)) as timeline:
        moment = timeline.start()
        while not moment.graph or not moment.graph.freed:
            moment = timeline.step()
        graph, chain = moment.graph, moment.chain
        assert chain is not None
        for place, node in enumerate(graph.nodes):
            if node.is_leaf:
                held = np.asarray(moment.gradients[node.name], dtype=np.float64)
                assert total_at(chain, place).reshape(-1).tolist() == held.reshape(-1).tolist()
        assert timeline.back().chain is not None


NET = """
import torch
torch.manual_seed(3)
x = torch.randn(8, 3)
y = torch.randint(0, 2, (8,))
model = torch.nn.Sequential(torch.nn.Linear(3, 5), torch.nn.Dropout(0.3), torch.nn.Linear(5, 2))
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
for epoch in range(4):
    optimizer.zero_grad()
    logits = model(x)
    loss = criterion(logits, y)
    loss.backward()
    optimizer.step()
    print(loss.item(), torch.rand(1).item())
"""


def test_a_run_that_is_stepped_through_is_the_run():
    script = Script(NET)
    seen = 0
    with Timeline(script) as stepped, Timeline(script) as straight:
        moment = stepped.start()
        while not moment.status.is_over:
            moment = stepped.step()
            seen += moment.chain is not None
        straight.run()
        assert seen >= 4
        one, other = stepped.history, straight.history
        assert one.loss[:].tobytes() == other.loss[:].tobytes()
        for name in other.parameters:
            assert one.parameters[name][:].tobytes() == other.parameters[name][:].tobytes()
            assert one.gradients[name][:].tobytes() == other.gradients[name][:].tobytes()
        count = straight.transcript.line_count
        assert stepped.transcript.lines(0, count) == straight.transcript.lines(0, count)
