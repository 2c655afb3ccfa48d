"""The commands that choose what is in sight."""

from __future__ import annotations

from gdtui.stages import OWN_NUMBER, STAGES
from gdtui.ui.commands.command import Command

_LOOK = "Choose and look"


def _stage(number: int) -> Command:
    return Command(
        action=f"stage({number})",
        keys=(str(number),),
        label="stage",
        help=_stage_help(number),
        group=_LOOK,
        enabled=lambda now: number <= now.stages and now.lesson is None,
        rank=70 if number == 1 else 0,
        shown_keys=f"1-{len(STAGES)}" if number == 1 else "",
        shown=lambda now: now.lesson is None,
        refusal="In a lesson digits choose no stage; w leaves it, and keeps your place.",
    )


def _stage_help(number: int) -> str:
    if number == OWN_NUMBER:
        return "The script of your own, once one is open"
    return f"Stage {number}: {STAGES[number - 1].title}"


STAGE_KEYS: tuple[Command, ...] = (*map(_stage, range(1, OWN_NUMBER + 1)),)
"""Which script."""

SCALE: tuple[Command, ...] = (
    Command(
        "log_scale",
        ("l",),
        "log",
        "Show the loss on a logarithmic or on a linear scale",
        _LOOK,
        rank=60,
    ),
)
"""The scale of the loss."""

LOOKS: tuple[Command, ...] = (
    Command(
        "choose_curves",
        ("m",),
        "curves",
        "Choose the parameters whose norms are drawn, where a net has many",
        _LOOK,
        enabled=lambda now: now.has_many_parameters and now.has_epochs,
        rank=73,
        shown=lambda now: now.has_many_parameters,
    ),
    Command(
        "slice_loss",
        ("L",),
        "slice",
        "Draw a slice through the loss of a net: along the last step, and downhill",
        _LOOK,
        enabled=lambda now: now.has_epochs and now.can_edit and not now.has_batches,
        rank=50,
        shown=lambda now: now.has_many_parameters,
    ),
    Command(
        "choose_axes",
        ("M",),
        "slice along two",
        "Choose two numbers of the model, and draw the loss over them, all others as they are",
        _LOOK,
        enabled=lambda now: (
            now.has_two_numbers and now.has_epochs and now.can_edit and not now.has_batches
        ),
        rank=48,
        shown=lambda now: now.has_many_parameters,
    ),
    Command(
        "draw_curvature",
        ("H",),
        "curvature",
        "Draw the largest curvature of the loss over the epochs, beside 2 / learning rate",
        _LOOK,
        enabled=lambda now: now.has_epochs and now.lesson is None,
        rank=49,
        shown=lambda now: now.has_many_parameters and now.lesson is None,
    ),
    Command(
        "full_digits",
        ("f",),
        "digits",
        "Show all digits of every number, or five",
        _LOOK,
        rank=55,
    ),
    Command(
        "next_details",
        ("d",),
        "details",
        "Show the next details: numbers, variables, graph, transcript",
        _LOOK,
        rank=75,
    ),
    Command("previous_details", ("D",), "previous details", "Show the previous details", _LOOK),
    Command(
        "next_view",
        ("v",),
        "view",
        "Show the next view: fit, landscape, metrics, curvature",
        _LOOK,
        rank=74,
    ),
    Command("previous_view", ("V",), "previous view", "Show the previous view", _LOOK),
    Command(
        "zoom",
        ("z",),
        "zoom",
        "Show only the pane with the focus, or all panes again",
        _LOOK,
        rank=62,
    ),
    Command(
        "cursor_back",
        ("comma",),
        "read out",
        "Move the plots' cursor one epoch back",
        _LOOK,
        enabled=lambda now: now.has_epochs,
        rank=58,
        partner="cursor_on",
    ),
    Command(
        "cursor_on",
        ("full_stop",),
        "one on",
        "Move the plots' cursor one epoch forward",
        _LOOK,
        enabled=lambda now: now.has_epochs,
    ),
    Command(
        "cursor_leap(-0.1)",
        ("less_than_sign",),
        "leap back",
        "Move the cursor a tenth of the run back",
        _LOOK,
        enabled=lambda now: now.has_epochs,
    ),
    Command(
        "cursor_leap(0.1)",
        ("greater_than_sign",),
        "leap on",
        "Move the cursor a tenth of the run forward",
        _LOOK,
        enabled=lambda now: now.has_epochs,
    ),
    Command(
        "cursor_go",
        ("enter",),
        "go there",
        "Go to the epoch under the cursor; in a lesson, only while a plot has the focus",
        _LOOK,
        enabled=lambda now: now.enter_reads_out,
    ),
    Command(
        "cursor_clear",
        ("escape",),
        "no cursor",
        "Remove the cursor",
        _LOOK,
        enabled=lambda now: now.reads_out,
    ),
    Command(
        "scroll_code(-1)",
        ("shift+up", "ctrl+up"),
        "code up",
        "Scroll the code up, from any pane",
        _LOOK,
    ),
    Command(
        "scroll_code(1)",
        ("shift+down", "ctrl+down"),
        "code down",
        "Scroll the code down, from any pane",
        _LOOK,
    ),
    Command(
        "copy",
        ("y",),
        "copy",
        "Copy the values under the cursor, or the line of the pane; the terminal needs OSC 52",
        _LOOK,
        enabled=lambda now: now.loaded,
        rank=53,
    ),
    Command(
        "search",
        ("slash",),
        "search",
        "Search the code, the variables and what was printed: enter goes on, up back, escape ends",
        _LOOK,
        enabled=lambda now: now.lesson is None,
        rank=54,
        shown=lambda now: now.lesson is None,
    ),
)
"""Plots, details, the cursor."""

FOCUS: tuple[Command, ...] = (
    Command("focus_next", ("tab",), "fields", "Go to the next pane or field", _LOOK, rank=68),
    Command("focus_previous", ("shift+tab",), "pane before", "Go to the previous one", _LOOK),
)
"""Which pane."""
