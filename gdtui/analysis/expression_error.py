"""What is wrong with an expression. It stands apart, for the first screen of the app waits for no
NumPy."""

from __future__ import annotations

from gdtui.engine.printable import clean_line


class ExpressionError(ValueError):
    """An expression that is not allowed, or that cannot be computed. The message is one line that
    is safe to show.

    Attributes:
        line: the line of the file that the expression is in; 0 for none.
    """

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(clean_line(message))
        self.line = line
