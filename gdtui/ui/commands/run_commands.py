"""The commands that run the script, and that go back in time."""

from __future__ import annotations

from gdtui.ui.commands.command import Command
from gdtui.ui.texts.wording import pace_text

_RUN, _TIME = "Run", "Back in time"

MOVES: tuple[Command, ...] = (
    Command(
        "play",
        ("space",),
        lambda now: "pause" if now.playing else "play",
        "Play at the pace, or pause",
        _RUN,
        enabled=lambda now: now.playing or now.can_go_on,
        rank=100,
    ),
    Command(
        "next_statement",
        ("n", "right"),
        "next",
        "Run the next statement",
        _RUN,
        enabled=lambda now: now.can_go_on,
        rank=98,
    ),
    Command(
        "previous_statement",
        ("p", "left"),
        "back",
        "Undo one statement",
        _TIME,
        enabled=lambda now: now.can_go_back,
        rank=97,
    ),
    Command(
        "step_into",
        ("i",),
        "into",
        "Run the next statement, stepping into the function that it calls",
        _RUN,
        enabled=lambda now: now.can_go_on and now.has_functions,
        rank=71,
        shown=lambda now: now.has_functions,
    ),
    Command(
        "step_out",
        ("o",),
        "out",
        "Run to where the function returns",
        _RUN,
        enabled=lambda now: now.can_go_on and now.is_in_function,
        rank=93,
        shown=lambda now: now.is_in_function,
    ),
    Command(
        "next_batch",
        ("b",),
        "batch",
        "Run to the next batch, in a script that has batches",
        _RUN,
        enabled=lambda now: now.can_go_on and now.has_batches,
        rank=91,
        partner="previous_batch",
        shown=lambda now: now.has_batches,
    ),
    Command(
        "previous_batch",
        ("B",),
        "batch back",
        "Go back to the start of this batch, or of the previous one",
        _TIME,
        enabled=lambda now: now.can_go_back and now.has_batches,
    ),
    Command(
        "next_epoch",
        ("N", "shift+right"),
        "epoch",
        "Run to the end of the epoch",
        _RUN,
        enabled=lambda now: now.can_go_on,
        rank=90,
        partner="previous_epoch",
    ),
    Command(
        "previous_epoch",
        ("P", "shift+left"),
        "epoch back",
        "Go back to the end of the previous epoch",
        _TIME,
        enabled=lambda now: now.can_go_back,
    ),
    Command(
        "start",
        ("g",),
        "start/end",
        "Go back to the start of the training loop",
        _TIME,
        enabled=lambda now: now.can_go_back,
        rank=76,
        partner="end",
    ),
    Command(
        "end",
        ("G",),
        "end",
        "Run to the end, flat out",
        _RUN,
        enabled=lambda now: now.can_go_on,
    ),
)
"""Forwards and backwards, statement by statement and epoch by epoch."""

PACE: tuple[Command, ...] = (
    Command(
        "faster",
        ("plus", "equals_sign"),
        lambda now: pace_text(now.report.pace),
        "Play faster; above 30 epochs a second, flat out",
        _RUN,
        enabled=lambda now: now.can_play_faster,
        rank=72,
        partner="slower",
    ),
    Command(
        "slower",
        ("minus",),
        "slower",
        "Play slower: down to 1 epoch a second",
        _RUN,
        enabled=lambda now: now.can_play_slower,
    ),
)
"""How fast it plays."""
