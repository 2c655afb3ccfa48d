"""Does anything compute gradients?

Condition: in the epochs that were watched no loss was sent back, no recorded parameter moves in the
whole run, and either a statement names ``backward`` without calling it, or an optimizer made steps
of which none found a gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.mending import put_before


def find(facts: Facts) -> Iterator[Finding]:
    if facts.failure or facts.backwards or facts.epochs < 2 or not facts.stands_still:
        return
    title = "no gradient is ever computed"
    for each in facts.watched:
        value = each.node.value if isinstance(each.node, ast.Expr) else None
        if isinstance(value, ast.Attribute) and value.attr == "backward":
            name = ast.unparse(value)
            text = (
                f"Line {each.line} names {name} and does not call it: without the brackets "
                f"nothing is sent back, so no parameter gets a gradient and none moves. Call it."
            )
            mend = Mend({each.end_line: (f"{facts.text(each.end_line).rstrip()}()",)})
            yield Finding("never_computed", each.line, title, text, {"backward": 0}, mend)
            return
    steps = [each for each in facts.steps if each.epoch and not each.by_closure]
    if not steps or any(each.filled for each in facts.steps):
        return
    line = steps[-1].line
    text = (
        f"The optimizer makes a step in line {line}, but nothing has computed a gradient: there is "
        f"no call of backward. It skips parameters without one, so nothing moves. Call the loss's "
        f"backward() before the step."
    )
    yield Finding("never_computed", line, title, text, {"backward": 0}, _mend(facts, line))


def _mend(facts: Facts, line: int) -> Mend | None:
    name = facts.moment.loss_name
    return put_before(facts, line, f"{name}.backward()") if name else None
