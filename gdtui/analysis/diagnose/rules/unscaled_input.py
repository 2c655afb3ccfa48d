"""Is an input so large that no usual learning rate fits?

Condition: the loss ends higher than it began, the training multiplies an input whose root of the
mean square is large, and the same script with that input scaled learns: its loss falls, and ends
below a third. :mod:`rate_too_high` asks for large inputs as well, where it knows the curvature.
Or the loss hardly falls any more, with plain steps against the gradient; no higher rate helps,
since the large input makes the curvature along its own parameter so many times that along the
others; and with it scaled and a usual rate the loss ends below a third, of itself and by its share
of what it began with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.facts.events import Op
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import is_tensor
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import put_after
from gdtui.analysis.diagnose.rules.uphill import is_rising
from gdtui.analysis.diagnose.trial import losses_at, losses_of, rate_of
from gdtui.engine.errors import ScriptError
from gdtui.engine.kinds import is_a

_TRIED = 3
"""So many inputs are scaled, one after another."""

_EPOCHS = 10
"""In fewer epochs than this nothing crawls yet."""

_SLOW = 0.2
"""A loss crawls where it loses no larger share than this in the second half of a run."""

_HIGHER = (3.0, 30.0)
_USUAL = (0.1, 0.01)
"""How many times the rate is tried without scaling, and which rates with it."""

_LARGE = 20.0
"""Inputs whose root of the mean square is larger than this are taken for unscaled."""

_MULTIPLYING = (
    "linear",
    "matmul",
    "mm",
    "addmm",
    "mul",
    "__rmul__",
    "__matmul__",
    "mv",
    "addmv",
    "dot",
)


def find(facts: Facts) -> Iterator[Finding]:
    if facts.failure:
        return
    if is_rising(facts):
        yield from by_scaling(facts)
    elif _is_crawling(facts):
        yield from _by_rates(facts)


def by_scaling(facts: Facts) -> Iterator[Finding]:
    """The finding for a large input with which, once it is scaled and all else the same, the loss
    falls to below a third."""
    losses = facts.losses
    if facts.found or facts.script.cells or len(losses) < 2:
        return
    large = {line: (name, size) for line, name, size in _inputs(facts) if size >= _LARGE}
    for line in sorted(large, reverse=True)[:_TRIED]:
        name, size = large[line]
        for mend in _scalings(facts, line, name):
            try:
                scaled = replace(facts.script, text=mend.apply(facts.script.text))
            except ScriptError:
                continue
            after = losses_of(facts, scaled)
            if after and after[-1] < min(after[0], losses[-1] / 3):
                break
        else:
            continue
        text = (
            f"The numbers in {name} (line {line}) are large, with a root mean square of "
            f"{size:.4g}, so each step throws the parameters far beyond: the loss goes from "
            f"{losses[0]:.4g} to {losses[-1]:.4g}. With {name} scaled, and all else the same, it "
            f"ends at {after[-1]:.4g}. Take its mean away and divide by its standard deviation."
        )
        evidence = {
            "feature": name,
            "root_mean_square": size,
            "last_loss": losses[-1],
            "loss_if_scaled": after[-1],
        }
        yield Finding("unscaled_feature", line, _is_large(name, size), text, evidence, mend)
        return


def _is_crawling(facts: Facts) -> bool:
    """Whether plain steps hardly make the loss smaller any more."""
    losses = facts.losses
    plain = all(type(e.optimizer).__name__ == "SGD" for e in facts.steps)
    if len(losses) < _EPOCHS or not plain:
        return False
    middle, last = losses[len(losses) // 2], losses[-1]
    return min(losses) > 0 and middle - last <= _SLOW * middle


def _by_rates(facts: Facts) -> Iterator[Finding]:
    """The finding for a large input that is scaled in a run with another rate."""
    losses, rate = facts.losses, rate_of(facts)
    large = {line: (name, size) for line, name, size in _inputs(facts) if size >= _LARGE}
    if facts.found or facts.script.cells or not large or rate is None:
        return
    for times in _HIGHER:
        found = losses_at(facts, facts.script, rate * times)
        if not found or found[-1] < losses[-1] / 3:
            return
    for line in sorted(large, reverse=True)[:_TRIED]:
        name, size = large[line]
        mend = _scaling(facts, line, name)
        if mend is None:
            continue
        try:
            scaled = replace(facts.script, text=mend.apply(facts.script.text))
        except ScriptError:
            continue
        for usual in _USUAL:
            after = losses_at(facts, scaled, usual)
            third = len(after) > 1 and after[-1] < losses[-1] / 3
            if not third or after[-1] / after[0] >= losses[-1] / losses[0] / 3:
                continue
            text = (
                f"The numbers in {name} (line {line}) are large, with a root mean square of "
                f"{size:.4g}, so the loss is about {size**2:.2g} times as curved along their own "
                f"parameter as along one with numbers about 1: the learning rate has to be as "
                f"small as {rate:g}, and with it the others crawl. The loss stays at "
                f"{losses[-1]:.4g}; with {name} scaled, and the rate {usual:g}, it ends at "
                f"{after[-1]:.4g}. Take its mean away and divide by its standard deviation."
            )
            evidence = {
                "feature": name,
                "root_mean_square": size,
                "last_loss": losses[-1],
                "loss_if_scaled": after[-1],
                "rate_if_scaled": usual,
            }
            yield Finding("unscaled_feature", line, _is_large(name, size), text, evidence, mend)
            return


def large_input(facts: Facts, curvature: float) -> tuple[int, str, float] | None:
    """The line, the name and the size of an input that makes the curvature; None for none."""
    best = None
    for line, name, size in _inputs(facts):
        # What makes a curvature of mean squares is an input with such squares; a target is not.
        if size >= _LARGE and curvature >= 0.2 * size**2 and (best is None or size > best[2]):
            best = line, name, size
    return best


def _inputs(facts: Facts) -> Iterator[tuple[int, str, float]]:
    yield from _tensors(facts)
    yield from _arrays(facts)


def _tensors(facts: Facts) -> Iterator[tuple[int, str, float]]:
    for op in facts.ops:
        if not op.epoch or op.epoch > 1 or op.name not in _MULTIPLYING or not any(op.graded):
            continue
        for each, graded in zip(op.inputs, op.graded, strict=True):
            if not graded and each.is_floating_point() and each.numel() > 1:
                yield _place(facts, op, each)


def _place(facts: Facts, op: Op, tensor: Any) -> tuple[int, str, float]:
    rows = tensor.detach().double()
    squares = (rows**2).mean(0) if rows.dim() > 1 else (rows**2).mean()
    size = float(squares.max() ** 0.5)
    source = facts.source(tensor)
    changes = [
        each.line
        for each in facts.ran
        if not each.epoch
        and any(v is source and each.before.get(path) is v for path, v in each.after.items())
    ]
    line = max([facts.origin_line(tensor) or op.line, *changes])
    statement = facts.statement(line)
    name = statement.targets[0] if statement is not None and statement.targets else "the input"
    return line, name, size


def _arrays(facts: Facts) -> Iterator[tuple[int, str, float]]:
    if facts.backwards:
        return
    read = _names_in_training(facts)
    for each in facts.ran:
        if each.epoch:
            return
        for path, value in each.after.items():
            if is_tensor(value) and not value.requires_grad and value.is_floating_point():
                value = value.detach().cpu().double().numpy()
            if not is_a(value, np.ndarray) or value.size < 4 or value.dtype.kind not in "fiu":
                continue
            if path.rpartition(".")[2] in read:
                squares = (value.astype(np.float64) ** 2).mean(0)
                yield each.line, path, float(np.sqrt(np.max(squares)))


def _names_in_training(facts: Facts) -> set[str]:
    """The names that the training reads, those of the arguments of its functions as well."""
    found: set[str] = set()
    for node in ast.walk(facts.script.tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


def unscaled(
    facts: Facts, large: tuple[int, str, float], rate: float, curvature: float, highest: float
) -> Finding:
    """The finding for an input that makes the curvature: its line, its name and its size, and a
    learning rate that is beyond the highest stable one."""
    line, name, size = large
    text = (
        f"The numbers in {name} (line {line}) are large, with a root mean square of {size:.4g}, so "
        f"the curvature of the loss is {curvature:.4g} and the learning rate {rate:g} "
        f"throws the parameters to infinity: it would have to be below {highest:.2g}. Scale "
        f"the feature first: take its mean away and divide by its standard deviation."
    )
    evidence = {
        "feature": name,
        "root_mean_square": size,
        "curvature": curvature,
        "learning_rate": rate,
        "highest_stable": highest,
    }
    mend = _scaling(facts, line, name)
    return Finding("unscaled_feature", line, _is_large(name, size), text, evidence, mend)


def _is_large(name: str, size: float) -> str:
    return f"{name} is not scaled: its numbers are about {size:.3g}"


def _scalings(facts: Facts, line: int, name: str) -> Iterator[Mend]:
    """Ways to scale an input: one more for a column of ones, which has no deviation."""
    mend = _scaling(facts, line, name)
    if mend is not None:
        yield mend
        if not facts.backwards:
            yield put_after(facts, line, f"{name} = {name} / abs({name}).max(0)")


def _scaling(facts: Facts, line: int, name: str) -> Mend | None:
    scaled = f"{name} = ({name} - {name}.mean(0)) / {name}.std(0)"
    return put_after(facts, line, scaled) if re.fullmatch(r"[\w.]+", name) else None
