"""Does the update find the gradients that backward has computed?

Condition: at each update of an optimizer none of its parameters has a gradient, though ``backward``
has filled some since the update before; a statement between has cleared them.
"""

from __future__ import annotations

from collections.abc import Iterator

from gdtui.analysis.diagnose.facts.events import Backward, Cleared, Op, Step
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import is_empty
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import indent, is_whole_line, moved


def find(facts: Facts) -> Iterator[Finding]:
    found: dict[int, tuple[Cleared, int, str]] = {}
    filled: dict[int, Backward] = {}
    cleared: dict[int, Cleared] = {}
    sound: set[int] = set()
    for each in facts.events:
        if type(each) is Backward and not each.error:
            for leaf, gradient in zip(each.leaves, each.gradients, strict=True):
                if not is_empty(gradient):
                    filled[id(leaf)] = each
                    cleared.pop(id(leaf), None)
        elif type(each) is Cleared:
            cleared |= {id(leaf): each for leaf in each.leaves if id(leaf) in filled}
        elif type(each) is Step and not each.by_closure and each.epoch:
            lost = [cleared[id(leaf)] for leaf in each.empty if id(leaf) in cleared]
            if each.filled or not lost:
                sound.add(id(each.optimizer))
            else:
                found[id(each.optimizer)] = lost[-1], each.line, "step"
            for leaf in (*each.empty, *each.filled):
                filled.pop(id(leaf), None)
                cleared.pop(id(leaf), None)
        elif type(each) is Op and each.leaf is not None and each.epoch:
            leaf = each.leaf
            if id(leaf) in cleared and each.before is not None and _by_gradient(facts, each):
                found[id(leaf)] = cleared.pop(id(leaf)), each.line, "update"
            elif id(leaf) in filled:
                sound.add(id(leaf))
            filled.pop(id(leaf), None)
    for owner, (clearing, line, what) in found.items():
        if owner in sound:
            continue
        text = (
            f"Line {clearing.line} clears the gradients after backward has computed them and "
            f"before the {what} of line {line} uses them, so that finds no gradient and moves "
            f"nothing. Clear them after it, or before backward."
        )
        evidence = {"cleared": clearing.line, "update": line}
        title = f"the gradients are cleared before the {what} uses them"
        yield Finding(
            "cleared_early", clearing.line, title, text, evidence, _mend(facts, clearing.line, line)
        )
        return


def _by_gradient(facts: Facts, op: Op) -> bool:
    """Whether a change of a leaf has come to nothing."""
    return bool((op.before == op.leaf.detach()).all()) and id(op.leaf) in facts.reads_gradient


def _mend(facts: Facts, clearing: int, line: int) -> Mend | None:
    old, step = facts.text(clearing), facts.text(line)
    if not (is_whole_line(facts, clearing) and is_whole_line(facts, line)):
        return None
    if indent(old) != indent(step) or clearing > line:
        return None
    return moved(facts, [line], clearing)
