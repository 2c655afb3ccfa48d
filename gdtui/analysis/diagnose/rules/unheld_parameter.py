"""Does the optimizer hold what the loss depends on?

Three sets are compared: the leaves of the graph of the loss, which get gradients; what the
optimizers hold; and what moves. Condition: a leaf from before the training gets a gradient in every
backward, no optimizer holds it, nothing ever moves it, and the script does not read its gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gdtui.analysis.diagnose.facts.events import Created, Step
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.tensors import is_empty, is_tensor
from gdtui.analysis.diagnose.facts.watcher import attributes_of
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import replaced
from gdtui.engine.kinds import is_a
from gdtui.engine.libraries import imported


def find(facts: Facts) -> Iterator[Finding]:
    steps = [each for each in facts.steps if each.epoch]
    if not steps or facts.epochs < 1:
        return
    lost = _lost(facts)
    if not lost:
        return
    listed = _listed(facts, lost)
    if listed is not None:
        yield listed
        return
    used = [each for each in facts.backwards if each.epoch and not each.error]
    leaves = {id(leaf) for each in used for leaf in each.leaves}
    optimizer = _optimizer(facts, steps, leaves)
    if optimizer is None or _is_of_inputs(optimizer, lost):
        return
    line, step = _given_at(facts, optimizer, lost), steps[-1]
    names = _listing(
        [facts.name(each) or f"a tensor of shape {tuple(each.shape)}" for each in lost]
    )
    evidence = {"without_optimizer": [facts.name(each) for each in lost], "optimizer": line}
    frozen = optimizer.parameters and not any(e.requires_grad for e in optimizer.parameters)
    if frozen and (place := _frozen_at(facts)):
        text = (
            f"The parameters of the optimizer in line {line} do not require a gradient since line "
            f"{place}, so it never moves them; those that get gradients ({names}) are in no "
            f"optimizer. Freeze the others, or none."
        )
        title = "the optimizer holds the parameters that are frozen"
        yield Finding("unheld_parameter", place, title, text, evidence)
        return
    if not leaves & {id(each) for each in optimizer.parameters} and not step.filled:
        held = _listing([name for name in map(facts.name, optimizer.parameters) if name])
        whose = f" ({held})" if held else ""
        text = (
            f"The optimizer of line {line} holds parameters{whose} that the loss does not depend "
            f"on; those of the model that is trained ({names}) get gradients and are in no "
            f"optimizer, so the step never moves the model in use. Build it from their parameters."
        )
        title = "the optimizer holds the parameters of another model"
        mend = _other_model(facts, line, lost)
    else:
        verb = "gets a gradient" if len(lost) == 1 else "get gradients"
        them = "it" if len(lost) == 1 else "them"
        text = (
            f"{names} {verb} and never move{'s' if len(lost) == 1 else ''}: the optimizer of line "
            f"{line} was not given {them}. Give it all parameters that the loss depends on."
        )
        title = f"the optimizer misses {names}"
        mend = _longer_list(facts, line, lost)
    yield Finding("unheld_parameter", line, title, text, evidence, mend)


def _lost(facts: Facts) -> list[Any]:
    backwards = [each for each in facts.backwards if each.epoch and not each.error]
    held = facts.held
    seen: dict[int, list[Any]] = {}
    for each in backwards:
        for leaf, gradient in zip(each.leaves, each.gradients, strict=True):
            if not is_empty(gradient):
                seen.setdefault(id(leaf), [leaf, 0])[1] += 1
    return [
        leaf
        for key, (leaf, count) in seen.items()
        if key not in held
        and key not in facts.moved
        and key not in facts.reads_gradient
        and count > 1
        and _is_parameter(facts, leaf)
    ]


def _is_parameter(facts: Facts, leaf: Any) -> bool:
    """Whether a leaf is from before the training."""
    nn = imported("torch.nn")
    if nn is not None and is_a(leaf, nn.Parameter):
        return True
    maker = facts.maker(leaf)
    return maker is not None and maker.epoch == 0


def _frozen_at(facts: Facts) -> int:
    """The only line that takes ``requires_grad`` from parameters; 0 for none, or several."""
    found = {
        node.lineno
        for node in ast.walk(facts.script.tree)
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.targets[0], ast.Attribute)
            and node.targets[0].attr == "requires_grad"
            and isinstance(node.value, ast.Constant)
            and node.value.value is False
        )
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "requires_grad_"
            and any(isinstance(each, ast.Constant) and not each.value for each in node.args)
        )
    }
    return found.pop() if len(found) == 1 else 0


def _is_of_inputs(optimizer: Created, lost: list[Any]) -> bool:
    """Whether an optimizer changes the inputs of a model on purpose, and not its parameters."""
    nn = imported("torch.nn")
    return (
        nn is not None
        and all(is_a(each, nn.Parameter) for each in lost)
        and not any(is_a(each, nn.Parameter) for each in optimizer.parameters)
    )


def _optimizer(facts: Facts, steps: list[Step], leaves: set[int]) -> Created | None:
    """The optimizer that should have held them: the one that steps, by preference one that holds
    other leaves of the same loss."""
    stepping = {id(each.optimizer) for each in steps}
    made = [each for each in facts.created if id(each.optimizer) in stepping and each.line]
    near = [each for each in made if leaves & {id(one) for one in each.parameters}]
    found = near or made
    return found[-1] if found else None


def _listed(facts: Facts, lost: list[Any]) -> Finding | None:
    """The finding where a module keeps layers in a list or a dict, which it does not look into."""
    nn = imported("torch.nn")
    wanted = {id(each) for each in lost}
    # A model may never have had a name but in a function that it was given to.
    made = [each for each in facts.owners if is_a(each, nn.Module)] if nn is not None else []
    for module in [*facts.modules, *made]:
        registered = {id(each) for each in module.parameters()}
        for part in module.modules():
            for name, value in (attributes_of(part) or {}).items():
                if name.startswith("_") and name in ("_parameters", "_modules", "_buffers"):
                    continue
                inside = _parameters_in(value, nn)
                if not inside or not wanted & inside or inside & registered:
                    continue
                kind = next((e.__name__ for e in (dict, tuple) if is_a(value, e)), "list")
                line = _assigned_at(facts, name, value)
                if not line:
                    continue
                count = len(wanted & inside)
                held = f"these {count} tensors, which get" if count > 1 else "this one, which gets"
                what, better = "layers", "ModuleDict" if kind == "dict" else "ModuleList"
                if not any(is_a(each, nn.Module) for each in _values(value)):
                    what = "parameters"
                    better = "ParameterDict" if kind == "dict" else "ParameterList"
                text = (
                    f"The {what} in self.{name} are in a plain Python {kind}, which nn.Module does "
                    f"not look into: they are not registered, parameters() leaves them out, and "
                    f"the optimizer never moves {held} gradients. Wrap it: nn.{better}(...)."
                )
                evidence = {
                    "attribute": name,
                    "registered": len(registered),
                    "not_registered": count,
                }
                title = f"{what} in a plain {kind} are not registered"
                mend = _wrapped(facts, line, better)
                return Finding("unheld_parameter", line, title, text, evidence, mend)
    return None


def _values(value: Any) -> list[Any]:
    if is_a(value, dict):
        return list(value.values())
    return list(value) if is_a(value, (list, tuple)) else []


def _parameters_in(value: Any, nn: Any, depth: int = 0) -> set[int]:
    found: set[int] = set()
    for each in _values(value)[:1000]:
        if is_a(each, nn.Module):
            found |= {id(one) for one in each.parameters()}
        elif is_a(each, nn.Parameter) or (is_tensor(each) and each.is_leaf and each.requires_grad):
            found.add(id(each))
        elif depth < 2:
            found |= _parameters_in(each, nn, depth + 1)
    return found


def _assigned_at(facts: Facts, name: str, value: Any) -> int:
    """The line that has put a list into an attribute; 0 for an unknown one."""
    for node in ast.walk(facts.script.tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for each in targets:
                if isinstance(each, ast.Attribute) and each.attr == name:
                    return node.lineno
    return 0


def _wrapped(facts: Facts, line: int, kind: str) -> Mend | None:
    """``self.layers = [...]`` becomes ``self.layers = nn.ModuleList([...])``."""
    found = facts.statement(line)
    value = getattr(found.node, "value", None) if found is not None else None
    if found is None or value is None:
        return None
    if value.end_lineno == value.lineno:
        return replaced(facts, value, f"{_nn(facts)}.{kind}({ast.unparse(value)})")
    lines = list(facts.script.lines[value.lineno - 1 : value.end_lineno])
    first, last = lines[0], lines[-1]
    start = len(first.encode()[: value.col_offset].decode())
    end = len(last.encode()[: value.end_col_offset].decode())
    return Mend(
        {
            value.lineno: (f"{first[:start]}{_nn(facts)}.{kind}({first[start:]}",),
            value.end_lineno: (f"{last[:end]}){last[end:]}",),
        }
    )


def _nn(facts: Facts) -> str:
    """How the script calls ``torch.nn``."""
    for node in ast.walk(facts.script.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "torch":
            for each in node.names:
                if each.name == "nn":
                    return each.asname or "nn"
        if isinstance(node, ast.Import):
            for each in node.names:
                if each.name == "torch.nn" and each.asname:
                    return each.asname
    return "torch.nn"


def _given_at(facts: Facts, optimizer: Created, lost: list[Any]) -> int:
    """The line of what an optimizer is given, in a call over several lines: in a list the line of
    the entry that has to do with what is missing. Else that of the call."""
    owners = {facts.name(each).partition(".")[0].partition("[")[0] for each in lost}
    for call in facts.calls(type(optimizer.optimizer).__name__):
        if call.lineno <= optimizer.line <= (call.end_lineno or call.lineno):
            given = _parameters_of(call)
            entries = given.elts if isinstance(given, ast.List | ast.Tuple) else []
            for each in entries:
                if owners & {node.id for node in ast.walk(each) if isinstance(node, ast.Name)}:
                    return each.lineno
            if entries:  # beside which it is missing
                return entries[-1].lineno
            return given.lineno if given is not None else optimizer.line
    return optimizer.line


def _parameters_of(call: ast.Call) -> ast.expr | None:
    """The first argument of a call of an optimizer's class."""
    named = [each.value for each in call.keywords if each.arg == "params"]
    return next(iter([*call.args[:1], *named]), None)


