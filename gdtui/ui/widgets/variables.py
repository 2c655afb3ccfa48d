"""The script's variables, and which of them have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from gdtui.ui.widgets.lines import LinesPane
from gdtui.ui.wording import FAINT, GREY

if TYPE_CHECKING:
    from gdtui.analysis.changes import Changes
    from gdtui.engine.moment import Moment, Variable

_LONGEST_NAME = 16
_LONGEST_KIND = 14


class VariablesPane(LinesPane):
    """The variables of a moment, those that have changed first, a line each. What is too long
    for a line is cut; scrolling sideways shows more of it."""

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
    kind = min(_LONGEST_KIND, max(len(_kind(each)) for each in every))
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


def _line(variable: Variable, name: int, kind: int, *, changed: bool) -> Content:
    parts: list[str | tuple[str, str]] = [
        ("● " if changed else "  ", "$text-warning"),
        (_cut(variable.name, name), "bold" if changed else ""),
        " ",
        (_cut(_kind(variable), kind), FAINT),
        " ",
        (_value(variable), "bold" if changed else ""),
    ]
    if variable.requires_grad:
        gradient = "None" if variable.grad is None else _text(variable.grad)
        parts += [("  grad ", FAINT), (gradient, "$text-success")]
    return Content.assemble(*parts)


def _kind(variable: Variable) -> str:
    """The type and, of more than one number, the shape."""
    shape = "x".join(map(str, variable.shape)) if variable.shape else ""
    return f"{variable.type_name} {shape}".strip()


def _value(variable: Variable) -> str:
    from gdtui.analysis.numerals import exact

    return exact(variable.value) if isinstance(variable.value, float) else variable.text


def _text(value: object) -> str:
    from gdtui.analysis.numerals import numeral

    if isinstance(value, int | float):
        return numeral(float(value))
    return " ".join(str(value).split())


def _cut(text: str, width: int) -> str:
    return f"{text:<{width}}" if len(text) <= width else text[: width - 1] + "…"
