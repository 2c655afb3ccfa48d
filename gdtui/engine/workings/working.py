"""What the parts of a statement have come to, frozen."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, eq=False)
class Line:
    """One expression that was worked out.

    Attributes:
        left: what has its value: the target of an assignment, or the call of a function that
            returned it.
        expression: the expression; do not change it.
        parts: the frozen values of its parts that are numbers, words or arrays, itself included.
        call: the call whose value it is, where a function of the script has returned it.
        function: the function of the script in which it stands; empty for the statement itself.
    """

    left: str
    expression: ast.expr
    parts: Mapping[ast.expr, object]
    call: ast.expr | None = None
    function: str = ""


@dataclass(frozen=True, eq=False)
class Working:
    """A statement, worked out.

    Attributes:
        lines: its expressions in the order in which they were worked out, those of the functions
            that it calls first, and its own last; empty where it was not worked out.
        refusal: why it was not, as a sentence; empty where it was.
        is_cut: whether lines of functions were left out because there were too many.
    """

    lines: tuple[Line, ...] = ()
    refusal: str = ""
    is_cut: bool = False


class RefusedError(Exception):
    """A statement that is not worked out again; the message says why, as a clause."""
