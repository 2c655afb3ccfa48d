"""The commands that try something else: other settings, another text, other data, another run."""

from __future__ import annotations

from gdtui.ui.commands.command import Command

_TRY = "Try other settings"

WHEN: tuple[Command, ...] = (
    Command(
        "ask_when",
        ("W",),
        "when",
        "Go to the first moment at which a condition holds, such as w > 3, or let it pause play",
        _TRY,
        enabled=lambda now: now.loaded and now.lesson is None,
        rank=56,
        shown=lambda now: now.lesson is None,
    ),
)
"""To a condition."""

RUNS: tuple[Command, ...] = (
    Command(
        "pin",
        ("c",),
        lambda now: "unpin" if now.is_pinned else "pin",
        "Pin this run, to compare others with it: its curves stay; or unpin it",
        _TRY,
        enabled=lambda now: now.has_epochs and now.lesson is None,
        rank=78,
        partner="list_pins",
        shown=lambda now: now.lesson is None,
    ),
    Command(
        "list_pins",
        ("C",),
        "pinned",
        "The table of pinned runs: what differs, epochs, loss, verdict; go to one",
        _TRY,
        enabled=lambda now: now.pins > 0 and now.lesson is None,
    ),
    Command(
        "show_findings",
        ("F",),
        "what is wrong?",
        "Look for what is wrong with the script: the line, the reason, and a mend that was tried",
        _TRY,
        enabled=lambda now: now.loaded and now.can_edit,
        rank=63,
        shown=lambda now: now.lesson is None,
    ),
    Command(
        "branch",
        ("j",),
        "branch",
        "Let the next change start a branch here: the run so far stays, and is pinned",
        _TRY,
        enabled=lambda now: now.can_branch,
        rank=57,
        shown=lambda now: now.lesson is None,
    ),
    Command(
        "compare",
        ("k",),
        "compare",
        "Compare this script side by side with a pinned run or another script, stepped together",
        _TRY,
        enabled=lambda now: now.loaded and now.lesson is None,
        rank=59,
        shown=lambda now: now.lesson is None,
    ),
    Command(
        "sweep",
        ("S",),
        "sweep",
        "Run the script with many values of one or two settings, and take the best into it",
        _TRY,
        enabled=lambda now: now.has_numbers and now.lesson is None,
        rank=56,
        shown=lambda now: now.has_numbers and now.lesson is None,
    ),
)
"""Other runs beside this one."""

SETTINGS: tuple[Command, ...] = (
    Command(
        "show_settings",
        ("s",),
        "settings",
        "Go to the settings: type a value, enter tries it, escape comes back",
        _TRY,
        enabled=lambda now: now.lesson is None,
        rank=77,
        shown=lambda now: now.lesson is None,
    ),
    Command(
        "step_rate(-1)",
        ("left_square_bracket",),
        "learning rate",
        "Try a lower learning rate: the next of 1, 2, 5, 10, 20, 50",
        _TRY,
        enabled=lambda now: now.has_rate,
        rank=67,
        partner="step_rate(1)",
        shown=lambda now: now.has_rate,
    ),
    Command(
        "step_rate(1)",
        ("right_square_bracket",),
        "higher rate",
        "Try a higher learning rate",
        _TRY,
        enabled=lambda now: now.has_rate,
    ),
    Command(
        "edit",
        ("e",),
        "edit",
        "Edit the script: ctrl+s runs your text from the start, escape gives it up",
        _TRY,
        enabled=lambda now: now.can_edit or now.can_mend,
        rank=64,
        shown=lambda now: now.can_edit,
    ),
    Command(
        "edit_elsewhere",
        ("E",),
        "own editor",
        "Edit the script in your own editor, which the variable EDITOR names",
        _TRY,
        enabled=lambda now: now.can_edit or now.can_mend,
    ),
    Command(
        "choose_data",
        ("a",),
        "data",
        "Let the script learn from other data: a CSV file, or a set that comes with gdtui",
        _TRY,
        enabled=lambda now: now.has_samples and now.lesson is None,
        rank=63,
        shown=lambda now: now.has_samples and now.lesson is None,
    ),
)
"""Other settings, another text, other data."""

CHANGES: tuple[Command, ...] = (
    Command(
        "undo_change",
        ("u",),
        "undo",
        "Undo the last change of a setting or of the text, or a reset",
        _TRY,
        enabled=lambda now: now.can_undo and now.lesson is None,
        rank=66,
        partner="redo_change",
        shown=lambda now: (now.can_undo or now.can_redo) and now.lesson is None,
    ),
    Command(
        "redo_change",
        ("U",),
        "redo",
        "Redo what was undone",
        _TRY,
        enabled=lambda now: now.can_redo and now.lesson is None,
    ),
    Command(
        "reset",
        ("r",),
        "reset",
        "Restore the script's own text and settings and start again; undo brings yours back",
        _TRY,
        enabled=lambda now: now.can_reset,
        rank=65,
    ),
    Command(
        "read_again",
        ("R",),
        "read again",
        "Read the script's file again, with the settings that you have changed",
        _TRY,
        enabled=lambda now: now.has_file and now.lesson is None,
        rank=105,
        shown=lambda now: bool(now.file_news) and now.lesson is None,
    ),
)
"""What was changed, and back."""
