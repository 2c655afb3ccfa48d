"""The arithmetic of the last statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from gdtui.ui.widgets.lines import LinesPane

if TYPE_CHECKING:
    from gdtui.analysis.study import Study
    from gdtui.engine.run.moment import Moment


class NumbersPane(LinesPane):
    """The statement's formulas with the numbers of the moment, and a table of the samples."""

    def __init__(self, *, id: str) -> None:
        super().__init__("Numbers", id=id)

    def show_moment(self, moment: Moment, study: Study, key: object, *, full: bool = False) -> None:
        """Explain a moment that the study knows; ``key`` tells moments apart, ``full`` writes all
        digits of numbers."""
        # These import NumPy, which the first screen must not wait for.
        from gdtui.analysis.explain.explanation import explain, title_of
        from gdtui.analysis.numerals import FULL, SHORT
        from gdtui.ui.texts.explanation_text import explanation_lines

        write = FULL if full else SHORT

        def lines(width: int, height: int) -> list[Content]:
            return explanation_lines(explain(study, write), width, height, write)

        self.show(f"Numbers: {title_of(moment)}", lines, (key, full))
