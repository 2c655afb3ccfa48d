"""Is the graph that backward goes through made anew for every update?

Conditions: either ``backward`` raised because its graph had been freed: an operation of that
graph was made before an earlier ``backward`` that went through it as well. Or it raised because the
numbers that its graph holds have been changed in place: an operation of that graph was made before
an update. Or a graph that was kept is gone through again and again: an operation in it was computed
before an update that moved the parameters it depends on, and the loss is the same to the last bit
every time. By hand, without a graph: the loss is the same in every epoch while parameters move,
also where they are moved further, and something computed of them before the loop is read in it; or
every epoch moves a parameter by the same step, and its update reads such a thing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from gdtui.analysis.diagnose.facts.events import Backward, Op, Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import held_by, read_by
from gdtui.analysis.diagnose.facts.slopes import Slopes
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import indent, is_whole_line, moved, put_before
from gdtui.engine.script.syntax import last_name


def find(facts: Facts) -> Iterator[Finding]:
    last = facts.backwards[-1] if facts.backwards else None
    error = last.error if last is not None and facts.failure else ""
    if last is not None and "second time" in error:
        found = list(_freed(facts, last))
        yield from found or _before_update(facts, last)
    elif last is not None and "modified by an inplace operation" in error:
        yield from _before_update(facts, last)
    elif last is not None:
        yield from _stale(facts)
    elif facts.asked:
        yield from _stale_asked(facts)
    elif not facts.failure and not facts.steps:
        yield from _stale_by_hand(facts)


def _shared(facts: Facts, one: Backward, other: Backward) -> list[Op]:
    """The operations whose notes are in both graphs, in their order."""
    makers = facts.node_makers
    both = [makers[key] for key in one.nodes if key in other.nodes and key in makers]
    return sorted({id(op): op for op in both}.values(), key=lambda op: op.number)


def _freed(facts: Facts, last: Backward) -> Iterator[Finding]:
    for before in reversed(facts.backwards[:-1]):
        shared = _shared(facts, before, last)
        if not shared:
            continue
        outputs = {id(each) for op in shared for each in op.outputs}
        if (carried := _carried(facts, outputs)) is not None:
            yield _of_turn_before(facts, *carried, last)
            return
        op = shared[-1]
        is_outside = op.epoch < last.epoch
        if is_outside and op.epoch == 0:
            where = "before the loop, once"
        elif is_outside:
            where = f"in epoch {op.epoch}"
        else:
            where = "once"
        if before.root is last.root and not is_outside:
            line, what = last.line, "the same loss is sent back twice"
            text = f"Line {last.line} sends a loss back whose graph line {before.line} has freed."
        elif not is_outside and not _is_moved(facts, before, last):
            line, what = before.line, "two losses go back through the same graph"
            text = (
                f"The backward of line {line} frees the graph behind {_name(facts, op.line)} of "
                f"line {op.line}, and that of line {last.line} goes through it again. Send the sum "
                f"of both losses back, or give the first backward retain_graph=True."
            )
        else:
            line, what = _place(op, last), "a graph is gone through a second time"
            text = (
                f"Line {line} computes {_name(facts, line)} {where}, and the backward of line "
                f"{before.line} has freed that part of the graph; the next one, in line "
                f"{last.line}, goes through it again. Compute it anew before each backward."
            )
        evidence = {"made": op.line, "made_in_epoch": op.epoch, "backward_in_epoch": last.epoch}
        title = f"{what}: {_name(facts, _place(op, last))} is not computed anew"
        mend = _into_loop(facts, shared, last) if op.epoch == 0 else None
        yield Finding("used_graph", line, title, text, evidence, mend)
        return


def _before_update(facts: Facts, last: Backward) -> Iterator[Finding]:
    """The finding for a graph that holds what was computed before the last update."""
    leaves = {id(each) for each in last.leaves}
    updates = [each for each in facts.steps if leaves & {id(one) for one in each.filled}]
    changes = [op for op in facts.ops if id(op.leaf) in leaves]
    update = max((*updates, *changes), key=lambda each: each.number, default=None)
    if update is None or not update.epoch:
        return
    ops = [facts.node_makers[key] for key in last.nodes if key in facts.node_makers]
    old = [op for op in ops if op.number < update.number]
    if not old:
        return
    kept = {id(each) for op in old for each in op.outputs}
    read = {id(last.root)} | {id(each) for op in ops if op not in old for each in op.inputs}
    bound = [
        each
        for each in facts.ran
        if each.number < update.number
        and any(id(value) in kept & read for value in each.after.values())
    ]
    if (carried := _carried(facts, kept & read)) is not None:
        yield _of_turn_before(facts, *carried, last)
        return
    line = bound[-1].line if bound else _place(max(old, key=lambda op: op.number), last)
    name = _name(facts, line)
    text = (
        f"{name} of line {line} was computed before the update of line {update.line}, which has "
        f"changed the parameters in place; the loss of line {last.line} goes back through it "
        f"again, and the numbers that its graph needs are gone. Compute it anew after each update."
    )
    evidence = {"made": line, "update": update.line, "backward_in_epoch": last.epoch}
    title = f"a graph from before the update is gone through: {name} is not computed anew"
    outside = all(op.epoch == 0 for op in old)
    mend = _into_loop(facts, old, last) if outside else None
    yield Finding("used_graph", line, title, text, evidence, mend)


def _carried(facts: Facts, tensors: set[int]) -> tuple[Ran, str] | None:
    """A statement of the loop that has made one of some tensors, which it gets again in the next
    turn, as the hidden state of a recurrent net; with the name."""
    for each in reversed(facts.ran):
        if each.epoch and each.in_epoch:
            read = read_by(facts.watched[each.index].node)
            for path, value in each.after.items():
                if path in read and id(value) in tensors:
                    return each, path
    return None


def _of_turn_before(facts: Facts, ran: Ran, name: str, last: Backward) -> Finding:
    text = (
        f"Line {ran.line} computes {name} from the {name} of the turn before, with its graph, so "
        f"the loss of line {last.line} goes back into the turns before, whose graphs are used up "
        f"and whose parameters have been updated since. Detach it first: {name} = {name}.detach()."
    )
    title = f"{name} carries the graph of the turn before into the next one"
    evidence = {"carried": name, "line": ran.line, "backward_in_epoch": last.epoch}
    mend = put_before(facts, ran.line, f"{name} = {name}.detach()")
    return Finding("used_graph", ran.line, title, text, evidence, mend)


def _stale(facts: Facts) -> Iterator[Finding]:
    sent = [each for each in facts.backwards if each.epoch and not each.error]
    if len(sent) < 3 or not any(each.retains for each in sent):
        return
    pairs = list(pairwise(sent))
    if any(one.value != other.value or not _shared(facts, one, other) for one, other in pairs):
        return
    if not all(_is_moved(facts, one, other) for one, other in pairs):
        return
    shared = _shared(facts, sent[0], sent[-1])
    line = _bound_at(facts, shared, sent[0]) or _place(shared[-1], sent[-1])
    name = _name(facts, line)
    text = (
        f"{name} of line {line} was computed before the updates and never since: "
        f"retain_graph=True lets backward repeat, but loss and gradients stay those of the first "
        f"parameters, while these move. Compute it in every turn, and drop retain_graph=True."
    )
    evidence = {"made": line, "loss": sent[0].value, "times_the_same": len(sent)}
    title = f"{name} is that of the first parameters"
    yield Finding("used_graph", line, title, text, evidence, _into_loop(facts, shared, sent[-1]))


def _stale_asked(facts: Facts) -> Iterator[Finding]:
    """The same for a script that asks ``torch.autograd.grad``."""
    asked = [op for op in facts.ops if op.name == "grad" and op.epoch and not op.error]
    roots = [op.inputs[0] for op in asked]
    if len(asked) < 3 or any(each.numel() != 1 for each in roots):
        return
    if len({float(each.detach()) for each in roots}) > 1:
        return
    leaves = {id(leaf) for op in asked for leaf in op.inputs[1:]}
    changes = [op.number for op in facts.ops if id(op.leaf) in leaves]
    if not all(any(a.number < n < b.number for n in changes) for a, b in pairwise(asked)):
        return
    behind = [{id(op): op for op in facts.behind(each)} for each in roots]
    shared = [op for key, op in behind[0].items() if all(key in each for each in behind[1:])]
    graded = [op for op in shared if op.gives_graph and op.number < asked[0].number]
    if not graded:
        return
    op = max(graded, key=lambda each: each.number)
    around = {each.function for each in asked[-1].spots}
    line = next((each.line for each in op.spots if each.function in around), op.line)
    name = _name(facts, line)
    text = (
        f"{name} of line {line} was computed before the updates and never since: "
        f"retain_graph=True lets line {asked[-1].line} ask again and again, but loss and gradients "
        f"stay those of the first parameters, while these move. Compute it in every turn."
    )
    evidence = {"made": line, "loss": float(roots[0].detach()), "times_the_same": len(asked)}
    title = f"{name} is that of the first parameters"
    yield Finding("used_graph", line, title, text, evidence)


def _stale_by_hand(facts: Facts) -> Iterator[Finding]:
    losses, names = facts.losses, list(facts.history.parameters)
    if len(losses) < 3 or facts.stands_still:
        return
    trained = [each for each in facts.ran if each.epoch]
    if len(set(losses)) == 1 and _is_deaf(facts, losses[0]):
        what, same = "loss and gradients stay those", f"the loss is {losses[0]:.4g} in every epoch"
    elif steady := [name for name in names if _is_steady(facts, name)]:
        what, same = "the gradient stays that", f"each epoch moves {steady[0]} by the same step"
        trained = [e for e in trained if any(_has(e, name) for name in steady)]
    else:
        return
    given = {path for each in facts.ran if each.epoch for path in each.after}
    inside = {path for each in trained for path in read_by(facts.watched[each.index].node)}
    # What is computed of the parameters, and what of that in turn.
    behind = set(names) | {f"self.{name.rpartition('.')[2]}" for name in names if "." in name}
    computed = []
    for each in facts.ran:
        if not each.epoch and _reads(facts, facts.watched[each.index].node) & behind:
            behind |= set(each.after)
            computed.append(each)
    for each in reversed(computed):
        kept = [path for path in each.after if path in inside and path not in given]
        if not kept:
            continue
        text = (
            f"{kept[0]} of line {each.line} was computed before the loop and never since, so "
            f"{what} of the first parameters, while these move: {same}. Compute it in every "
            f"turn of the loop."
        )
        evidence = {"made": each.line, "losses": [losses[0], losses[-1]], "epochs": len(losses)}
        title = f"{kept[0]} is that of the first parameters"
        first = facts.script.loop.node.body[0].lineno
        lines = sorted({one.line for one in _chain(facts, computed, each)})
        can_move = all(is_whole_line(facts, one) and one < first for one in lines)
        mend = moved(facts, lines, first) if can_move else None
        yield Finding("used_graph", each.line, title, text, evidence, mend)
        return


def _reads(facts: Facts, node: ast.stmt) -> set[str]:
    """The names and attributes that a statement reads, and those that the script's functions read
    which it calls."""
    functions = {
        each.name: each for each in ast.walk(facts.script.tree) if isinstance(each, ast.FunctionDef)
    }
    found = read_by(node)
    left = [each for each in ast.walk(node) if isinstance(each, ast.Call)]
    while left:
        name = last_name(left.pop().func)
        function = functions.pop(name, None) or functions.pop("__call__", None)
        if function is not None:
            inside = list(ast.walk(function))
            found |= {ast.unparse(e) for e in inside if isinstance(e, ast.Name | ast.Attribute)}
            left += [each for each in inside if isinstance(each, ast.Call)]
    return found


def _chain(facts: Facts, computed: list[Ran], last: Ran) -> list[Ran]:
    """The statements by whose results the last one was computed, and itself."""
    found, read = [last], read_by(facts.watched[last.index].node)
    for each in reversed(computed[: computed.index(last)]):
        if read & set(each.after):
            found.append(each)
            read |= read_by(facts.watched[each.index].node)
    return found


def _is_deaf(facts: Facts, loss: float) -> bool:
    """Whether the loss stays the same, to the last bit, wherever a parameter is."""
    slopes = Slopes(facts)
    return slopes.is_known and all(
        slopes.loss({name: np.ones_like(slopes.value(name))}) == loss for name in slopes.names
    )


def _is_steady(facts: Facts, name: str) -> bool:
    """Whether every epoch moves a parameter by the same step, within rounding."""
    values = np.array(facts.history.parameters[name][:], dtype=np.float64)
    steps = np.diff(values, axis=0)
    if len(steps) < 3 or not np.isfinite(values).all() or not steps[0].any():
        return False
    return bool(np.abs(steps - steps[0]).max() <= 1e-6 * np.abs(values).max())


def _has(ran: Ran, name: str) -> bool:
    return next(held_by(ran.after, name), None) is not None


def _is_moved(facts: Facts, one: Backward, other: Backward) -> bool:
    """Whether an update has moved a leaf of the graph between two backwards."""
    leaves = {id(each) for each in one.leaves}
    between = range(one.number, other.number)
    return any(
        each.number in between and leaves & {id(leaf) for leaf in each.filled}
        for each in facts.steps
    ) or any(op.number in between and id(op.leaf) in leaves for op in facts.ops)


def _place(op: Op, backward: Backward) -> int:
    """The line of an operation in the function that sends the loss back, where it has called what
    has computed it."""
    around = {each.function for each in backward.spots}
    return next((each.line for each in op.spots if each.function in around), op.line)


def _bound_at(facts: Facts, shared: Sequence[Op], first: Backward) -> int:
    """The last line that has given a name what a graph shares, before it was first sent back; 0 for
    none."""
    outputs = {id(each) for op in shared for each in op.outputs}
    bound = [
        each.line
        for each in facts.ran
        if each.number < first.number and any(id(v) in outputs for v in each.after.values())
    ]
    return bound[-1] if bound else 0


def _name(facts: Facts, line: int) -> str:
    statement = facts.statement(line)
    return statement.targets[0] if statement is not None and statement.targets else "the result"


def _into_loop(facts: Facts, shared: Sequence[Op], last: Backward) -> Mend | None:
    """The statements that made what is shared, at the start of the loop."""
    lines = sorted({_place(op, last) for op in shared})
    loop = facts.script.loop.node
    first = loop.body[0]
    if not all(is_whole_line(facts, each) and each < loop.lineno for each in lines):
        return None
    if any(indent(facts.text(each)) != indent(facts.text(loop.lineno)) for each in lines):
        return None
    sent = facts.text(last.line)
    rest = None
    if "retain_graph=True" in sent:
        new = sent.replace(", retain_graph=True", "").replace("retain_graph=True", "")
        rest = Mend({last.line: (new,)})
    return moved(facts, lines, first.lineno, rest=rest)
