"""Small changes of a script's text, as a mend."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Mend
from gdtui.engine.program.observing import Watched


def indent(text: str) -> str:
    """What a line begins with."""
    return text[: len(text) - len(text.lstrip())]


def put_before(facts: Facts, line: int, *new: str) -> Mend:
    """New lines before a line, as far in as that."""
    old = facts.text(line)
    return Mend({line: (*(indent(old) + each for each in new), old)})


def put_after(facts: Facts, line: int, *new: str) -> Mend:
    """New lines after the statement that begins on a line, as far in as that."""
    found = facts.statement(line)
    last = found.end_line if found is not None else line
    deep = indent(facts.text(found.line if found is not None else line))
    return Mend({last: (facts.text(last), *(deep + each for each in new))})


def instead(facts: Facts, statement: Watched, *new: str) -> Mend:
    """New lines in the place of a statement, as far in as that."""
    deep = indent(facts.text(statement.line))
    lines: dict[int, tuple[str, ...]] = dict.fromkeys(
        range(statement.line + 1, statement.end_line + 1), ()
    )
    lines[statement.line] = tuple(deep + each for each in new)
    return Mend(dict(sorted(lines.items())))


def replaced(facts: Facts, node: ast.expr, new: str) -> Mend | None:
    """Other text in the place of an expression that stands on one line."""
    if node.end_lineno != node.lineno or node.end_col_offset is None:
        return None
    raw = facts.text(node.lineno).encode()
    line = (raw[: node.col_offset] + new.encode() + raw[node.end_col_offset :]).decode()
    return Mend({node.lineno: (line,)})


def moved(facts: Facts, lines: Sequence[int], before: int, *, rest: Mend | None = None) -> Mend:
    """Lines moved to before another one, as far in as that."""
    target = facts.text(before)
    kept = rest.lines if rest is not None else {}
    new = tuple(indent(target) + facts.text(each).strip() for each in lines)
    return Mend({**kept, **dict.fromkeys(lines, ()), before: (*new, *kept.get(before, (target,)))})


def is_whole_line(facts: Facts, line: int) -> bool:
    """Whether one simple statement takes up a whole line and no other."""
    found = [each for each in facts.watched if each.line <= line <= each.end_line]
    return len(found) == 1 and found[0].line == found[0].end_line == line


def without_call(facts: Facts, at: int, names: tuple[str, ...]) -> tuple[int, Mend | None]:
    """The line of the only call of one of some names, and the text without it: what it is called
    with, or nothing where it stands in a list. Another line where there are several such calls."""
    calls = facts.calls(*names)
    if len(calls) != 1:
        return at, None
    call = calls[0]
    text = facts.text(call.lineno)
    if call.args:
        return call.lineno, replaced(facts, call, ast.unparse(call.args[0]))
    inside = isinstance(call.func, ast.Attribute) and call.func.attr.islower()
    if inside and isinstance(call.func, ast.Attribute):
        return call.lineno, replaced(facts, call, ast.unparse(call.func.value))
    if text.strip().rstrip(",") == ast.unparse(call):
        return call.lineno, Mend({call.lineno: ()})
    for each in (f", {ast.unparse(call)}", f"{ast.unparse(call)}, "):
        if each in text:
            return call.lineno, Mend({call.lineno: (text.replace(each, ""),)})
    return call.lineno, None
