"""The autograd graph of the moment."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType
from textual.content import Content

from gdtui.engine.script.loop import Phase
from gdtui.engine.script.pipeline import BY_HAND, find_jobs, under_no_grad
from gdtui.engine.script.syntax import assigned, calls
from gdtui.ui.texts.wording import sentences
from gdtui.ui.widgets.lines import SCROLL_KEYS, LinesPane

if TYPE_CHECKING:
    from gdtui.analysis.study import Study
    from gdtui.engine.record.graph import Graph
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.script.script import Script


def _is_of(binding: BindingType, keys: tuple[str, ...]) -> bool:
    return isinstance(binding, Binding) and binding.key in keys


class GraphPane(LinesPane):
    """The operations that autograd has recorded, from the parameters down to the loss; without
    autograd, what replaces it."""

    BINDINGS = [
        *(each for each in SCROLL_KEYS if not _is_of(each, ("up", "down"))),
        Binding("up", "open(-1)", "The node above", show=False),
        Binding("down", "open(1)", "The node below", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__("Graph", id=id)
        self._moment: Moment | None = None
        self._study: Study | None = None
        self._of: object = None
        self._full = False
        self._opened: int | None = None
        self._had_focus = False

    def show_moment(self, moment: Moment, study: Study, key: object, *, full: bool = False) -> None:
        """Show the graph of a moment that the study knows; ``key`` tells moments apart, ``full``
        writes all digits of numbers."""
        self._moment, self._study, self._of, self._full = moment, study, key, full
        graph = moment.graph
        if graph is None or (self._opened is not None and self._opened >= len(graph.nodes)):
            self._opened = None
        self._draw()

    def on_focus(self) -> None:
        self._had_focus = True  # from now on it says what the keys do in it
        self._draw()

    def action_open(self, direction: int) -> None:
        """Open the next node below (1) or above (-1): show the chain rule there."""
        graph = self._moment.graph if self._moment else None
        if graph is None:
            self.scroll_relative(y=direction, animate=False)
            return
        last = len(graph.nodes) - 1
        if self._opened is None:
            self._opened = 0 if direction > 0 else last
        else:
            self._opened = min(max(self._opened + direction, 0), last)
        self._draw()
        self.call_after_refresh(self._bring_into_view)

    def _bring_into_view(self) -> None:
        from gdtui.ui.texts.graph_text import opened_line

        line = opened_line(self.lines)
        self.scroll_to(y=max(0, line - self.size.height // 3), animate=False)

    def _draw(self) -> None:
        moment, study = self._moment, self._study
        if moment is None or study is None:
            return
        opened, full, hinted = self._opened, self._full, self._had_focus

        def lines(width: int, height: int) -> list[Content]:
            from gdtui.analysis.numerals import FULL, SHORT
            from gdtui.ui.texts.graph_text import graph_lines

            graph = moment.graph
            if graph is None:
                return sentences(_instead(moment, study), width)
            write = FULL if full else SHORT
            drawn = graph_lines(graph, write, opened, moment.chain, width)
            said = [_state(graph)]
            if opened is None and hinted:
                said.insert(0, "Up and down open an operation: the chain rule with its numbers.")
            return [*drawn, Content(), *sentences(said, width)]

        self.show("Graph", lines, (self._of, full, opened, hinted))


def _state(graph: Graph) -> str:
    if graph.freed:
        return "backward() has gone through it from the bottom up, and let go of what it kept."
    return f"{graph.root}.backward() would go through it from the bottom up."


def _instead(moment: Moment, study: Study) -> list[str]:
    """The text for a moment without a graph."""
    script = study.script
    (gradient,) = (job for job in find_jobs(script) if job.phase is Phase.GRADIENT)
    if gradient.who == BY_HAND:
        said = ["There is no autograd graph here: the derivative is written out by hand."]
        said += [
            f"{script.place(line).capitalize()}: {script.lines[line - 1].strip()}"
            for line in gradient.lines[:1]
        ]
        problem = study.problem
        if problem is not None and problem.features == 1 and study.reduction:
            share = f"{problem.before_share}{problem.x_name}"
            said.append(
                f"It follows the chain rule: {study.reduction}({share}·"
                f"({study.names.prediction} - {problem.y_name}))."
            )
        return said
    if not moment.epoch:
        return ["Autograd begins its notes with the first operation on a parameter."]
    if moment.line is not None and under_no_grad(script, moment.line):
        return [_OFF]
    computed = {study.names.prediction, moment.loss_name} & set(moment.assigned)
    if not computed:
        return ["Neither a prediction nor a loss has been computed in this epoch yet."]
    lines = [line for job in find_jobs(script) for line in job.lines]
    if lines and all(under_no_grad(script, line) for line in lines):
        return [_OFF]
    cut = [name for name in sorted(filter(None, computed)) if _is_cut_off(script, name)]
    if cut:
        return [f"{cut[0]} has no graph: detach() has cut it off from the parameters."]
    return [
        f"{sorted(filter(None, computed))[0]} has no graph: no parameter that it was computed from "
        "requires a gradient, or autograd was off."
    ]


_OFF = "Autograd is switched off here, by no_grad: it takes no notes, so there is no graph."


def _is_cut_off(script: Script, name: str) -> bool:
    """Whether a statement of the loop assigns a detached tensor to a name."""
    return any(
        isinstance(node, ast.Assign) and name in assigned(node) and calls(node, "detach")
        for node in ast.walk(script.loop.node)
    )
