"""The commands of the app itself: files, help, colours, the way out."""

from __future__ import annotations

from gdtui.ui.commands.command import Command

_APP = "The app"

FILES: tuple[Command, ...] = (
    Command(
        "open_file",
        ("ctrl+o",),
        "open",
        "Open a script, a notebook or a session",
        _APP,
        enabled=lambda now: now.lesson is None,
        rank=61,
        shown=lambda now: now.lesson is None,
    ),
    Command(
        "save_session",
        ("ctrl+s",),
        "save",
        "Save the session: script, changes, pinned runs and position; open brings it back",
        _APP,
        enabled=lambda now: now.lesson is None,
    ),
    Command(
        "take_home",
        ("x",),
        "take home",
        "Write the script, its run, a plot or the screen into a file: py, ipynb, csv, html, svg",
        _APP,
        enabled=lambda now: now.loaded and now.lesson is None,
        rank=57,
        shown=lambda now: now.lesson is None,
    ),
)
"""Files."""

APP: tuple[Command, ...] = (
    Command(
        "switch_theme", ("t",), "theme", "Switch between light and dark colours", _APP, rank=20
    ),
    Command("show_help", ("question_mark",), "help", "All keys", _APP, rank=96),
    Command("command_palette", ("ctrl+p",), "palette", "Find a command by its name", _APP),
    Command(
        "suspend_process",
        ("ctrl+z",),
        "suspend",
        "Return to the shell; fg resumes gdtui",
        _APP,
        everywhere=True,
    ),
    Command("quit", ("q",), "quit", "Leave gdtui", _APP, rank=95),
    Command(
        "leave",
        ("ctrl+c", "ctrl+q"),
        "quit",
        "Leave gdtui, also from a field",
        _APP,
        everywhere=True,
    ),
)
"""Colours, help, the way out."""
