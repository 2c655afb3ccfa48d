"""The lines that have computed what statements hold: in the functions that they call, where that is
to be seen."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

import numpy as np

from gdtui.analysis.diagnose.facts.events import Ran
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.facts.holding import equals, numbers_of, read_by
from gdtui.engine.arrays import FloatArray


def computed_at(
    facts: Facts, events: Sequence[Ran], ran: Ran, path: str, key: str, numbers: FloatArray
) -> int:
    """The line that has computed what a statement has given a name: the statement itself, or one of
    a function that it has called.

    Args:
        facts: what is known of the run.
        events: the statements of the epoch.
        ran: the statement.
        path: the name.
        key: how to get from what the name holds to the numbers, such as ``['w']``; empty for none.
        numbers: these.
    """
    before = [each for each in events if each.number < ran.number]
    start = max((each.number for each in before if each.frame == ran.frame), default=-1)
    inside = [
        (held, each)
        for each in before
        if each.number > start
        for held, value in each.after.items()
        if any(equals(part, numbers) for _, part in parts_of(value))
    ]
    returned = facts.returned(facts.watched[ran.index], path)
    if inside:
        names = {path} if returned is None else {path, ast.unparse(returned)}
        named = [each for held, each in inside if held in names]
        return (named or [inside[0][1]])[0].line
    return returned.lineno if returned is not None else facts.entry_line(ran.line, key)


def gathered_at(facts: Facts, events: Sequence[Ran], ran: Ran, path: str) -> int:
    """Where a statement adds to what its name held, as a velocity is gathered, the line that has
    computed what is added; 0 for any other statement."""
    node = facts.watched[ran.index].node
    read = read_by(node)
    if isinstance(node, ast.AugAssign) or path not in read:
        return 0
    size = np.size(ran.after[path])
    found = {
        held: each.line
        for each in events
        for held, value in each.after.items()
        if each.number < ran.number
        and held in read - {path}
        and numbers_of(value, size) is not None
    }
    return next(iter(found.values())) if len(found) == 1 else 0


def parts_of(value: object) -> Iterator[tuple[str, object]]:
    """A value and the entries of a list or a dict, each with how to get at it."""
    if type(value) is dict:
        yield from ((f"[{key!r}]", each) for key, each in value.items())
    elif type(value) in (list, tuple):
        yield from ((f"[{place}]", each) for place, each in enumerate(value))  # type: ignore[arg-type,var-annotated]
    else:
        yield "", value
