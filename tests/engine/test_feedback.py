"""What learns from single samples without a loss, and what only looks so."""

import ast
import textwrap

import pytest

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.finding import find_training_loops

LEARNS = {
    "arrays, and a step only after a mistake": """
        for turn in range(9):
            wrong = 0
            for point, label in zip(points, labels):
                if np.sign(np.dot(slope, point) + shift) != label:
                    slope = slope + label * point
                    shift = shift + label
                    wrong += 1
        """,
    "passing by what is right": """
        while wrong:
            wrong = 0
            for row in rows:
                point, label = row[:-1], row[-1]
                if label * (slope @ point + shift) > 0:
                    continue
                slope += label * point
                shift += label
                wrong += 1
        """,
    "by index": """
        for turn in range(9):
            for i in range(len(points)):
                out = shift
                for j in range(2):
                    out += slope[j] * points[i][j]
                if labels[i] * out <= 0:
                    for j in range(2):
                        slope[j] += labels[i] * points[i][j]
                    shift += labels[i]
        """,
    "by the gap": """
        def answer(point, slope, shift):
            return 1.0 if sum(a * b for a, b in zip(slope, point)) + shift > 0 else 0.0
        for turn in range(9):
            for point, label in data:
                gap = label - answer(point, slope, shift)
                slope = [a + gap * b for a, b in zip(slope, point)]
                shift += gap
        """,
}


@pytest.mark.parametrize("text", LEARNS.values(), ids=LEARNS)
def test_parameters_that_learn_from_mistakes(text):
    (loop,) = find_training_loops(ast.parse(textwrap.dedent(text)))
    assert sorted(loop.updated_names) == ["shift", "slope"]
    assert loop.loss_names == ()


ONLY_LOOKS_SO = {
    "interest": """
        for rate in rates:
            balance += balance * rate
            fees += cost * rate
        """,
    "interest and payments": """
        for rate, payment in months:
            balance += balance * rate - payment
            paid += payment
        """,
    "motion": """
        for t in range(99):
            pull = -stiffness * place / mass
            speed += pull * tick
            place += speed * tick
        """,
    "a running mean": """
        for value, weight in data:
            mean += weight * (value - mean)
            total += weight
        """,
    "a sum with a limit": """
        for price, count in offers:
            if spent + price * count < budget:
                spent += price * count
                bought += count
        """,
    "a polynomial": """
        for x, c in terms:
            value = value * x + c
            size += x
        """,
}


@pytest.mark.parametrize("text", ONLY_LOOKS_SO.values(), ids=ONLY_LOOKS_SO)
def test_what_depends_on_itself_and_does_not_learn(text):
    tree = ast.parse(textwrap.dedent(text))
    with pytest.raises(ScriptError, match="there is no training loop"):
        find_training_loops(tree)
