"""Is a parameter updated while autograd records?

Condition: the script failed because a leaf that requires a gradient was changed in place; the
operation that raised was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding
from gdtui.analysis.diagnose.mending import instead

_SAID = ("leaf Variable that requires grad", "view of a leaf Variable")


def find(facts: Facts) -> Iterator[Finding]:
    if not any(each in facts.failure for each in _SAID):
        return
    for op in reversed(facts.ops):
        if not any(each in op.error for each in _SAID):
            continue
        name = facts.name(op.inputs[0]) or "the parameter"
        text = (
            f"{name} is a leaf that requires a gradient, and line {op.line} changes it in place "
            f"while autograd records. Put the update under torch.no_grad()."
        )
        statement = facts.statement(op.line)
        mend = None
        if statement is not None:
            old = [
                each.strip() for each in facts.script.lines[statement.line - 1 : statement.end_line]
            ]
            mend = instead(
                facts, statement, "with torch.no_grad():", *(f"    {one}" for one in old)
            )
        evidence = {"name": name, "is_leaf": True, "requires_grad": True, "recorded": True}
        title = f"{name} is updated while autograd records"
        yield Finding("recorded_update", op.line, title, text, evidence, mend)
        return
