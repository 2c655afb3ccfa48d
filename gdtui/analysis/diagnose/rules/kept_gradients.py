"""Do gradients begin at zero for each update?

Condition: ``backward`` adds to a gradient that an update has used already and nobody has cleared
since, and another update uses the sum; so it is in every batch, or in every one but the first of an
epoch. Several ``backward`` before one update are on purpose.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gdtui.analysis.diagnose.facts.events import Backward, Cleared, Event, Op, Step
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import indent, is_whole_line, put_before


def find(facts: Facts) -> Iterator[Finding]:
    faulty, sound = _backwards(facts)
    if not faulty or not _is_rule(faulty, sound):
        return
    clearing = _clearing(facts, faulty)
    line = faulty[0].line
    leaf = faulty[0].leftover[0]
    name = facts.name(leaf) or "a parameter"
    evidence = {"backward": line, "adds": len(faulty), "begins_anew": len(sound)}
    if clearing is not None:
        text = (
            f"Gradients are cleared in line {clearing.line} once an epoch, while an update follows "
            f"each batch: within an epoch the backward of line {line} adds to the gradients of the "
            f"batches before, as for {name}. Clear them for every batch, before backward."
        )
        title = "gradients are cleared once an epoch, not for every batch"
        yield Finding(
            "kept_gradients", clearing.line, title, text, evidence, _moved(facts, clearing, line)
        )
        return
    text = (
        f"The gradients are never cleared between two updates: the backward of line {line} adds to "
        f"what an update has used already, as for {name}, so each step goes by the sum of all "
        f"gradients so far and overshoots. Clear them in each turn, before backward."
    )
    title = "gradients are never cleared, so each backward adds to all before"
    yield Finding("kept_gradients", line, title, text, evidence, _new(facts, line, leaf))


def _backwards(facts: Facts) -> tuple[list[Backward], list[Backward]]:
    """Those that add to a gradient which an update has used and another one uses, and those that
    begin anew; without the first of all."""
    faulty: dict[int, Backward] = {}
    sound: list[Backward] = []
    added: dict[int, Backward] = {}
    updated = False
    for each in facts.events:
        if type(each) is Backward and each.epoch and not each.error:
            if updated and not each.leftover:
                sound.append(each)
            added |= {id(leaf): each for leaf in each.leftover}
        elif type(each) is Cleared:
            for leaf in each.leaves:
                added.pop(id(leaf), None)
        else:
            used = _used_by(each)
            updated = updated or bool(used)
            for leaf in used:
                found = added.pop(id(leaf), None)
                if found is not None:
                    faulty[id(found)] = found
    return list(faulty.values()), sound


def _used_by(event: Event) -> tuple[Any, ...]:
    """The leaves whose gradients an event has used."""
    if type(event) is Step:
        return event.filled
    if type(event) is Op and event.leaf is not None and event.epoch:
        return (event.leaf,)
    return ()


def _is_rule(faulty: list[Backward], sound: list[Backward]) -> bool:
    """Whether it is in every batch, or in every one but the first of an epoch."""
    firsts = {each.epoch for each in sound}
    return len(sound) <= len(firsts) and (not sound or len(faulty) > len(sound))


def _clearing(facts: Facts, faulty: list[Backward]) -> Cleared | None:
    """Where the training clears the gradients; None for nowhere."""
    leaves = {id(leaf) for each in faulty for leaf in each.leftover}
    found = [
        each for each in facts.cleared if each.epoch and leaves & {id(leaf) for leaf in each.leaves}
    ]
    return found[-1] if found else None


def _moved(facts: Facts, clearing: Cleared, line: int) -> Mend | None:
    old, new = facts.text(clearing.line), facts.text(line)
    if not is_whole_line(facts, clearing.line):
        return None
    return Mend({clearing.line: (), line: (indent(new) + old.strip(), new)})


def _new(facts: Facts, line: int, leaf: Any) -> Mend | None:
    for step in facts.steps:
        if any(each is leaf for each in step.filled):
            found = re.search(r"([\w.\[\]]+)\.step\(", facts.text(step.line))
            return put_before(facts, line, f"{found[1]}.zero_grad()") if found else None
    names = [facts.name(each) for each in facts.backwards[-1].leaves]
    if not all(names):
        return None
    return put_before(facts, line, *(f"{name}.grad = None" for name in names))
