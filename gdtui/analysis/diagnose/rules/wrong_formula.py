"""Are all gradients by hand something else than the derivative of the loss?

Conditions. No factor makes the script's gradients the slopes of the loss by finite differences, not
those of all parameters together, by far more than the differences are uncertain, in two epochs; a
penalty on the parameters does not explain it. The gradients are functions of the parameters alone:
from the parameters of another epoch they are the same again, so that no samples drawn anew are
behind it. What is recorded is a smooth loss, computed of the same data as the gradients; one
statement computes an array of each parameter for it, so that no target of its own is held fixed;
and nothing clips the gradients or solves equations with them. Where the gradients of some
parameters are right, :mod:`wrong_derivative` says so.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import read_by
from gdtui.analysis.diagnose.facts.repeating import behind, is_read_twice, repeats
from gdtui.analysis.diagnose.facts.slope import Slope
from gdtui.analysis.diagnose.facts.slopes import Slopes
from gdtui.analysis.diagnose.finding import Finding
from gdtui.engine.arrays import FloatArray
from gdtui.engine.kinds import is_a
from gdtui.engine.program.observing import Watched
from gdtui.engine.script.syntax import last_name

_FAR = 0.05
"""What is left of the gradients beside the slopes, as a share, where the formula is wrong."""

_OTHER_STEPS = ("clip", "norm", "solve", "inv", "pinv", "lstsq")
"""What makes steps of gradients that are not along them."""


_LINEAR = ("mean", "sum", "dot", "matmul", "len", "outer", "einsum", "reshape", "float", "average")
"""What a gradient is computed by once the error is known."""


def find(facts: Facts) -> Iterator[Finding]:
    if facts.found or facts.backwards:
        return
    slopes = Slopes(facts)
    if (
        not slopes.is_known
        or slopes.is_late
        or (slopes.are_steps and len(slopes.names) > 1)
        or not all(slopes.update_line(n) for n in slopes.names)
    ):
        return
    found = _slopes(slopes)
    if sum(each.by_loss.size for each in found) < 2 or not _is_far(found):
        return
    if facts.calls(*_OTHER_STEPS) or is_read_twice(slopes):
        return
    later = Slopes(facts, epoch=slopes.epoch + 1)
    if not later.is_known or not _is_far(_slopes(later)) or not repeats(slopes, later):
        return
    if not _is_smooth(slopes, found) or not _is_of_same_data(facts, slopes, found):
        return
    first = found[0]
    at = _worst(first)
    line = _entry_line(facts, slopes, found, at) or _line(facts, slopes, found)
    script, loss = float(first.by_script[at]), float(first.by_loss[at])
    names = ", ".join(each.name for each in found)
    text = (
        f"The gradients of {names} are not the derivatives of the loss, and no common factor makes "
        f"them so: for {first.name} the formula gives {script:.4g}, and finite differences of the "
        f"loss give {loss:.4g}. What they have in common is computed in line {line}. Derive it "
        f"anew from the loss that is computed: is a factor missing, such as the derivative of the "
        f"activation, or is it that of another loss?"
    )
    evidence = {
        "parameters": [each.name for each in found],
        "by_formula": script,
        "by_differences": loss,
        "left_over": _rest(found),
    }
    title = "the gradients are not the derivatives of the loss"
    yield Finding("wrong_formula", line, title, text, evidence)


def _worst(slope: Slope) -> int:
    """The entry that is farthest from what most of the others are times the slope."""
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = slope.by_script / slope.by_loss
    factor = float(np.median(shares[np.isfinite(shares)])) if np.isfinite(shares).any() else 1.0
    return int(np.argmax(np.abs(slope.by_script - factor * slope.by_loss)))


def _slopes(slopes: Slopes) -> list[Slope]:
    """Those of all parameters; none where one of them is not known for sure."""
    found = [slopes.slope(name) for name in slopes.names]
    known = [each for each in found if each is not None and each.is_sure]
    return known if len(known) == len(found) else []


def _is_far(found: list[Slope]) -> bool:
    return bool(found) and _rest(found) > _FAR and _rest(found, penalty=True) > _FAR


def _rest(found: list[Slope], *, penalty: bool = False) -> float:
    """What is left of the gradients beside the best multiple of the slopes, as a share of them;
    with a ``penalty`` beside a multiple of the parameters as well."""
    script = np.concatenate([each.by_script for each in found])
    columns: list[FloatArray] = [np.concatenate([each.by_loss for each in found])]
    values = [each.value.ravel() for each in found]
    if penalty and all(v.size == s.by_loss.size for v, s in zip(values, found, strict=True)):
        columns.append(np.concatenate(values))
    length = float(np.linalg.norm(script))
    if not length or not np.isfinite(length) or script.size <= len(columns):
        return 0.0 if script.size <= 1 else _share(script, columns[:1], length)
    return _share(script, columns, length)


def _share(script: FloatArray, columns: list[FloatArray], length: float) -> float:
    matrix = np.stack(columns, axis=1)
    best = np.linalg.lstsq(matrix, script, rcond=None)[0]
    if len(columns) > 1 and best[1] < 0:  # a penalty makes parameters smaller
        return _share(script, columns[:1], length)
    return float(np.linalg.norm(script - matrix @ best)) / length if length else 0.0


def _is_smooth(slopes: Slopes, found: list[Slope]) -> bool:
    """Whether the loss is curved alike over a short way and a long one, as a sum of sizes or a
    share of hits is not."""
    moves = {each.name: slopes.gradient(each.name) for each in found}
    length = float(np.sqrt(sum(np.sum(each**2) for each in moves.values() if each is not None)))
    along = {name: each / length for name, each in moves.items() if each is not None and length}
    if not along:
        return False
    _, near, _ = slopes.along(along, 1e-3)
    _, far, _ = slopes.along(along, 2e-2)
    return bool(np.isfinite(near + far) and abs(near - far) <= 0.5 * abs(far))


def _is_of_same_data(facts: Facts, slopes: Slopes, found: list[Slope]) -> bool:
    """Whether the loss and the gradients are computed of one thing at least beside the
    parameters."""
    at = slopes.loss_event()
    if at is None:
        return False
    known = {name.rpartition(".")[2] for name in slopes.names}
    of_loss = _reads(facts, [at, *behind(slopes, at)])
    shared = None
    for each in found:
        line = each.line or slopes.update_line(each.name)
        events = [e for e in _epoch(facts, slopes) if e.line == line]
        if not events:
            return False
        read = _reads(facts, [events[-1], *behind(slopes, events[-1])])
        shared = read if shared is None else shared & read
    held = {name.rpartition(".")[2] for name in (shared or set()) & of_loss}
    return bool(held - known - _functions(facts) - _settings(facts))


def _settings(facts: Facts) -> set[str]:
    """The names of modules and of single numbers from before the training."""
    return {
        path.rpartition(".")[2]
        for each in facts.ran
        if not each.epoch
        for path, value in each.after.items()
        if is_a(value, (int, float))
    } | {
        (each.asname or each.name).partition(".")[0]
        for node in ast.walk(facts.script.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    }


def _functions(facts: Facts) -> set[str]:
    tree = facts.script.tree
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {each.name for each in ast.walk(tree) if isinstance(each, kinds)} | {"self", "len"}


def _reads(facts: Facts, events: list[Ran]) -> set[str]:
    """What statements read, and the functions of the script that they call."""
    found: set[str] = set()
    functions = {e.name: e for e in ast.walk(facts.script.tree) if isinstance(e, ast.FunctionDef)}
    left: list[ast.AST] = [facts.watched[each.index].node for each in events]
    for each in events:
        found |= read_by(facts.watched[each.index].node)
    while left:
        for call in [each for each in ast.walk(left.pop()) if isinstance(each, ast.Call)]:
            function = functions.pop(last_name(call.func), None)
            if function is not None:
                inside = ast.walk(function)
                found |= {ast.unparse(e) for e in inside if isinstance(e, ast.Name | ast.Attribute)}
                left.append(function)
    return found


def _epoch(facts: Facts, slopes: Slopes) -> list[Ran]:
    return [each for each in facts.ran if each.epoch == slopes.epoch]


def _entry_line(facts: Facts, slopes: Slopes, found: list[Slope], at: int) -> int:
    """The line that has computed a wrong entry of the only gradient, where that is written entry by
    entry; 0 where it is not."""
    if len(found) != 1:
        return 0
    statement = facts.statement(slopes.update_line(found[0].name))
    row = _returned_entry(facts, statement, at) if statement is not None else 0
    if row and not found[0].line:
        return row
    found_at = [
        each.line
        for each in _epoch(facts, slopes)
        for path in facts.watched[each.index].targets
        if path.endswith(f"[{at}]") and each.number < slopes.update_number(found[0].name)
    ]
    return found_at[-1] if found_at else 0


def _returned_entry(facts: Facts, statement: Watched, at: int) -> int:
    """The line of an entry of the only list that a function returns which a statement calls; 0 for
    none."""
    names = {last_name(e.func) for e in ast.walk(statement.node) if isinstance(e, ast.Call)}
    functions = [
        each
        for each in ast.walk(facts.script.tree)
        if isinstance(each, ast.FunctionDef) and each.name in names
    ]
    lists = [
        inside
        for function in functions
        for each in ast.walk(function)
        if isinstance(each, ast.Return) and each.value is not None
        for inside in ast.walk(each.value)
        if isinstance(inside, ast.List)
    ]
    return lists[0].elts[at].lineno if len(lists) == 1 and at < len(lists[0].elts) else 0


def _line(facts: Facts, slopes: Slopes, found: list[Slope]) -> int:
    """The last statement that all gradients and not the loss are computed of; else the first
    gradient."""
    events = [e for e in _epoch(facts, slopes) if any(e.line == each.line for each in found)]
    at = slopes.loss_event()
    of_loss = [] if at is None else [each.number for each in (at, *behind(slopes, at))]
    common: set[int] | None = None
    for each in events:
        numbers = {one.number for one in (each, *behind(slopes, each))}
        common = numbers if common is None else common & numbers
    last = max((number for number in common or () if number not in of_loss), default=None)
    if events and _bends(facts.watched[events[0].index].node):
        last = None
    place = next((each.line for each in facts.ran if each.number == last), 0)
    return place or found[0].line or slopes.update_line(found[0].name)


def _bends(node: ast.stmt) -> bool:
    """Whether a statement calls more than what adds and multiplies."""
    return any(
        isinstance(each, ast.Call) and last_name(each.func) not in _LINEAR
        for each in ast.walk(node)
    )
