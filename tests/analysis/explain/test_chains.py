"""The chain rule at an operation, as formulas."""

from __future__ import annotations

from gdtui.analysis.explain.chains import chain_formulas
from gdtui.analysis.numerals import SHORT
from gdtui.engine.workings.chain import Chain, Link


def formulas(rule, incoming, factor, outgoing):
    chain = Chain(
        "loss", ("MulBackward0", "MeanBackward0"), (Link(1, 0, incoming, rule, factor, outgoing),)
    )
    names = ("in", "out")
    return [
        (each.left, *each.rights) for each in chain_formulas(chain, 1, names.__getitem__, SHORT)
    ]


def test_a_factor():
    assert formulas("· 2·in", 0.5, -3.0, -1.5) == [
        ("dJ/d(in)", "dJ/d(out) · 2·in", "0.5 · (-3)", "-1.5")
    ]


def test_a_matrix_from_the_left():
    assert formulas("otherᵀ @ it", 0.5, 2.0, 1.0) == [
        ("dJ/d(in)", "otherᵀ @ dJ/d(out)", "2ᵀ @ 0.5", "1")
    ]


def test_what_is_only_moved_or_spread():
    assert formulas("turned round", 0.5, None, 0.5) == [
        ("dJ/d(in)", "dJ/d(out), turned round", "0.5")
    ]
    assert formulas("· 1/4 for each, summed up", 0.5, 0.25, 1.0) == [
        ("dJ/d(in)", "dJ/d(out) · 1/4 for each, summed up", "0.5 · 0.25 for each, summed up", "1")
    ]


def test_without_a_known_rule_what_comes_and_goes_is_shown():
    assert formulas("", 0.5, None, 7.0) == [("dJ/d(in)", "(dJ/d(out) goes in: 0.5)", "7")]


def test_a_leaf_shows_what_comes_to_it():
    chain = Chain("loss", ("AccumulateGrad", "Mul"), (Link(1, 0, 0.5, "· other", 2.0, 1.0),))
    (found,) = chain_formulas(chain, 0, ("w", "loss").__getitem__, SHORT)
    assert found.left == "dJ/d(w)"
