"""A script that goes on in another way from an epoch on.

A branch is a script like any other: its text says what is done otherwise, and from when. So it runs
alone, goes backwards, can be saved, compared and branched once more::

    for epoch in range(epochs):
        if epoch == 40:  # a branch: what is changed, and what depends on it, once more
            learning_rate = 0.05
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
        ...
        if epoch < 40:
            w -= learning_rate * w.grad
        else:  # a branch
            w -= learning_rate * w.grad.clamp(-1, 1)
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from gdtui.engine.errors import ScriptError
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import EPOCHS, split_lines
from gdtui.engine.script.syntax import assigned, calls, last_name, names, stored_names

_MARK = "# a branch"
_COUNTER = "branch_epoch"


class BranchError(ScriptError):
    """A script cannot be branched in this way; the message says why."""


def branched(old: Script, new: Script, epoch: int) -> Script:
    """The old script, which goes on like the new one when ``epoch`` epochs are over.

    What is changed before the loop is run again then, and so is what depends on it, but what only
    prints. A changed argument of an optimizer is given to the optimizer there is, which keeps its
    state. Where the number of epochs is changed, the loop has that many from the start.

    Raises:
        BranchError: the loop stands in a function, there are several, or a class is changed.
        ScriptError: the text would be no script.
    """
    if old.cells or new.cells:
        raise BranchError("a notebook cannot be branched; export it as a script")
    for script in (old, new):
        if len(script.loops) > 1:
            raise BranchError("a branch needs a script with one training loop; this has several")
        if script.loop.function is not None or not script.loop.resumable:
            raise BranchError("a branch needs a training loop at the top level, not in a function")
    return replace(old, text=_Branch(old, new, epoch).text())


@dataclass(frozen=True)
class _Edit:
    """Lines to be put in the place of others.

    Attributes:
        start, stop: the lines that go, from 0; the same for none.
        lines: what comes, without line ends.
    """

    start: int
    stop: int
    lines: Sequence[str]


class _Branch:
    """The making of a branch."""

    def __init__(self, old: Script, new: Script, epoch: int) -> None:
        self._old, self._new, self._epoch = old, new, epoch
        self._lines = split_lines(old.text)
        body = old.loop.node.body
        first = body[0]
        if first.lineno == old.loop.node.lineno:
            raise BranchError("a branch needs the body of the loop in lines of its own")
        self._indent = self._lines[first.lineno - 1][: first.col_offset]
        self._counter = _first_epoch(old)
        taken = names(old.tree) | stored_names(old.tree)
        self._name = _COUNTER
        while self._name in taken:
            self._name += "_"

    def text(self) -> str:
        edits = [*self._header(), *self._in_body()]
        again = self._again()
        if again:
            edits.append(self._inserted(again))
        if not edits:
            raise BranchError("nothing is changed, so there is nothing to branch off to")
        if self._counter is None and any(edit.lines for edit in edits):
            edits += self._counting()
        end = "\r\n" if "\r\n" in self._lines[0] else "\n"
        lines = list(self._lines)
        for edit in sorted(edits, key=lambda each: (-each.start, -each.stop)):
            lines[edit.start : edit.stop] = [line + end for line in edit.lines]
        return "".join(lines)

    # When -----------------------------------------------------------------------------

    def _when(self, comparison: str) -> str:
        """The condition for the epoch of the branch (``==``) or those before it (``<``)."""
        if self._counter is None:
            return f"{self._name} {comparison} {self._epoch + 1}"
        name, first = self._counter
        return f"{name} {comparison} {first + self._epoch}"

    def _counting(self) -> list[_Edit]:
        """The lines that count the epochs, where the loop does not."""
        loop = self._old.loop.node
        outside = self._lines[loop.lineno - 1][: loop.col_offset]
        return [
            _Edit(loop.lineno - 1, loop.lineno - 1, [f"{outside}{self._name} = 0"]),
            _Edit(self._body, self._body, [f"{self._indent}{self._name} += 1"]),
        ]

    @property
    def _body(self) -> int:
        """The line, from 0, with which the body of the loop begins."""
        loop = self._old.loop.node
        return (loop.iter if isinstance(loop, ast.For) else loop.test).end_lineno or loop.lineno

    def _inserted(self, again: Sequence[Sequence[str]]) -> _Edit:
        place = self._body
        for node in self._old.loop.node.body:  # of two at one epoch, the later one comes last
            if not (
                isinstance(node, ast.If) and self._lines[node.lineno - 1].rstrip().endswith(_MARK)
            ):
                break
            place = node.end_lineno or place
        head = f"{self._indent}if {self._when('==')}:  {_MARK}"
        inside = [_indented(line, self._indent + "    ") for each in again for line in each]
        return _Edit(place, place, [head, *inside])

    # What is changed ------------------------------------------------------------------

    def _header(self) -> list[_Edit]:
        """A changed number of epochs, in its place."""
        edits = []
        values = self._new.values
        for setting in self._old.settings:
            if self._is_length(setting.name) and setting.name in values:
                line = self._old.text.count("\n", 0, setting.start)
                changed = self._old.with_settings({setting.name: values[setting.name]})
                text = split_lines(changed.text)[line]
                if text != self._lines[line]:
                    edits.append(_Edit(line, line + 1, [text.rstrip("\r\n")]))
        old, new = self._old.loop.node, self._new.loop.node
        if _head(old) != _head(new):
            raise BranchError("a branch cannot change the line of the loop itself")
        return edits

    def _is_length(self, name: str) -> bool:
        loop = self._old.loop.node
        head = loop.iter if isinstance(loop, ast.For) else loop.test
        return name in EPOCHS and name in names(head)

    def _again(self) -> list[list[str]]:
        """The statements that run again: those changed before the loop, and those that depend on
        what they set; each as lines."""
        old = {ast.dump(each) for each in _before(self._old)}
        same = {_key(each): each for each in _before(self._old)}
        affected: set[str] = set()
        found: list[list[str]] = []
        for node in _before(self._new):
            is_changed = ast.dump(node) not in old
            depends = not is_changed and bool(names(node) & affected) and _runs_again(node)
            if not (is_changed or depends):
                continue
            if all(self._is_length(name) for name in assigned(node) or {""}):
                continue
            if isinstance(node, ast.ClassDef):
                raise BranchError(
                    f"a branch cannot change the class {node.name}: the model there is one of the "
                    "old class"
                )
            if _is_docstring(node) or (is_changed and calls(node, "print")):
                continue
            groups = _given_to_groups(node, same.get(_key(node)), affected)
            found.append(groups or _source(self._new, node))
            affected |= assigned(node) if not groups else set()
        return found

    def _in_body(self) -> list[_Edit]:
        """The statements of the loop that are others from then on."""
        old, new = self._old.loop.node.body, self._new.loop.node.body
        mine, theirs = ([ast.dump(each) for each in body] for body in (old, new))
        edits = []
        for kind, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
            if kind == "equal":
                continue
            before = [line for each in old[a:b] for line in _source(self._old, each)]
            after = [line for each in new[c:d] for line in _source(self._new, each)]
            inner = self._indent + "    "
            if before:
                lines = [f"{self._indent}if {self._when('<')}:"]
                lines += [_indented(line, inner) for line in before]
                if after:
                    lines.append(f"{self._indent}else:  {_MARK}")
            else:
                lines = [f"{self._indent}if not {self._when('<')}:  {_MARK}"]
            lines += [_indented(line, inner) for line in after]
            if b > a:
                start, stop = _top(old[a]), old[b - 1].end_lineno or 0
            else:
                start = stop = _top(old[a]) if a < len(old) else (old[-1].end_lineno or 0)
            edits.append(_Edit(start, stop, lines))
        return edits


def _first_epoch(script: Script) -> tuple[str, int] | None:
    """The name that counts the epochs and its value in the first one, where the loop counts them
    one by one with ``range``; None otherwise."""
    loop = script.loop.node
    if not isinstance(loop, ast.For) or not isinstance(loop.target, ast.Name):
        return None
    made = loop.iter
    if not isinstance(made, ast.Call) or last_name(made.func) != "range" or made.keywords:
        return None
    name = loop.target.id
    if any(name in stored_names(each) for each in loop.body):
        return None
    if len(made.args) == 1:
        return name, 0
    start = made.args[0]
    if len(made.args) == 2 and isinstance(start, ast.Constant) and isinstance(start.value, int):
        return name, start.value
    return None


def _before(script: Script) -> Iterator[ast.stmt]:
    """The statements before the loop: at the top level, and beside it in an ``if``."""
    around = [*script.loop.path, script.loop.node]
    block: Sequence[ast.stmt] = script.tree.body
    for node in around:
        for each in block:
            if each is node:
                break
            yield each
        if isinstance(node, ast.If):
            block = node.body if around[around.index(node) + 1] in node.body else node.orelse


def _head(loop: ast.stmt) -> list[str]:
    parts = (getattr(loop, name, None) for name in ("target", "iter", "test"))
    return [ast.dump(each) for each in parts if each is not None]


def _top(node: ast.stmt) -> int:
    """The first line of a statement with its decorators, from 0."""
    lines = [node.lineno]
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        lines += [each.lineno for each in node.decorator_list]
    return min(lines) - 1


def _key(node: ast.stmt) -> object:
    """What a statement sets: two of the same are one that was changed."""
    return type(node).__name__, tuple(sorted(assigned(node)))


def _runs_again(node: ast.stmt) -> bool:
    """Whether a statement runs again if what it reads has changed. A function looks its names up
    when it is called."""
    is_definition = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return not is_definition and not calls(node, "print")


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _given_to_groups(
    node: ast.stmt, before: ast.stmt | None, affected: set[str]
) -> list[str] | None:
    """The lines that give changed arguments to an optimizer that exists; None where it has to be
    made anew, or is none."""
    call, held = _optimizer(node), None if before is None else _optimizer(before)
    if call is None or held is None or ast.dump(call[1].func) != ast.dump(held[1].func):
        return None
    name, made = call
    mine, theirs = ({each.arg: each.value for each in one[1].keywords} for one in (held, call))
    same = [ast.dump(each) for each in held[1].args] == [ast.dump(each) for each in made.args]
    if not same or set(mine) != set(theirs) or None in mine:
        return None
    if any(names(each) & affected for each in made.args):
        return None
    changed = {
        arg: value
        for arg, value in theirs.items()
        if ast.dump(value) != ast.dump(mine[arg]) or names(value) & affected
    }
    lines = [f'group["{arg}"] = {ast.unparse(value)}' for arg, value in changed.items()]
    return [f"for group in {name}.param_groups:", *(f"    {line}" for line in lines)]


def _optimizer(node: ast.stmt) -> tuple[str, ast.Call] | None:
    """The name and the call of ``name = torch.optim.SGD(...)``."""
    if not isinstance(node, ast.Assign) or len(node.targets) != 1:
        return None
    target, value = node.targets[0], node.value
    if not isinstance(target, ast.Name) or not isinstance(value, ast.Call):
        return None
    is_one = any(each.arg == "lr" for each in value.keywords)
    return (target.id, value) if is_one else None


def _source(script: Script, node: ast.stmt) -> list[str]:
    """A statement as lines that begin at the left. As it is written where it can be moved: not if
    it shares a line with another one, or if a text in it has several lines."""
    lines = script.lines[_top(node) : node.end_lineno]
    has_text = any(
        isinstance(each, ast.Constant | ast.JoinedStr)
        and isinstance(getattr(each, "value", ""), str | bytes)
        and each.end_lineno != each.lineno
        for each in ast.walk(node)
    )
    shares = bool(lines) and (
        lines[0][: node.col_offset].strip() or ";" in lines[-1][node.end_col_offset or 0 :]
    )
    if has_text or (shares and _top(node) == node.lineno - 1):
        return ast.unparse(node).splitlines()
    return textwrap.dedent("\n".join(lines)).splitlines()


def _indented(line: str, indent: str) -> str:
    return indent + line if line.strip() else line
