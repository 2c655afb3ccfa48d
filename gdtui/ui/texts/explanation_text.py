"""An explanation as lines of text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from textual.content import Content

from gdtui.analysis.explain.explanation import Explanation
from gdtui.analysis.explain.updates import Formula
from gdtui.analysis.numerals import SHORT, Numerals, rounding
from gdtui.analysis.samples import SampleTable
from gdtui.engine.record.summary import Summary
from gdtui.ui.texts.wording import FAINT, GREY, histogram_caption, histogram_text, sentences

_FEWER = 1
"""The most digits that a table may drop to fit."""

_GAP = 2
_TOTALS = ("sum", "mean")
_BLANK = "\N{NO-BREAK SPACE}"


def explanation_lines(
    explanation: Explanation, width: int, height: int = 0, write: Numerals = SHORT
) -> list[Content]:
    """The sentences, formulas and the table, in lines of at most ``width`` cells; a table may need
    more. If they take more than ``height`` lines, the blank lines and the opening sentences are
    left out, which may still not suffice. ``write`` formats the numbers of the table. Histograms of
    large arrays are drawn if there is room."""
    opening = sentences(explanation.sentences, width)
    formulas = [line for each in explanation.shown for line in _formula(each, width)]
    notes = sentences(explanation.remarks, width)
    table = list(_table(explanation.table, width, write)) if explanation.table else []
    blocks = [opening, formulas, notes, table]
    lines = _stacked(blocks, [Content()])
    if height and len(lines) > height:
        lines = _stacked(blocks, [])
    if len(lines) > height > 0 and formulas:
        lines = _stacked(blocks[1:], [])
    room = height - len(lines) if height else 2 + len(explanation.summaries)
    spreads = list(_spreads(explanation.summaries, width, room - 1))
    return [*lines, *([Content()] if len(spreads) < room else []), *spreads] if spreads else lines


def _stacked(blocks: list[list[Content]], between: list[Content]) -> list[Content]:
    lines: list[Content] = []
    for block in filter(None, blocks):
        lines += (between if lines else []) + block
    return lines


def _formula(formula: Formula, width: int) -> Iterator[Content]:
    margin = cell_len(formula.left) + 1
    for place, right in enumerate(formula.rights):
        last = place == len(formula.rights) - 1
        style = "bold" if last else ""
        for row, part in enumerate(_wrapped(right, width - margin - 2)):
            left = Content.styled(formula.left, "bold $text-accent")
            head = left if not place and not row else Content(" " * (margin - 1))
            sign = " = " if not row else "   "
            yield Content.assemble(head, (sign, GREY), (part, style))


def _spreads(spreads: Sequence[tuple[str, Summary]], width: int, most: int) -> Iterator[Content]:
    """A row with a histogram for each of the first ``most`` large arrays, and a caption."""
    found = [(name, row, each) for name, each in spreads if (row := histogram_text(each))]
    drawn = found[: max(0, most)]
    margin = max((cell_len(name) for name, _, _ in drawn), default=0)
    if not drawn or margin + 1 + max(len(row) for _, row, _ in drawn) > width:
        return
    for name, row, _ in drawn:
        left = Content.styled(f"{name:<{margin}}", "bold $text-accent")
        yield Content.assemble(left, " ", (row, "$text-primary"))
    caption = histogram_caption(each for _, _, each in drawn)
    yield Content.styled(caption, FAINT).truncate(width, ellipsis=True)


def _wrapped(text: str, width: int) -> list[str]:
    """A formula in lines, broken between the parts of a list or before a sign."""
    # textwrap breaks at blanks only, so the others are replaced during the wrapping.
    kept = text.replace(" ", _BLANK)
    kept = (
        kept.replace(f",{_BLANK}", ", ")
        if f",{_BLANK}" in kept
        else kept.replace(f"{_BLANK}+{_BLANK}", f" +{_BLANK}")
    )
    lines = textwrap.wrap(kept, max(12, width), break_long_words=False) or [""]
    return [line.replace(_BLANK, " ") for line in lines]


def _table(table: SampleTable, width: int, write: Numerals) -> Iterator[Content]:
    numbered = len(table.rows) < len(table.values)
    grid = _fitting_grid(table, width, write, numbered=numbered)
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    if not numbered and table.summed:
        # "mean" goes below the columns without a mean.
        lacking = len("mean") - sum(each + 1 for each in widths[: table.summed[0]]) + 1
        widths[0] += max(0, lacking)
    gap = "  " if sum(widths) + _GAP * (len(widths) - 1) <= width else " "
    heading, *rows = grid
    yield _row(heading, widths, gap, f"bold {FAINT}", numbered=numbered)
    before = -1
    for place, row in zip(table.rows, rows, strict=False):
        if place != before + 1:
            yield Content.styled("⋮", GREY)
        before = place
        yield _row(row, widths, gap, "", numbered=numbered)
    for name, row in zip(_TOTALS, rows[len(table.rows) :], strict=False):
        style = "bold $text-success" if name == table.used else FAINT
        under = table.summed[0] + numbered
        span = sum(widths[:under]) + len(gap) * (under - 1)
        cells = zip(row[under:], widths[under:], strict=True)
        text = f"{name:<{span}}" + "".join(f"{gap}{cell:>{each}}" for cell, each in cells)
        yield Content.styled(text, style)


def _fitting_grid(
    table: SampleTable, width: int, write: Numerals, *, numbered: bool
) -> list[list[str]]:
    """The cells of the table by rows, the headings first and the totals last. Numbers have fewer
    digits if the table would be too wide, unless all digits are requested."""
    grid: list[list[str]] = []
    for fewer in range(_FEWER + 1):
        grid = _grid(table, write.less(fewer), numbered=numbered)
        columns = list(zip(*grid, strict=True))
        if sum(max(map(len, column)) for column in columns) + len(columns) - 1 <= width:
            break
    return grid


def _grid(table: SampleTable, write: Numerals, *, numbered: bool) -> list[list[str]]:
    # If not all samples are shown, each row begins with its sample's number, counted from 1.
    first = [""] if numbered else []
    grid = [first + [each.replace("·error", "·err") for each in table.headings]]
    for place in table.rows:
        number = [str(place + 1)] if numbered else []
        grid.append(number + [write(each) for each in table.values[place]])
    totals = ((table.sums, table.sizes), (table.means, table.mean_sizes))
    for values, sizes in totals if table.summed else ():
        cells = [
            write(values[column], noise=rounding(sizes[column], single=True))
            if column in table.summed
            else ""
            for column in range(len(values))
        ]
        grid.append(first + cells)
    return grid


def _row(
    cells: Sequence[str], widths: Sequence[int], gap: str, style: str, *, numbered: bool
) -> Content:
    texts = [f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)]
    if numbered:
        return Content.assemble((texts[0], GREY), (gap + gap.join(texts[1:]), style))
    return Content.styled(gap.join(texts), style)
