"""Do clipping and steps come in the right order?

Conditions. Clipping: in every turn gradients are clipped before ``backward`` fills them, and never
between that and the step. Scheduler: it changes the rate of an optimizer before that has made its
first step.
"""

from __future__ import annotations

from collections.abc import Iterator

from gdtui.analysis.diagnose.facts.events import Backward, Clipped, Step, Stepped
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import indent, is_whole_line, moved


def find(facts: Facts) -> Iterator[Finding]:
    yield from _clipping(facts)
    yield from _scheduler(facts)


def _clipping(facts: Facts) -> Iterator[Finding]:
    order = [
        each for each in facts.events if type(each) in (Backward, Clipped, Step) and each.epoch
    ]
    clipped: Clipped | None = None
    backward: Backward | None = None
    step: Step | None = None
    sent = False
    for each in order:
        if type(each) is Clipped:
            if sent:
                return  # where it belongs
            clipped = each
        elif type(each) is Backward:
            sent, backward = True, each
        elif type(each) is Step:
            sent, step = False, each
    if clipped is None or backward is None or step is None:
        return
    text = (
        f"Line {clipped.line} clips the gradients before the backward of line {backward.line} "
        f"fills them, so the step of line {step.line} uses them unclipped. Clip between the two."
    )
    evidence = {"clipped": clipped.line, "backward": backward.line, "step": step.line}
    mend = None
    lines = (clipped.line, backward.line)
    if (
        all(is_whole_line(facts, each) for each in lines)
        and len({indent(facts.text(each)) for each in lines}) == 1
    ):
        mend = moved(facts, [backward.line], clipped.line)
    title = "the gradients are not clipped when the step uses them"
    yield Finding("call_order", clipped.line, title, text, evidence, mend)


def _scheduler(facts: Facts) -> Iterator[Finding]:
    changed = next((e for e in facts.events if type(e) is Stepped and e.epoch), None)
    if changed is None or changed.optimizer is None:
        return
    steps = [each for each in facts.steps if each.optimizer is changed.optimizer]
    if not steps or steps[0].number < changed.number:
        return
    step = steps[0]
    text = (
        f"Line {changed.line} steps the scheduler before line {step.line} has made the first step "
        f"of the optimizer, so the first learning rate is skipped. Step the optimizer first."
    )
    mend: Mend | None = None
    lines = (changed.line, step.line)
    if (
        all(is_whole_line(facts, each) for each in lines)
        and len({indent(facts.text(each)) for each in lines}) == 1
    ):
        mend = moved(facts, [step.line], changed.line)
    title = "the scheduler steps before the optimizer"
    evidence = {"scheduler": changed.line, "optimizer": step.line}
    yield Finding("call_order", changed.line, title, text, evidence, mend)
