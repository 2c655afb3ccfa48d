"""The names by which a training loop calls its samples, its prediction and its learning rate.

Read off the text, they are guesses: whoever uses them compares them with the numbers of the run.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from gdtui.engine.script.loop import Phase, TrainingLoop
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import LEARNING_RATES
from gdtui.engine.script.syntax import assigned, in_order


@dataclass(frozen=True)
class LoopNames:
    """What a training loop calls what.

    Attributes:
        prediction: the name of the prediction; empty where none is given a name.
        inputs: names that the prediction is computed from, in the order of the text.
        targets: names that the loss is computed from besides the prediction.
        learning_rate: the setting that looks like the learning rate; empty where there is none.
        test_input: the setting or name that looks like an input which training never sees.
    """

    prediction: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    learning_rate: str
    test_input: str


@lru_cache(maxsize=64)
def loop_names(script: Script) -> LoopNames:
    """The names of a script's training loop."""
    loop = script.loop
    predictions = list(_statements(loop, Phase.PREDICT))
    losses = list(_statements(loop, Phase.LOSS))
    prediction = next((name for node in reversed(predictions) for name in assigned(node)), "")
    made = {name for node in [*predictions, *losses] for name in assigned(node)}
    settings = {setting.name for setting in script.settings}
    return LoopNames(
        prediction=prediction,
        inputs=_used(predictions, made),
        targets=_used(losses, made),
        learning_rate=next((each for each in sorted(LEARNING_RATES) if each in settings), ""),
        test_input=next((each for each in ("x_test", "X_test", "test_x") if each in settings), ""),
    )


def short_name(name: str, among: Iterable[str]) -> str:
    """``weight`` for ``linear.weight``, where no other parameter is called so."""
    last = name.rpartition(".")[2]
    return last if sum(each.rpartition(".")[2] == last for each in among) == 1 else name


def _statements(loop: TrainingLoop, phase: Phase) -> list[ast.stmt]:
    return [
        node
        for node in in_order(loop.node)
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign)
        and loop.phase(node) is phase
    ]


def _used(nodes: list[ast.stmt], made: set[str]) -> tuple[str, ...]:
    """The names that statements use, in the order of the text, without those they make and those
    that only say where to look, such as the ``batch`` in ``y[batch]``."""
    values = [
        node.value
        for node in nodes
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None
    ]
    where = {
        id(each)
        for value in values
        for part in ast.walk(value)
        if isinstance(part, ast.Subscript)
        for each in ast.walk(part.slice)
    }
    found = [
        each.id
        for value in values
        for each in (value, *in_order(value))
        if isinstance(each, ast.Name) and id(each) not in where
    ]
    return tuple(dict.fromkeys(name for name in found if name not in made))
