"""What there is to show of a lesson."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gdtui.lessons.score import Outcome

COMES_BACK = (
    "Your first answer to this question was wrong. Such a question comes back once at the end.\n\n"
)
"""Stands above the text of a step whose question comes back."""


class State(StrEnum):
    """What a walk waits for."""

    MOVING = "moving"
    READING = "reading"
    ASKING = "asking"
    ANSWERED = "answered"
    STUCK = "stuck"
    OVER = "over"


@dataclass(frozen=True)
class Page:
    """What there is to show. Texts are Markdown.

    Attributes:
        title: the step's heading.
        place: where in the lesson it is, such as ``step 3 of 14``.
        state: what the walk waits for.
        text: what the step says.
        look: the panes to look at.
        only: whether they alone are to be seen, without the code.
        prompt: the question; empty for none.
        kind: the name of its kind.
        options: what there is to choose from.
        form: how an answer is to be written.
        hints: the hints that have been shown.
        hints_left: how many more there are.
        outcome: how the question went; None as long as it has not been answered.
        said: what there is to say to the answer.
        why: why the answer is what it is.
        note: whose numbers these are, where they are not the lesson's own.
        trouble: why the lesson cannot go on with them; empty where it can.
        can_put_back: whether the lesson's own settings can be put back.
    """

    title: str
    place: str
    state: State
    text: str = ""
    look: tuple[str, ...] = ()
    only: bool = False
    prompt: str = ""
    kind: str = ""
    options: tuple[str, ...] = ()
    form: str = ""
    hints: tuple[str, ...] = ()
    hints_left: int = 0
    outcome: Outcome | None = None
    said: str = ""
    why: str = ""
    note: str = ""
    trouble: str = ""
    can_put_back: bool = False
