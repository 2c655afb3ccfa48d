"""The keys of a page, which are those of the app. A test compares them with the app's table."""

from __future__ import annotations

from typing import NamedTuple


class PageKey(NamedTuple):
    """A command of a page.

    Attributes:
        action: its name, that of the app's command.
        keys: the names of the keys, the one to show first, as in the app.
        label: a word or two for its button.
        help: what it does.
    """

    action: str
    keys: tuple[str, ...]
    label: str
    help: str


PAGE_KEYS = (
    PageKey("play", ("space",), "play", "Play at the pace, or pause"),
    PageKey("next_statement", ("n", "right"), "next", "To the next statement"),
    PageKey("previous_statement", ("p", "left"), "back", "Back by one statement"),
    PageKey("next_epoch", ("N", "shift+right"), "epoch", "To the end of the epoch"),
    PageKey(
        "previous_epoch", ("P", "shift+left"), "epoch back", "Back to the end of the previous epoch"
    ),
    PageKey("next_batch", ("b",), "batch", "To the next batch, in a script that has batches"),
    PageKey("previous_batch", ("B",), "batch back", "Back to the start of this batch"),
    PageKey("start", ("g",), "start", "To the start of the training loop"),
    PageKey("end", ("G",), "end", "To the end of the run"),
    PageKey("faster", ("plus", "equals_sign"), "faster", "Play faster"),
    PageKey("slower", ("minus",), "slower", "Play slower"),
    PageKey("log_scale", ("l",), "log", "The loss on a logarithmic or on a linear scale"),
    PageKey("next_details", ("d",), "details", "The next details: numbers, variables, transcript"),
    PageKey("previous_details", ("D",), "previous details", "The previous details"),
    PageKey("switch_theme", ("t",), "theme", "Light or dark colours"),
    PageKey("show_help", ("question_mark",), "help", "All keys"),
)
"""The commands in the order of the help."""
