"""The script's variables, with those that have changed first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from textual.content import Content

from gdtui.ui.texts.wording import BLOCKS, FAINT, GREY, histogram_caption, histogram_text, sentences
from gdtui.ui.widgets.lines import LinesPane

if TYPE_CHECKING:
    from gdtui.analysis.changes import Changes
    from gdtui.analysis.numerals import Numerals
    from gdtui.engine.record.summary import Summary
    from gdtui.engine.record.variables import Variable
    from gdtui.engine.run.moment import Moment

_LONGEST_NAME = 16
_LONGEST_KIND = 22
_INDENT = "    "


class VariablesPane(LinesPane):
    """The variables of a moment, changed ones first, one a line: the name, the type with dtype and
    shape, and the value as Python or NumPy shows it. Long values are cut; scrolling sideways shows
    more. A large array has a summary in place of its value, and a histogram if there is room."""

    def __init__(self, *, id: str) -> None:
        super().__init__("Variables", id=id)

    def show_moment(self, moment: Moment, key: object, *, full: bool = False) -> None:
        """Show the variables of a moment; ``key`` tells moments apart, ``full`` writes all digits
        of numbers."""

        def lines(width: int, height: int) -> list[Content]:
            from gdtui.analysis.changes import find_changes
            from gdtui.analysis.numerals import FULL, SHORT

            return variable_lines(find_changes(moment), width, FULL if full else SHORT)

        self.show("Variables", lines, (key, full))


def variable_lines(changes: Changes, width: int, write: Numerals) -> list[Content]:
    """The lines of some variables, in columns as wide as their names and types."""
    every = [*changes.changed, *changes.same]
    if not every:
        return [Content.styled("The script has no variables yet.", FAINT)]
    name = min(_LONGEST_NAME, max(len(each.name) for each in every))
    kind = min(_LONGEST_KIND, max(len(each.kind) for each in every))
    lines = []
    if changes.since:
        count = len(changes.changed) or "nothing"
        lines.append(Content.styled(f"Changed by {changes.since}: {count}", FAINT))
    for each in changes.changed:
        lines += _lines(each, name, kind, width, write, changed=True)
    lines += [Content.styled(f"✗ {each} is gone", FAINT) for each in changes.gone]
    if changes.since and changes.same:
        lines.append(Content.styled("─" * width, GREY))
    for each in changes.same:
        lines += _lines(each, name, kind, width, write, changed=False)
    # Without room for histograms, no caption is needed.
    if any(BLOCKS[-1] in line.plain for line in lines):
        lines += sentences([histogram_caption(filter(None, map(_summary_of, every)))], width)
    return lines


def _lines(
    variable: Variable, name: int, kind: int, width: int, write: Numerals, *, changed: bool
) -> Iterator[Content]:
    """The line of a variable; several for a large array whose summary needs them."""
    style = "bold" if changed else ""
    head = Content.assemble(
        ("● " if changed else "  ", "$text-warning"),
        (_cut(variable.name, name), style),
        " ",
        (_cut(variable.kind, kind), FAINT),
        " ",
    )
    value = Content.styled(_shown(variable.value, variable.text, write), style)
    gradient = Content()
    if variable.requires_grad:
        text = _shown(variable.grad, variable.grad_text or "None", write)
        gradient = Content.assemble(("grad ", FAINT), (text, "$text-success"))
    line = Content.assemble(head, value, "  " * bool(gradient), gradient)
    summary = _summary_of(variable)
    if summary is None:
        yield line
        return
    row = Content.styled(histogram_text(summary), "$text-primary")
    if line.cell_length + 1 + row.cell_length <= width:
        yield Content.assemble(line, " ", row)
        return
    yield head
    room = width - len(_INDENT)
    for part in (value, row, gradient):
        yield from (Content.assemble(_INDENT, each) for each in part.wrap(room) if each)


def _shown(value: object, text: str, write: Numerals) -> str:
    """The text of a value; of a large array, its summary."""
    from gdtui.analysis.summaries import summary_text
    from gdtui.analysis.values import held_text
    from gdtui.engine.record.summary import Summary

    if isinstance(value, Summary):
        return summary_text(value, write)
    return held_text(value, text, write)


def _summary_of(variable: Variable) -> Summary | None:
    from gdtui.engine.record.summary import Summary

    return variable.value if isinstance(variable.value, Summary) else None


def _cut(text: str, width: int) -> str:
    return f"{text:<{width}}" if len(text) <= width else text[: width - 1] + "…"
