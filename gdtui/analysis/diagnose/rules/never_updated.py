"""Does anything use the gradients that backward computes?

Condition: ``backward`` fills gradients in every epoch; no optimizer steps, nothing changes a
parameter, the script does not read the gradients, and no parameter ever moves in the whole run.
"""

from __future__ import annotations

from collections.abc import Iterator

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import is_empty
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import put_after
from gdtui.engine.libraries import imported


def find(facts: Facts) -> Iterator[Finding]:
    sent = [each for each in facts.backwards if each.epoch and not each.error]
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
    unreached = [call.lineno for call in facts.calls("step")]
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
    yield Finding("never_updated", line, title, text, evidence, _mend(facts, line))


def _mend(facts: Facts, line: int) -> Mend | None:
    import ast

    if any(isinstance(call.func, ast.Attribute) for call in facts.calls("step")):
        return None  # there is one that does not run
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
