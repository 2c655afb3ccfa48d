"""What stands in the cells of a drawn picture."""

from __future__ import annotations

from rich.console import Console


def is_braille(character):
    return "\u2800" < character <= "\u28ff"


def columns_of(line, is_wanted):
    return [place for place, character in enumerate(line) if is_wanted(character)]


def area(lines):
    """Left, top, columns and rows of what the axes in a text go around, where it has no title."""
    bottom = next(number for number, line in enumerate(lines) if "└" in line)
    left = lines[bottom].index("└") + 1
    return left, 0, len(lines[0]) - left, bottom


def cell(lines, x, y, x_limits, y_limits):
    """Row and column of a point, worked out from the ends of the axes: they are in the middles
    of the outermost cells."""
    left, top, columns, rows = area(lines)
    across = (x - x_limits[0]) / (x_limits[1] - x_limits[0]) * (columns - 1)
    down = (y_limits[1] - y) / (y_limits[1] - y_limits[0]) * (rows - 1)
    assert min(abs(across % 1 - 0.5), abs(down % 1 - 0.5)) > 0.01, "too close to call"
    return top + round(down), left + round(across)


def cells_of(lines, is_wanted):
    """Rows and columns inside the axes."""
    left, top, _, rows = area(lines)
    return [
        (row, column)
        for row in range(top, top + rows)
        for column in columns_of(lines[row], is_wanted)
        if column >= left
    ]


def column_at(drawing, x):
    """The column whose value is nearest to x."""
    columns = range(drawing.left, drawing.left + drawing.columns)
    return min(columns, key=lambda each: abs(drawing.x_at(each) - x))


def style_at(text, row, column):
    lines = text.plain.split("\n")
    offset = sum(len(line) + 1 for line in lines[:row]) + column
    return text.get_style_at_offset(Console(), offset)


def dots(text):
    """The middles of all braille dots, as rows and columns of cells, which are 0 in the middle of
    the first."""
    places = [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)]
    return [
        (row - 0.5 + (down + 0.5) / 4, column - 0.5 + (across + 0.5) / 2)
        for row, line in enumerate(text.plain.split("\n"))
        for column, character in enumerate(line)
        if is_braille(character)
        for bit, (down, across) in enumerate(places)
        if (ord(character) - 0x2800) >> bit & 1
    ]
