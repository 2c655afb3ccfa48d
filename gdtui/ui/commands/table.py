"""The table of commands. Keys, key bar, palette and help are made from it."""

from __future__ import annotations

from gdtui.ui.commands.app_commands import APP, FILES
from gdtui.ui.commands.app_state import Situation
from gdtui.ui.commands.command import Command, is_taken
from gdtui.ui.commands.lesson_commands import LESSON
from gdtui.ui.commands.look_commands import FOCUS, LOOKS, SCALE, STAGE_KEYS
from gdtui.ui.commands.run_commands import MOVES, PACE
from gdtui.ui.commands.try_commands import CHANGES, RUNS, SETTINGS, WHEN

COMMANDS: tuple[Command, ...] = (
    *MOVES,
    *WHEN,
    *STAGE_KEYS,
    *PACE,
    *SCALE,
    *RUNS,
    *LOOKS,
    *SETTINGS,
    *FILES,
    *CHANGES,
    *FOCUS,
    *LESSON,
    *APP,
)
"""All of them, in the order of the key bar."""

BY_ACTION = {command.action: command for command in COMMANDS}


def meaning(key: str, now: Situation) -> Command | None:
    """The command that a key triggers now; None if the key is text, or has no effect."""
    if is_taken(now, key):
        return None
    return next((each for each in COMMANDS if key in each.keys and each.enabled(now)), None)


def refusal(key: str, now: Situation) -> str:
    """The message for a key that a lesson uses for itself; empty for none."""
    if now.lesson is None or is_taken(now, key) or meaning(key, now):
        return ""
    if now.lesson.state == "moving":
        return ""  # it may be meant for the next question
    return next((each.refusal for each in COMMANDS if key in each.keys), "")
