"""Bugs planted into a script: small changes of its text, each kept only if the script trains worse
with it."""

from __future__ import annotations

import ast
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from gdtui.analysis.diagnose.finding import Mend
from gdtui.analysis.numerals import numeral
from gdtui.engine.errors import ScriptError
from gdtui.engine.script.loop import Phase, TrainingLoop
from gdtui.engine.script.names import loop_names
from gdtui.engine.script.script import Script
from gdtui.experiments.job import Job, Outcome, Recipe
from gdtui.experiments.pool import Workers, outcomes

_WORSE = 1.05
"""A bug has an effect where the last loss is so many times what it is without it."""

_FASTER, _SLOWER = 100, 1000
_SEEDS = (0, 1)


@dataclass(frozen=True)
class PlantedBug:
    """A change of one line that makes a script train worse.

    Attributes:
        line: the line to blame, from 1.
        kind: what was done to it, in a few words.
        old: the lines of the script from there, as they are.
        put: the lines in their place.
        text: the script with the bug.
        symptom: what a run shows, as the end of a sentence; it does not name the line.
    """

    line: int
    kind: str
    old: tuple[str, ...]
    put: tuple[str, ...]
    text: str
    symptom: str = ""


@dataclass(frozen=True)
class PlantedBugs:
    """The bugs of a script.

    Attributes:
        bugs: those that have an effect, in the order of their lines.
        tried: how many were tried.
        is_random: whether the script trains otherwise with each run, for it sets no seed.
    """

    bugs: tuple[PlantedBug, ...]
    tried: int
    is_random: bool


def plant_bugs(script: Script, workers: Workers) -> PlantedBugs:
    """Plant bugs into a script, one at a time, and run each. All runs start from the same random
    numbers.

    Raises:
        ScriptError: the script itself fails, or has no loss to compare by.
    """
    planted = list(_planted(script))
    recipe = Recipe.of(script)
    parent = os.getpid()
    jobs = [Job(place, recipe, seed=seed, parent=parent) for place, seed in enumerate(_SEEDS)]
    jobs += [
        Job(place, replace(recipe, text=bug.text), seed=_SEEDS[0], parent=parent)
        for place, bug in enumerate(planted, start=len(jobs))
    ]
    found = {each.number: each for each in outcomes(jobs, workers)}
    healthy, again = found[0], found[1]
    if healthy.failed:
        raise ScriptError(f"{script.name} fails without any bug: {healthy.message}")
    if not math.isfinite(healthy.value):
        raise ScriptError(f"{script.name} has no finite loss to compare runs by")
    told = [
        replace(bug, symptom=symptom)
        for place, bug in enumerate(planted, start=len(_SEEDS))
        if (symptom := _symptom(found[place], healthy))
    ]
    told.sort(key=lambda bug: bug.line)
    return PlantedBugs(tuple(told), len(planted), again.value != healthy.value)


def _symptom(broken: Outcome, healthy: Outcome) -> str:
    """What a run with a bug shows; empty where it trains as well as without it."""
    if broken.failed:
        return f"it fails in epoch {broken.epochs + 1} with {broken.message.rstrip('.')}"
    without = f"without the bug it is {numeral(healthy.value, 4)}"
    if not math.isfinite(broken.value):
        return f"in epoch {broken.epochs} the loss is no longer finite; {without} at the end"
    if broken.value <= healthy.value + (_WORSE - 1) * abs(healthy.value):
        return ""
    return f"after {broken.epochs} epochs the loss is {numeral(broken.value, 4)}; {without}"


# The changes --------------------------------------------------------------------------------


def _planted(script: Script) -> Iterator[PlantedBug]:
    """The script with one bug after another. A change whose text is no training script any more is
    left out."""
    seen = {script.text}
    for line, kind, put in _changes(script):
        mend = Mend({line: put})
        text = mend.apply(script.text)
        if text in seen:
            continue
        seen.add(text)
        try:
            _ = replace(script, text=text).loops
        except ScriptError:
            continue
        yield PlantedBug(line, kind, (script.lines[line - 1],), put, text)


def _changes(script: Script) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    """Lines, what is done to each, and what takes its place."""
    for loop in script.loops:
        for parent in ast.walk(loop.node):
            for block in (getattr(parent, name, None) for name in ("body", "orelse", "finalbody")):
                # A statement that stands alone in its block cannot be left out.
                if isinstance(block, list) and len(block) > 1:
                    for node in block:
                        if node.lineno == node.end_lineno:
                            yield from _of_statement(script, loop, node)
    yield from _of_rate(script)


def _of_statement(
    script: Script, loop: TrainingLoop, node: ast.stmt
) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    text = script.lines[node.lineno - 1]
    if text.strip() != ast.get_source_segment(script.text, node):
        return  # it shares its line, or has a comment
    phase, line = loop.phase(node), node.lineno
    if phase is Phase.ZERO:
        yield line, "the gradients are never set back to zero", ()
    elif phase is Phase.UPDATE and isinstance(node, ast.AugAssign):
        signs = {"-=": "+=", "+=": "-="}
        sign = next((each for each in signs if f" {each} " in text), None)
        if sign is not None:
            put = text.replace(f" {sign} ", f" {signs[sign]} ", 1)
            yield line, "the update goes uphill", (put,)
    elif phase is Phase.UPDATE and isinstance(node, ast.Expr):
        yield line, "the optimizer makes no step", ()
        zero = re.sub(r"\.step\(.*\)", ".zero_grad()", text)
        if zero != text:
            yield line, "the gradients are set to zero before the step", (zero, text)
    elif phase is Phase.GRADIENT and isinstance(node, ast.Expr):
        yield line, "no gradient is computed", ()
    elif phase is Phase.LOSS and isinstance(node, ast.Assign):
        prediction = loop_names(script).prediction
        detached = re.sub(rf"\b{re.escape(prediction)}\b(?! *=)", f"{prediction}.detach()", text)
        if prediction and "torch" in script.text and detached != text:
            yield line, "the loss is cut off from the parameters", (detached,)


def _of_rate(script: Script) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    name = loop_names(script).learning_rate
    rate = script.values.get(name)
    if not isinstance(rate, float | int):
        return
    changed = {f"{_FASTER} times": rate * _FASTER, f"a {_SLOWER}th of": rate / _SLOWER}
    for how, value in changed.items():
        other = script.with_settings({name: value})
        lines = [n for n, line in enumerate(script.lines, 1) if other.lines[n - 1] != line]
        if len(lines) == 1:
            what = f"the learning rate is {how} what it was"
            yield lines[0], what, (other.lines[lines[0] - 1],)