def _first_argument(facts: Facts, line: int) -> ast.expr | None:
    found = facts.statement(line)
    value = getattr(found.node, "value", None) if found is not None else None
    return _parameters_of(value) if isinstance(value, ast.Call) else None


def _other_model(facts: Facts, line: int, lost: list[Any]) -> Mend | None:
    given = _first_argument(facts, line)
    wanted = {id(each) for each in lost}
    for each in reversed(facts.ran):
        for path, value in each.after.items():
            nn = imported("torch.nn")
            if given is None or nn is None or each.epoch or not is_a(value, nn.Module):
                continue
            if wanted <= {id(one) for one in value.parameters()}:
                return replaced(facts, given, f"{path}.parameters()")
    return None


def _longer_list(facts: Facts, line: int, lost: list[Any]) -> Mend | None:
    given = _first_argument(facts, line)
    names = [facts.name(each) for each in lost]
    if given is None or not all(name and "." not in name for name in names):
        return None
    if isinstance(given, ast.List | ast.Tuple):
        inside = ", ".join([*map(ast.unparse, given.elts), *names])
        return replaced(facts, given, f"[{inside}]")
    return replaced(facts, given, f"[*{ast.unparse(given)}, {', '.join(names)}]")


def _listing(names: list[str]) -> str:
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
