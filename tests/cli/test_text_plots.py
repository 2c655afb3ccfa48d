"""Plots on standard output."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui.cli.text_plots import losses_plot
from gdtui.experiments.outcome_marks import is_spread


@pytest.fixture(autouse=True)
def _width(monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")


def test_equal_runs_take_turns():
    values = np.linspace(1.0, 0.5, 200)
    text = "".join(losses_plot({"A": values, "B": values}))
    assert text.count("A") > 15 < text.count("B")


@pytest.mark.parametrize("length", [1, 2, 7, 59, 60, 61, 100_000])
def test_every_length_can_be_drawn(length):
    lines = losses_plot({"A": np.ones(length), "B": np.full(3, 2.0)})
    assert max(map(len, lines)) <= 60
    assert "A" in "".join(lines)
    assert "B" in "".join(lines)


def test_where_there_is_no_loss_there_is_no_plot():
    assert losses_plot({}) == []
    assert losses_plot({"A": np.array([]), "B": np.array([np.nan, np.inf])}) == []


def test_infinite_losses_are_left_out():
    lines = losses_plot({"A": np.array([1.0, 2.0, np.inf, np.nan])})
    assert "".join(lines).count("A") == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 100], True),
        ([1, 10], False),
        ([0, 100], False),
        ([-1, 100], False),
        ([], False),
        ([np.nan, 1, 99, np.inf], True),
    ],
)
def test_the_scale_is_logarithmic_for_a_wide_spread(values, expected):
    assert is_spread(np.array(values, dtype=float)) is expected
