"""Autograd graphs as lines of text."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.analysis.numerals import SHORT
from gdtui.engine.record.graph import MOST_NODES, Graph, Node
from gdtui.engine.workings.chain import Chain, Link
from gdtui.ui.texts.graph_text import graph_lines, opened_line, operation_name


def leaf(name, value=1.0, gradient=None):
    return Node("AccumulateGrad", name, (), is_leaf=True, value=value, gradient=gradient)


def made(*inputs, name="", value=None, by="AddBackward0"):
    return Node(by, name, inputs, value=value)


def drawn(*nodes, is_cut=False):
    graph = Graph("loss", nodes, is_cut=is_cut)
    return [line.plain.rstrip() for line in graph_lines(graph, lambda value: f"{value:g}")]


def rails(*nodes):
    """What is drawn, without what stands beside the rails."""
    return [re.match("[●○│├┼┴─╯ ]*", line)[0].rstrip() for line in drawn(*nodes)]


def test_a_chain_is_one_rail():
    lines = drawn(
        leaf("w", 0.5, -30.0),
        made(0, name="y_pred", value=np.array([0.5, 1.0]), by="MulBackward0"),
        made(1, by="SubBackward0"),
        made(2, by="PowBackward0"),
        made(3, name="loss", value=21.7, by="MeanBackward0"),
    )
    assert lines == [
        "● w 0.5  grad -30",
        "○ multiply = y_pred [0.5, 1]  MulBackward0",
        "○ subtract  SubBackward0",
        "○ power  PowBackward0",
        "○ mean = loss 21.7  MeanBackward0",
    ]


def test_two_leaves_come_together():
    lines = drawn(
        leaf("b", -0.25),
        leaf("weight", 2.0, 3.0),
        made(1, by="TBackward0"),
        made(0, 2, by="AddmmBackward0"),
        made(3, name="loss", value=4.0, by="MseLossBackward0"),
    )
    assert lines == [
        "● b      -0.25  grad None",
        "│ ● weight 2  grad 3",
        "│ ○ transpose  TBackward0",
        "├─╯",
        "○ linear layer, x·Wᵀ + b  AddmmBackward0",
        "○ mean squared error = loss 4  MseLossBackward0",
    ]


def test_four_inputs_come_together_at_once():
    assert rails(*map(leaf, "abcd"), made(0, 1, 2, 3), made(4)) == [
        "●",
        "│ ●",
        "│ │ ●",
        "│ │ │ ●",
        "├─┴─┴─╯",
        "○",
        "○",
    ]


def test_a_rail_that_has_no_part_is_crossed():
    assert rails(*map(leaf, "abc"), made(0, 2), made(3, 1)) == [
        "●",
        "│ ●",
        "│ │ ●",
        "├─┼─╯",
        "○ │",
        "├─╯",
        "○",
    ]


def test_what_is_used_again_keeps_its_rail():
    assert rails(leaf("w"), made(0), made(1), made(1), made(2, 3)) == [
        "●",
        "○",
        "│ ○",
        "○ │",
        "├─╯",
        "○",
    ]


def test_what_is_used_twice_by_one_operation_is_used_once():
    # A square as a product: w * w.
    assert rails(leaf("w"), made(0, 0), made(1, 1)) == ["●", "○", "○"]


def test_a_leaf_that_nothing_is_made_of_goes_on_to_the_end():
    assert rails(leaf("w"), leaf("unused"), made(0), made(2)) == ["●", "│ ●", "○ │", "○ │"]


def test_values_are_numbers_or_shapes_and_missing_ones_say_so():
    lines = drawn(
        leaf("few", np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))),
        leaf("many", np.ones((3, 4)), np.full((3, 4), 2.0)),
        leaf("huge", None, None),
        leaf("", 7.0),
    )
    assert [line.lstrip("│● ") for line in lines] == [
        "few  [1, 2, 3, 4]  grad [0, 0, 0, 0]",
        f"many 3x4, norm {np.sqrt(12):g}  grad 3x4, norm {np.sqrt(48):g}",
        "huge a large array  grad None",
        "unnamed 7  grad None",
    ]


def test_names_in_brackets_are_names():
    lines = drawn(leaf("[red]w[/red]", 1.0), made(0, name="[/]", value=2.0))
    assert lines[0].startswith("● [red]w[/red] 1")
    assert " = [/] 2 " in lines[1]


def test_what_operations_are_called():
    called = {
        "MulBackward0": "multiply",
        "AddmmBackward0": "linear layer, x·Wᵀ + b",
        "MseLossBackward0": "mean squared error",
        "LeakyReluBackward0": "leaky relu",
        "UpsampleBicubic2DBackward1": "upsample bicubic2 d",
        "NativeLayerNormBackward0": "native layer norm",
        "Sum": "sum",
        "": "",
    }
    assert {each: operation_name(each) for each in called} == called


def test_a_large_graph_says_what_is_left_out():
    chain = [leaf("w"), *(made(place) for place in range(MOST_NODES - 1))]
    assert len(drawn(*chain)) == MOST_NODES
    cut = drawn(*chain, is_cut=True)
    assert cut[0].startswith("⋮")
    assert cut[1:] == drawn(*chain)
    # Over time steps the same weight is used again and again.
    steps = [leaf("w")]
    for place in range(1, MOST_NODES):
        steps.append(made(*{0, place - 1}))
    lines = drawn(*steps)
    assert sum("○" in line for line in lines) == MOST_NODES - 1
    assert max(len(line) for line in rails(*steps)) < 8


@st.composite
def graphs(draw):
    """Nodes, each after those that it was computed from."""
    nodes = []
    for place in range(draw(st.integers(1, 25))):
        inputs = st.lists(st.integers(0, max(0, place - 1)), min_size=1, max_size=4)
        kind = draw(st.integers(0, 5)) if place else 0
        # Of a large graph the inputs may have been left out.
        nodes.append(leaf(f"p{place}") if kind == 0 else made(*(draw(inputs) if kind > 1 else ())))
    return nodes


@pytest.mark.slow
@given(graphs())
def test_any_graph_can_be_read_off_its_rails(nodes):
    lines = [re.match("[●○│├┼┴─╯ ]*", line)[0] for line in drawn(*nodes)]
    lines.reverse()  # to be taken from the end
    live: list[int] = []  # the node behind each rail
    for place, node in enumerate(nodes):
        inputs = set(node.inputs)
        assert inputs <= set(live), "what is still needed has a rail"
        if len(inputs) > 1:
            cells = lines.pop().ljust(2 * len(live))
            ends = [at for at in range(len(live)) if cells[2 * at] in "├┴╯"]
            assert {live[at] for at in ends} == inputs
            assert cells[2 * ends[0]] == "├"
            assert cells[2 * ends[-1]] == "╯"
            crossed = [at for at in range(ends[0], ends[-1]) if at not in ends]
            assert all(cells[2 * at] == "┼" for at in crossed)
            beside = [at for at in range(len(live)) if not ends[0] <= at <= ends[-1]]
            assert all(cells[2 * at] == "│" for at in beside)
        needed = {each for later in nodes[place + 1 :] for each in later.inputs}
        ended = {each for each in inputs if each not in needed}
        first = next((each for each in live if each in inputs), None)
        if first in ended:
            live = [
                place if each == first else each for each in live if each not in ended - {first}
            ]
        else:
            live = [each for each in live if each not in ended] + [place]
        cells = lines.pop().rstrip()
        mark = "●" if node.is_leaf else "○"
        marks = [mark if each == place else "│" for each in live]
        assert cells == " ".join(marks)
    assert not lines


@pytest.mark.slow
@given(graphs())
def test_every_leaf_is_named_once_and_nothing_is_lost(nodes):
    text = "\n".join(drawn(*nodes))
    named = re.findall(r"\bp\d+\b", text)
    assert named == [node.name for node in nodes if node.is_leaf]
    assert text.count("AddBackward0") == sum(not node.is_leaf for node in nodes)


def test_an_opened_node_has_the_chain_rule_below_it():
    nodes = (
        leaf("w", 0.5, -30.0),
        made(0, by="MulBackward0"),
        made(1, name="loss", value=21.7, by="SumBackward0"),
    )
    links = (Link(1, 0, 1.5, "· other", 2.0, 3.0), Link(2, 1, 1.0, "· 1 for each", None, 1.5))
    chain = Chain("loss", tuple(each.operation for each in nodes), links)
    lines = graph_lines(Graph("loss", nodes), SHORT, 1, chain, 60)
    texts = [line.plain.rstrip() for line in lines]
    assert opened_line(lines) == 1
    assert texts[2:5] == [
        "│   dJ/d(w) = dJ/d(multiply) · other",
        "│           = 1.5 · 2",
        "│           = 3",
    ]
    assert texts[5].startswith("○ sum = loss")
    assert max(map(len, texts[2:5])) <= 60
    unknown = graph_lines(Graph("loss", nodes), SHORT, 1, None, 60)
    assert "statement by statement" in unknown[2].plain
