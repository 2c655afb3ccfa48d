"""The statement that ran last, worked out and compared with what the run has."""

from __future__ import annotations

import ast
import contextlib
import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gdtui.engine.kinds import is_one_of
from gdtui.engine.libraries import imported
from gdtui.engine.record.quantities import is_tensor
from gdtui.engine.script.script import Script
from gdtui.engine.workings.bits import is_number, same_bits
from gdtui.engine.workings.evaluator import Evaluator
from gdtui.engine.workings.expressions import Names
from gdtui.engine.workings.kept import Kept, changed_paths
from gdtui.engine.workings.reading import OwnPropertyError, read_attribute, read_entry
from gdtui.engine.workings.working import RefusedError, Working


def work_out(
    script: Script,
    line: int,
    names: Mapping[str, Any],
    globals_: Mapping[str, Any],
    kept: Kept,
) -> Working | None:
    """The statement that begins at a line and has just run, worked out from what it has read;
    None where it computes no number.

    Nothing that the script holds is changed, no random number is drawn and nothing is printed. What
    comes out has to be what the statement has assigned, to the last bit.

    Args:
        script: the script.
        line: the line, from 1.
        names: all names that the statement sees, with what they hold after it.
        globals_: the global names of the script.
        kept: what some of them held before it.
    """
    node = _statement(script, line)
    if node is None:
        return None
    with _quietly():
        try:
            return _Again(script, names, globals_, kept).working(node)
        except RefusedError as refused:
            return Working(refusal=f"Its parts are not shown: {refused}.")
        except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
            # The statement has worked, so its parts do; this is something that gdtui reads wrongly.
            return Working(refusal="Its parts are not shown: gdtui could not work them out.")


class _Again:
    def __init__(
        self, script: Script, names: Mapping[str, Any], globals_: Mapping[str, Any], kept: Kept
    ) -> None:
        self._script = script
        self._after = names
        self._globals = globals_
        self._kept = kept

    def working(self, node: ast.stmt) -> Working | None:
        match node:
            case ast.Assign(targets=targets, value=value):
                return self._assigned(targets, value)
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                return self._assigned([target], value)
            case ast.AugAssign(target=target, op=sign, value=value):
                held = copy.copy(target)
                held.ctx = ast.Load()
                return self._assigned([target], ast.BinOp(held, sign, value), augmented=True)
            case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
                return self._plain("return", value)
            case ast.If(test=test) if not isinstance(test, ast.Constant):
                return self._plain("if", test)
        return None

    def _plain(self, left: str, expression: ast.expr) -> Working | None:
        """An expression that changes no name."""
        evaluator = Evaluator(self._script.tree, self._script.path, self._globals)
        value = evaluator.line(left, expression, Names(dict(self._after), self._globals))
        if not (is_number(value) or _is_few(value)):
            return None
        return Working(tuple(evaluator.lines), is_cut=evaluator.is_cut)

    def _assigned(
        self, targets: list[ast.expr], expression: ast.expr, *, augmented: bool = False
    ) -> Working | None:
        made = [self._held(each) for each in targets]
        if not all(is_number(each) or _is_few(each) for each in made):
            return None
        if isinstance(expression, ast.Constant):
            return None
        paths = changed_paths(targets)
        before = {**self._after}
        for path in paths:
            before.pop(path, None)
        before |= {path: self._kept[path] for path in paths if path in self._kept}
        is_global = self._after is self._globals
        globals_ = before if is_global else self._globals
        evaluator = Evaluator(
            self._script.tree,
            self._script.path,
            globals_,
            {path: self._kept[path] for path in paths if path in self._kept},
            self._after,
        )
        left = " = ".join(ast.unparse(each).strip("()") for each in targets)
        if augmented:
            assert isinstance(expression, ast.BinOp)
            value = evaluator.augmented_line(left, expression, Names(before, globals_))
        else:
            value = evaluator.line(left, expression, Names(before, globals_))
        for target, held in zip(targets, made, strict=True):
            if not _is_what_came(target, held, value):
                raise RefusedError("worked out again, it gives other numbers")
        return Working(tuple(evaluator.lines), is_cut=evaluator.is_cut)

    def _held(self, target: ast.expr) -> Any:
        """What a target of an assignment holds now; None where that cannot be read."""
        match target:
            case ast.Name(id=name):
                return self._after.get(name)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(self._held(each) for each in parts)
            case ast.Attribute() | ast.Subscript():
                evaluator = Evaluator(self._script.tree, self._script.path, self._globals)
                names = Names(dict(self._after), self._globals)
                with contextlib.suppress(RefusedError, OwnPropertyError):
                    if isinstance(target, ast.Attribute):
                        whole = evaluator.value(target.value, names)
                        return read_attribute(whole, target.attr, "it")
                    whole = evaluator.value(target.value, names)
                    return read_entry(whole, evaluator.value(target.slice, names), "it")
        return None


def _statement(script: Script, line: int) -> ast.stmt | None:
    """The only statement that begins at a line; None where there are several, or none."""
    found = [
        node for node in ast.walk(script.tree) if isinstance(node, ast.stmt) and node.lineno == line
    ]
    return found[0] if len(found) == 1 else None


def _is_what_came(target: ast.expr, held: Any, value: Any) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        values = list(value)  # of a tuple, a list or an array, whatever it was
        return len(values) == len(target.elts) and all(
            map(_is_what_came, target.elts, held, values)
        )
    if isinstance(target, ast.Subscript) and not is_one_of(type(held), (float, int)):
        # An array takes numbers in its own type.
        first, second = _as_array(held), _as_array(value)
        with np.errstate(all="ignore"):
            second = second.astype(first.dtype)
            if second.size == first.size:
                second = second.reshape(first.shape)
            second = np.broadcast_to(second, first.shape)
        return bool(first.tobytes() == np.ascontiguousarray(second).tobytes())
    return same_bits(held, value)


def _as_array(value: Any) -> Any:
    return value.detach().cpu().numpy() if is_tensor(value) else np.asarray(value)


def _is_few(value: Any) -> bool:
    if not is_one_of(type(value), (list, tuple)) or not value or len(value) > 100:
        return False
    return all(is_number(each) or _is_few(each) for each in value)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without notes of autograd, and without what NumPy says to numbers that are not finite."""
    torch: Any = imported("torch")
    with np.errstate(all="ignore"):
        if torch is None:
            yield
            return
        with torch.no_grad():
            yield
