"""Is a model trained in training mode, and measured in evaluation mode?

Only modules with dropout or batch normalisation count, whose output depends on the mode. Training:
what autograd records of them was in training mode at first, and from some point on never again,
since ``eval()`` was called; or it never was, ``train()`` is called nowhere, and a module that was
put into evaluation mode holds dropout and parameters that are trained. Measuring: a module that is
trained is run without a graph in training mode, in every epoch and on what it is not trained on;
what it gives becomes numbers and nothing else, no input comes twice, and it never is in evaluation
mode.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gdtui.analysis.diagnose.facts.events import Backward, Op
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import put_before
from gdtui.engine.libraries import imported

_WITH_MODES = ("dropout", "batch_norm", "feature_dropout", "alpha_dropout")

_NUMBERS = ("item", "tolist", "numpy", "__float__", "__int__", "__array__", "__format__")

_MOST = 500

_METHODS = ("forward", "__call__")


def find(facts: Facts) -> Iterator[Finding]:
    if facts.failure:
        return
    yield from _training(facts)
    yield from _measuring(facts)


def _training(facts: Facts) -> Iterator[Finding]:
    ops = [
        op
        for op in facts.ops
        if op.epoch and op.recorded and any(op.graded) and _is_training(op) is not None
    ]
    modes = [bool(_is_training(op)) for op in ops]
    later = [mode for op, mode in zip(ops, modes, strict=True) if op.epoch > 1]
    calls = facts.calls("eval")
    if not later or any(later) or not calls:
        return
    switched = modes.index(False)
    if any(modes[switched:]) or (not switched and not _is_held(facts)):
        return
    line = calls[0].lineno
    since = (
        f"From epoch {ops[switched].epoch} on the model is trained" if switched else "It is trained"
    )
    again = "never again" if switched else "nowhere"
    text = (
        f"{since} in evaluation mode: eval() is called in line {line} and train() {again}, so "
        f"dropout and batch normalisation are off while it learns. Call train() at the start of "
        f"each epoch."
    )
    owner = ast.unparse(calls[0].func).rpartition(".")[0]
    mend = put_before(facts, facts.script.loop.node.body[0].lineno, f"{owner}.train()")
    title = "the model is trained in evaluation mode"
    title += " after the first epoch" if switched else ""
    yield Finding("wrong_mode", line, title, text, {"epochs": len({op.epoch for op in ops})}, mend)


def _is_held(facts: Facts) -> bool:
    """Whether a module in evaluation mode has dropout and parameters that are trained, and the
    script never calls ``train``."""
    nn = imported("torch.nn")
    if nn is None or facts.calls("train"):
        return False
    dropped = [
        module
        for module in facts.modules
        if not module.training
        and any(isinstance(e, nn.modules.dropout._DropoutNd) and e.p > 0 for e in module.modules())
    ]
    return any(id(each) in facts.moved for module in dropped for each in module.parameters())


def _measuring(facts: Facts) -> Iterator[Finding]:
    sent = [each for each in facts.backwards if each.epoch and not each.error]
    trained = {op.line for op in facts.ops if op.recorded and any(op.graded) and _is_on(op)}
    ops = [op for op in facts.ops if op.epoch and not op.recorded and _is_training(op) is not None]
    if not sent or not ops or not trained or not all(_is_on(op) for op in ops):
        return
    if len({op.epoch for op in ops}) < facts.epochs or _comes_twice(ops):
        return
    reached = [_reached(facts, op) for op in ops]
    if not all(any(each.name in _NUMBERS for each in found) for found in reached):
        return
    if any(each.recorded and any(each.graded) for found in reached for each in found):
        return
    if any(_is_sent(found, sent) for found in reached) or _seen(facts, ops, sent):
        return
    op = ops[0]
    place = next((each for each in op.spots if each.function not in _METHODS), op.spots[0])
    what = "dropout" if "dropout" in op.name else "batch normalisation"
    text = (
        f"Line {place.line} runs the model without a graph, to measure it, while it is in training "
        f"mode: its {what} works as in training, so the result is not that of the trained model. "
        f"Call eval() before, and train() again before the next epoch."
    )
    evidence = {"operation": op.name, "times": len(ops)}
    title = "the model is measured in training mode"
    yield Finding("wrong_mode", place.line, title, text, evidence, _mend(facts, place.line))


def _comes_twice(ops: list[Op]) -> bool:
    """Whether the same numbers go in twice in an epoch, as where several passes are averaged."""
    seen = set()
    for op in ops:
        key = op.epoch, op.line, op.name, id(op.inputs[0]), op.inputs[0].data_ptr()
        if key in seen:
            return True
        seen.add(key)
    return False


def _reached(facts: Facts, start: Op) -> list[Op]:
    """The operations that a result goes on to."""
    held = {id(each) for each in start.outputs}
    found = []
    for op in facts.ops[facts.ops.index(start) + 1 :]:
        if held & {id(each) for each in op.inputs}:
            found.append(op)
            held |= {id(each) for each in op.outputs}
    return found


def _is_sent(found: list[Op], sent: list[Backward]) -> bool:
    roots = {id(each.root) for each in sent}
    return any(id(each) in roots for op in found for each in op.outputs)


def _seen(facts: Facts, ops: list[Op], sent: list[Backward]) -> bool:
    """Whether most rows of what is measured are rows of what the model is trained on."""
    known: set[bytes] = set()
    for each in sent:
        known |= _rows(facts, each.root)
    rows = {row for op in ops[:_MOST] for row in _rows(facts, op.inputs[0])}
    return 2 * len(rows & known) > len(rows)


def _rows(facts: Facts, result: Any) -> set[bytes]:
    """The rows of the data that operations with parameters have taken, behind a result."""
    found: set[bytes] = set()
    parameters = facts.moved | facts.held
    for op in facts.behind(result):
        for each in op.inputs if any(op.graded) else ():
            made = facts.maker(each)
            is_data = (made is None or not any(made.graded)) and id(each) not in parameters
            if is_data and each.dim() > 1 and len(each) <= _MOST:
                found |= {row.numpy().tobytes() for row in each.detach().cpu()}
    return found


def _is_on(op: Op) -> bool:
    return _is_training(op) is True


def _is_training(op: Op) -> bool | None:
    """The mode of an operation that has two; None for any other, and for dropout of nothing."""
    if op.name not in _WITH_MODES:
        return None
    if "dropout" in op.name and (op.options.get("p", op.numbers[0] if op.numbers else 0.5)) == 0:
        return None
    given = op.options.get("training", op.flags[0] if op.flags else None)
    return given if type(given) is bool else None


def _mend(facts: Facts, line: int) -> Mend | None:
    """``model.eval()`` before the statement, where the model has one name."""
    nn = imported("torch.nn")
    names = {
        path
        for each in facts.ran
        if not each.epoch
        for path, value in each.after.items()
        if nn is not None
        and isinstance(value, nn.Module)
        and "." not in path
        and any(id(one) in facts.moved for one in value.parameters())
    }
    return put_before(facts, line, f"{names.pop()}.eval()") if len(names) == 1 else None
