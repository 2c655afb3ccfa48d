"""What a moment holds besides the values: what it is compared with, the graph, the optimizers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gdtui import Script, Timeline
from gdtui.engine.record.graph import MOST_NODES
from gdtui.stages import KEYS


def names(graph):
    return [(each.operation, each.name, each.inputs) for each in graph.nodes]


# Earlier moments -------------------------------------------------------------------------


def test_a_step_is_compared_with_the_statement_before():
    with Timeline(Script.stage("manual")) as timeline:
        for steps in range(1, 7):
            moment = timeline.step()
            assert moment.position == (1, steps)
            assert moment.before.position == ((1, steps - 1) if steps > 1 else (0, 0))
            assert moment.epoch_start.position == (0, 0)
            assert moment.before.before is None
            assert moment.before.epoch_start is None
        assert timeline.step().before.position == (1, 6)
        assert timeline.moment.epoch_start.position == (1, 6)


@pytest.mark.parametrize("move", ["next_epoch", "seek", "run_for"])
def test_a_whole_epoch_is_compared_with_the_one_before(move):
    with Timeline(Script.stage("manual")) as timeline:
        timeline.seek(3)
        if move == "next_epoch":
            timeline.next_epoch()
        elif move == "seek":
            timeline.seek(4)
        else:
            timeline.run_for(float("inf"), until_epoch=4)
        moment = timeline.moment
        assert moment.position == (4, 6)
        assert moment.before is None
        assert moment.epoch_start.position == (3, 6)
        assert moment.epoch_start.parameters == {"w": pytest.approx(1.872, abs=1e-6)}


def test_going_back_is_compared_with_the_same_as_going_there():
    with Timeline(Script.stage("autograd")) as timeline:
        timeline.seek(4)
        there = [timeline.step() for _ in range(5)]
        for expected in reversed(there[:-1]):
            moment = timeline.back()
            assert moment.position == expected.position
            assert moment.before.position == expected.before.position
            assert moment.before.parameters == expected.before.parameters
            assert moment.before.gradients == expected.before.gradients
            assert moment.epoch_start.position == (4, 7)


def test_after_running_flat_out_nothing_is_known_of_earlier(clock):
    with Timeline(Script.stage("manual"), clock=clock) as timeline:
        timeline.next_epoch()
        timeline.run()
        assert timeline.moment.before is None
        assert timeline.moment.epoch_start is None


def test_an_interrupted_move_is_not_compared_with_where_it_never_was():
    with Timeline(Script.stage("manual")) as timeline:
        timeline.seek(2)
        timeline.interrupt()
        for moment in (timeline.seek(9), timeline.step(), timeline.next_epoch()):
            assert moment.position == (2, 6)
            assert moment.before is None
        timeline.clear_interrupt()
        assert timeline.step().before.position == (2, 6)


def test_the_names_given_a_value_in_the_epoch_come_latest_first():
    with Timeline(Script.stage("manual")) as timeline:
        assert timeline.start().assigned == ()
        assert timeline.step().assigned == ("y_pred",)
        timeline.step()
        assert timeline.step().assigned == ("dw", "loss", "y_pred")
        timeline.next_epoch()
        assert timeline.step().assigned == ("y_pred",)


def test_the_first_gradient_by_hand_is_there_at_once():
    with Timeline(Script.stage("manual")) as timeline:
        assert timeline.step().gradients == {"w": None}
        timeline.step()
        assert timeline.step().gradients == {"w": -120.0}


# The graph -------------------------------------------------------------------------------


def test_the_graph_grows_with_the_epoch():
    with Timeline(Script.stage("autograd")) as timeline:
        assert timeline.start().graph is None
        predicted, lost, sent_back = timeline.step(), timeline.step(), timeline.step()
    assert names(predicted.graph) == [("AccumulateGrad", "w", ()), ("MulBackward0", "y_pred", (0,))]
    assert names(lost.graph) == [
        ("AccumulateGrad", "w", ()),
        ("MulBackward0", "y_pred", (0,)),
        ("SubBackward0", "", (1,)),
        ("PowBackward0", "", (2,)),
        ("MeanBackward0", "loss", (3,)),
    ]
    assert (predicted.graph.root, lost.graph.root) == ("y_pred", "loss")
    leaf = lost.graph.nodes[0]
    assert (leaf.is_leaf, leaf.value, leaf.gradient) == (True, 0.0, None)
    assert not lost.graph.freed
    assert sent_back.graph.freed
    assert sent_back.graph.nodes[0].gradient == -30.0
    assert lost.graph.nodes[-1].value == 30.0


@pytest.mark.slow
@pytest.mark.parametrize("stage", ["model", "module"])
def test_a_layer_has_two_leaves_by_the_names_of_its_module(stage):
    prefix = "linear." if stage == "module" else ""
    with Timeline(Script.stage(stage)) as timeline:
        for _ in range(3):
            moment = timeline.step()
    assert names(moment.graph) == [
        ("AccumulateGrad", f"{prefix}bias", ()),
        ("AccumulateGrad", f"{prefix}weight", ()),
        ("TBackward0", "", (1,)),
        ("AddmmBackward0", "y_pred", (0, 2)),
        ("MseLossBackward0", "loss", (3,)),
    ]
    for node in moment.graph.nodes[:2]:
        assert node.gradient == moment.gradients[node.name]


def test_stage_1_has_no_graph():
    with Timeline(Script.stage("manual")) as timeline:
        assert all(timeline.step().graph is None for _ in range(8))


def test_gone_back_to_a_statement_shows_the_graph_that_was_there():
    with Timeline(Script.stage("model")) as timeline:
        timeline.seek(5)
        there = [timeline.step() for _ in range(4)]
        for expected in reversed(there[:-1]):
            found = timeline.back().graph
            assert names(found) == names(expected.graph)
            assert found.root == expected.graph.root
            assert found.freed == expected.graph.freed
            assert [each.gradient for each in found.nodes] == [
                each.gradient for each in expected.graph.nodes
            ]


def test_a_loss_left_from_the_epoch_before_has_no_graph_to_show():
    """Its notes are gone once the run has gone back; so they are not shown either way."""
    script = Script(
        "import torch\nw = torch.tensor(1.0, requires_grad=True)\n"
        "for epoch in range(6):\n    twice = torch.tensor(2.0)\n    y_pred = twice * w\n"
        "    loss = (y_pred - 3) ** 2\n    loss.backward()\n"
        "    with torch.no_grad():\n        w -= 0.1 * w.grad\n    w.grad = None\n"
    )
    with Timeline(script) as timeline:
        timeline.seek(3)
        assert timeline.step().graph is None
        assert timeline.step().graph.root == "y_pred"
        timeline.seek(5)
        timeline.seek(3)
        assert timeline.step().graph is None
        assert timeline.step().graph.root == "y_pred"


def test_shared_and_unnamed_tensors_are_one_node_each():
    script = Script(
        "import torch\nw = torch.tensor(1.5, requires_grad=True)\n"
        "for epoch in range(2):\n"
        "    loss = w * w + w + torch.ones(3, requires_grad=True).sum()\n"
        "    loss.backward()\n    with torch.no_grad():\n        w -= 0.1 * w.grad\n"
    )
    with Timeline(script) as timeline:
        graph = timeline.step().graph
    operations = [each.operation for each in graph.nodes]
    assert operations.count("AccumulateGrad") == 2
    assert sum(each.is_leaf and each.name == "w" for each in graph.nodes) == 1
    multiply = graph.nodes[operations.index("MulBackward0")]
    assert len(multiply.inputs) == 2
    assert len(set(multiply.inputs)) == 1
    (unnamed,) = (each for each in graph.nodes if each.is_leaf and not each.name)
    assert np.array_equal(unnamed.value, np.ones(3))
    for place, node in enumerate(graph.nodes):
        assert all(each < place for each in node.inputs)


def test_a_very_deep_graph_is_cut():
    script = Script(
        "import torch\nw = torch.tensor(0.5, requires_grad=True)\n"
        "for epoch in range(2):\n    total = w\n    for _ in range(3000):\n"
        "        total = total * 1.0001\n    loss = (total - 1) ** 2\n    loss.backward()\n"
        "    with torch.no_grad():\n        w -= 0.1 * w.grad\n    w.grad = None\n"
    )
    with Timeline(script) as timeline:
        graph = timeline.next_epoch().graph
    assert graph.is_cut
    assert len(graph.nodes) == MOST_NODES
    assert graph.nodes[-1].name == "loss"


# Optimizers ------------------------------------------------------------------------------


def test_what_adam_keeps_is_what_torch_has():
    text = Script.stage("model").text.replace("optim.SGD", "optim.Adam")
    with Timeline(Script(text)) as timeline:
        assert timeline.start().optimizers[0].parameters[0].state == {}
        moment = timeline.seek(3)
        live = timeline._execution.namespace["optimizer"]
        (found,) = moment.optimizers
        assert (found.name, found.type_name) == ("optimizer", "Adam")
        for each, tensor in zip(found.parameters, live.param_groups[0]["params"], strict=True):
            assert each.options["lr"] == 0.01
            assert each.options["betas"] == (0.9, 0.999)
            for key in ("exp_avg", "exp_avg_sq", "step"):
                assert each.state[key] == live.state[tensor][key].item()
    assert [each.parameter for each in found.parameters] == ["weight", "bias"]


def test_a_script_without_optimizers_has_none():
    for stage in KEYS[:2]:
        with Timeline(Script.stage(stage)) as timeline:
            assert timeline.next_epoch().optimizers == ()


def test_frozen_states_do_not_follow_the_run():
    text = Script.stage("optimizer").text.replace("lr=learning_rate)", "lr=0.01, momentum=0.9)")
    with Timeline(Script(text)) as timeline:
        moment = timeline.seek(2)
        before = moment.optimizers[0].parameters[0].state["momentum_buffer"]
        timeline.seek(4)
        assert moment.optimizers[0].parameters[0].state["momentum_buffer"] == before
        assert isinstance(before, float)
        assert not isinstance(before, torch.Tensor)
