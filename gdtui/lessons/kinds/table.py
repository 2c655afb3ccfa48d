"""The kinds of questions, by the names that lessons use."""

from __future__ import annotations

from typing import Any

from gdtui.lessons.kinds.bug import BugQuestion
from gdtui.lessons.kinds.change import ChangeQuestion
from gdtui.lessons.kinds.choice import ChoiceQuestion
from gdtui.lessons.kinds.kind import QuestionKind
from gdtui.lessons.kinds.line import LineQuestion
from gdtui.lessons.kinds.number import NumberQuestion
from gdtui.lessons.kinds.sign import SignQuestion

KINDS: dict[str, type[QuestionKind[Any]]] = {
    kind.name: kind
    for kind in (
        NumberQuestion,
        SignQuestion,
        ChangeQuestion,
        ChoiceQuestion,
        LineQuestion,
        BugQuestion,
    )
}
"""Every kind by its name, in the order in which messages list them."""


def instruction_keys() -> tuple[str, ...]:
    """The instructions of all kinds, each once, and ``then``, which belongs to every question."""
    keys = [key for kind in KINDS.values() for key in kind.instructions]
    return (*dict.fromkeys(keys), "then")
