"""Does anything use the gradients that backward computes?

Condition: ``backward`` fills gradients in every epoch; no optimizer steps, nothing changes a
parameter, the script does not read the gradients, and no parameter ever moves in the whole run. Of
a script without autograd: its loop updates nothing, and in all epochs that were watched what is
named as a gradient gets the same numbers, not all of them 0, and the loss is the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import numbers_of, read_by
from gdtui.analysis.diagnose.facts.tensors import is_empty
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import put_after
from gdtui.engine.arrays import FloatArray
from gdtui.engine.libraries import imported
from gdtui.engine.script.statements import GRADIENT


def find(facts: Facts) -> Iterator[Finding]:
    sent = [each for each in facts.backwards if each.epoch and not each.error]
    if not facts.backwards and not facts.steps:
        yield from _by_hand(facts)
        return
    if "rebound_parameter" in facts.found:
        return  # the gradients are used, for something else
    if not sent or facts.epochs < 1 or facts.failure or any(each.epoch for each in facts.steps):
        return
    leaves = {id(leaf): leaf for each in sent for leaf in each.leaves}
    known = [
        leaf
        for each in sent
        for leaf, gradient in zip(each.leaves, each.gradients, strict=True)
        if not is_empty(gradient) and (m := facts.maker(leaf), m is None or m.epoch == 0)[1]
    ]
    if not known or leaves.keys() & facts.moved or not facts.stands_still:
        return
    if not any(leaf is known[0] for leaf in sent[-1].leaves) or len(sent) < 2:
        return  # leaves that are made anew each time
    torch = imported("torch")
    line = sent[-1].line
    largest = max(
        float(torch.linalg.vector_norm(each)) for each in sent[-1].gradients if each is not None
    )
    reading = [
        op.line
        for op in facts.ops
        if op.name == "grad.get" and op.epoch and op.inputs[0] is known[0]
    ]
    text = (
        f"The backward of line {line} fills the gradients, but nothing uses them: no optimizer "
        f"makes a step, so no parameter moves. Call the optimizer's step() after backward."
    )
    unreached = _unreached(facts)
    if unreached:
        text = (
            f"The backward of line {line} fills the gradients, but nothing uses them: the step of "
            f"line {unreached[0]} has not run in {facts.epochs} epochs. Look at what it depends on."
        )
    if reading:
        text = (
            f"The backward of line {line} fills the gradients, and line {reading[0]} reads them, "
            f"but no step changes a parameter: what that line computes is in no parameter. "
            f"Update in place, under torch.no_grad(), as by -=."
        )
    evidence = {"backward": line, "largest_gradient_norm": largest, "steps": 0}
    title = "the gradients are never used: no step follows backward"
    # Where there is a step that does not run, another one would be no mend.
    mend = None if unreached else _mend(facts, line)
    yield Finding("never_updated", line, title, text, evidence, mend)


def _by_hand(facts: Facts) -> Iterator[Finding]:
    if facts.failure or facts.epochs < 3 or any(e.updated_names for e in facts.script.loops):
        return
    if not facts.losses or len(set(facts.losses)) > 1:
        return
    named: dict[tuple[int, str], list[FloatArray]] = {}
    for each in facts.ran:
        for path, value in each.after.items() if 1 <= each.epoch <= facts.epochs else ():
            numbers = numbers_of(value, np.size(value))
            if GRADIENT.fullmatch(path.rpartition(".")[2]) and numbers is not None:
                named.setdefault((each.line, path), []).append(numbers)
    steady = {
        key: found
        for key, found in named.items()
        if len(found) == facts.epochs and found[0].any() and not np.ptp(found, axis=0).any()
    }
    if not steady or len(steady) < len(named):
        return
    line, name = max(steady)
    names = {path for _, path in steady}
    computed = [
        each.line
        for each in facts.watched
        if isinstance(each.node, ast.Expr)
        and isinstance(each.node.value, ast.BinOp)
        and names & read_by(each.node)
    ]
    text = (
        f"Line {line} computes {name}, the same in every epoch, but nothing moves a parameter by "
        f"it, so the loss stays the same. Subtract the learning rate times the gradient from the "
        f"parameter, as by -=."
    )
    if computed:
        text = (
            f"Line {computed[0]} computes a number of {name} and does nothing with it, so no "
            f"parameter moves and the loss stays the same. Give it to the parameter, as by -=."
        )
    title = "the gradients are never used: nothing moves a parameter by them"
    evidence = {"gradient": name, "largest": float(np.abs(steady[line, name][0]).max())}
    yield Finding("never_updated", computed[0] if computed else line, title, text, evidence)


def _unreached(facts: Facts) -> list[int]:
    """The lines that call the step of an optimizer, in a run in which none has made one."""
    optimizers = [made.optimizer for made in facts.created]
    names = {
        path
        for ran in facts.ran
        for path, value in ran.after.items()
        if any(value is each for each in optimizers)
    }
    return [
        call.lineno
        for call in facts.calls("step")
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) in names
    ]


def _mend(facts: Facts, line: int) -> Mend | None:
    for each in facts.watched:  # `optimizer.step` without being called
        value = each.node.value if isinstance(each.node, ast.Expr) else None
        if isinstance(value, ast.Attribute) and value.attr == "step":
            return Mend({each.end_line: (f"{facts.text(each.end_line).rstrip()}()",)})
    for made in reversed(facts.created):
        for ran in facts.ran:
            for path, value in ran.after.items():
                if value is made.optimizer:
                    return put_after(facts, line, f"{path}.step()")
    return None
