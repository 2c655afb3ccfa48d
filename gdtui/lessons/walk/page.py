"""The current page of a lesson: text, question, feedback."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gdtui.lessons.score import Outcome

COMES_BACK = (
    "Your first answer to this question was wrong. Such a question comes back once at the end.\n\n"
)
"""The note above the text of a step whose question comes back."""


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
    """The current page. Texts are Markdown.

    Attributes:
        title: the step's heading.
        place: the position in the lesson, such as ``step 3 of 14``.
        state: what the walk waits for.
        text: the text of the step.
        look: the panes to look at.
        only: whether only these panes are visible, without the code.
        prompt: the question; empty for none.
        kind: the name of the kind of question.
        takes_script: whether the script may be edited to answer.
        options: the answers to choose from.
        form: how to write an answer.
        hints: the hints shown so far.
        hints_left: the number of further hints.
        outcome: the result of the question; None before an answer.
        said: the feedback on the answer.
        why: the explanation of the answer.
        note: the learner's settings, if they replace the lesson's.
        trouble: why the lesson cannot continue; empty if it can.
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
    takes_script: bool = False
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
