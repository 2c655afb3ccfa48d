"""The script's variables, and which of them have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from gdtui.ui.widgets.lines import LinesPane
from gdtui.ui.wording import FAINT, GREY

if TYPE_CHECKING:
    from gdtui.analysis.changes import Changes
    from gdtui.engine.record.variables import Variable
    from gdtui.engine.run.moment import Moment

_LONGEST_NAME = 16
_LONGEST_KIND = 22


class VariablesPane(LinesPane):
    """The variables of a moment, those that have changed first, a line each: the name, the type
    with the dtype and the shape, and the value as Python or NumPy shows it, with all its digits.
    What is too long for a line is cut; scrolling sideways shows more of it."""

    def __init__(self, *, id: str) -> None:
        super().__init__("Variables", id=id)

    def show_moment(self, moment: Moment, key: object) -> None:
        """Show the variables of a moment; ``key`` tells moments apart."""

        def lines(width: int, height: int) -> list[Content]:
            from gdtui.analysis.changes import find_changes

            return variable_lines(find_changes(moment), width)

        self.show("Variables", lines, key)


def variable_lines(changes: Changes, width: int) -> list[Content]:
    """The lines of some variables, in columns that fit the names and types there are."""
    every = [*changes.changed, *changes.same]
    if not every:
        return [Content.styled("The script has no variables yet.", FAINT)]
    name = min(_LONGEST_NAME, max(len(each.name) for each in every))
    kind = min(_LONGEST_KIND, max(len(kind_of(each)) for each in every))
    lines = []
    if changes.since:
        count = len(changes.changed) or "nothing"
        lines.append(Content.styled(f"Changed by {changes.since}: {count}", FAINT))
    lines += [_line(each, name, kind, changed=True) for each in changes.changed]
    lines += [Content.styled(f"✗ {each} is gone", FAINT) for each in changes.gone]
    if changes.since and changes.same:
        lines.append(Content.styled("─" * width, GREY))
    lines += [_line(each, name, kind, changed=False) for each in changes.same]
    return lines


def kind_of(variable: Variable) -> str:
    """The type, the dtype where that says more, and the shape where there is more than one
    number: ``ndarray int64 3x2``, ``Tensor float32``, ``float``."""
    dtype = "" if variable.dtype == variable.type_name else variable.dtype
    shape = "x".join(map(str, variable.shape)) if variable.shape else ""
    return " ".join(each for each in (variable.type_name, dtype, shape) if each)


def _line(variable: Variable, name: int, kind: int, *, changed: bool) -> Content:
    parts: list[str | tuple[str, str]] = [
        ("● " if changed else "  ", "$text-warning"),
        (_cut(variable.name, name), "bold" if changed else ""),
        " ",
        (_cut(kind_of(variable), kind), FAINT),
        " ",
        (variable.text, "bold" if changed else ""),
    ]
    if variable.requires_grad:
        parts += [("  grad ", FAINT), (variable.grad_text or "None", "$text-success")]
    return Content.assemble(*parts)


def _cut(text: str, width: int) -> str:
    return f"{text:<{width}}" if len(text) <= width else text[: width - 1] + "…"
