"""Frozen values as text."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from gdtui.analysis.numerals import FULL, SHORT
from gdtui.analysis.values import held_text
from gdtui.engine.record.variables import read_variables

RATE = np.float32(0.1)


@pytest.mark.parametrize(
    ("value", "short"),
    [
        (0.1 + 0.2, "0.3"),
        (3.0, "3.0"),
        (1e300, "1e300"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
        (7, "7"),
        (True, "True"),
        ([0.30000000000000004], "[0.30000000000000004]"),
        (RATE * 3, "0.3"),
        (np.array([1, 2]), "[1 2]"),
        (np.array([True, False]), "[True False]"),
        (np.array([1.0, 2.5]), "[1. 2.5]"),
        (np.array([[RATE * 3, 1], [2, -4.4e-8]]), "[[0.3 1.] [2. -4.4e-8]]"),
        (np.array([np.nan, np.inf]), "[nan inf]"),
        (torch.tensor([0.3, 0.6]) * 1, "[0.3 0.6]"),
        (torch.tensor(0.29999998), "0.3"),
        (torch.tensor([1, 2]), "[1 2]"),
    ],
    ids=str,
)
def test_floats_have_five_digits_and_everything_else_has_all(value, short):
    (variable,) = read_variables([("it", value)])
    assert held_text(variable.value, variable.text, SHORT) == short
    assert held_text(variable.value, variable.text, FULL) == variable.text


def test_of_a_long_array_some_elements_are_left_out():
    (variable,) = read_variables([("it", np.arange(400.0))])
    assert held_text(variable.value, variable.text, SHORT) == variable.text
    assert "..." in variable.text
