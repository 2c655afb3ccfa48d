"""Is it the same model from step to step?

Condition: each epoch that was watched sends one loss back and makes one step with an optimizer; the
parameters that get gradients in it are other ones than in the epoch before, those of a module that
was made in this epoch; and those of the epoch before are gone from the names of the script.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from gdtui.analysis.diagnose.facts.events import Backward, Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import indent
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported

_FEWEST = 3


def find(facts: Facts) -> Iterator[Finding]:
    nn = imported("torch.nn")
    if nn is None or facts.failure or facts.epochs < _FEWEST:
        return
    epochs = range(1, facts.epochs + 1)
    sent = [_only(each for each in facts.backwards if each.epoch == epoch) for epoch in epochs]
    steps = [_only(each for each in facts.steps if each.epoch == epoch) for epoch in epochs]
    if any(each is None for each in (*sent, *steps)):
        return
    leaves = [_parameters(each, nn) for each in sent if each is not None]
    if not all(leaves) or any(one & other for one, other in pairwise(leaves)):
        return
    made = [_made(facts, epoch, leaves[epoch - 1], nn) for epoch in epochs]
    first = made[0]
    if first is None or any(each is None or each[1] != first[1] for each in made):
        return
    ran, name = first
    text = (
        f"Line {ran.line} stands in the training loop and makes a new {name} in every epoch, so "
        f"each step is made with one that is thrown away, and the next epoch begins again with "
        f"random parameters. Make it once, before the loop."
    )
    title = f"{name} is made anew in every epoch"
    evidence = {"line": ran.line, "epochs_watched": facts.epochs}
    yield Finding("model_made_anew", ran.line, title, text, evidence, _mend(facts, ran.line))


def _only(found: Iterator[Any]) -> Any:
    """The only one of several; None for none or more."""
    held = list(found)
    return held[0] if len(held) == 1 else None


def _parameters(sent: Backward, nn: Any) -> set[int]:
    return {id(leaf) for leaf in sent.leaves if is_a(leaf, nn.Parameter)}


def _made(facts: Facts, epoch: int, leaves: set[int], nn: Any) -> tuple[Ran, str] | None:
    """The statement of an epoch that has bound the module of some parameters, and its name."""
    for each in facts.ran:
        if each.epoch != epoch or not each.in_epoch:
            continue
        for path, value in each.after.items():
            held = {id(one) for one in value.parameters()} if is_a(value, nn.Module) else set()
            if leaves <= held and each.before.get(path) is not value:
                return each, path
    return None


def _mend(facts: Facts, line: int) -> Mend | None:
    """The statement, and the one that makes the optimizer, moved to before the loop."""
    loop = facts.script.loop.node
    made = next((each for each in facts.created if each.epoch == 1), None)
    lines = sorted({line, *([made.line] if made is not None else [])})
    inside = {each.lineno: each for each in loop.body}
    if any(each not in inside for each in lines):
        return None
    head = facts.text(loop.lineno)
    changed: dict[int, tuple[str, ...]] = {}
    new: list[str] = []
    for each in lines:
        node = inside[each]
        deep = indent(facts.text(each))
        for number in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            new.append(indent(head) + facts.text(number).removeprefix(deep))
            changed[number] = ()
    changed[loop.lineno] = (*new, head)
    return Mend(changed)
