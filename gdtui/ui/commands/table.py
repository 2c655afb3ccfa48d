"""The table of commands. Keys, key bar, palette and help are made from it."""

from __future__ import annotations

from gdtui.stages import OWN_NUMBER, STAGES
from gdtui.ui.commands.app_state import Situation
from gdtui.ui.commands.command import LESSON_GROUP, Command, is_taken
from gdtui.ui.texts.wording import pace_text

_RUN, _TIME, _LOOK, _APP = "Run", "Back in time", "Choose and look", "The app"
_TRY = "Try other settings"


def _in_lesson(now: Situation) -> bool:
    return now.lesson is not None


def _goes_on(now: Situation) -> bool:
    return now.lesson is not None and now.lesson.state != "moving" and not now.enter_reads_out


def _goes_back(now: Situation) -> bool:
    return now.lesson is not None and now.lesson.state != "moving" and not now.lesson.at_start


def _lesson_label(now: Situation) -> str:
    return "answer" if now.is_asked else "go on"


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


COMMANDS: tuple[Command, ...] = (
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
    *map(_stage, range(1, OWN_NUMBER + 1)),
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
    Command(
        "log_scale",
        ("l",),
        "log",
        "Show the loss on a logarithmic or on a linear scale",
        _LOOK,
        rank=60,
    ),
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
        "next_view", ("v",), "view", "Show the next view: fit, landscape, metrics", _LOOK, rank=74
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
    Command("focus_next", ("tab",), "fields", "Go to the next pane or field", _LOOK, rank=68),
    Command("focus_previous", ("shift+tab",), "pane before", "Go to the previous one", _LOOK),
    Command(
        "lesson_on",
        ("enter",),
        _lesson_label,
        "Go on, or answer",
        LESSON_GROUP,
        enabled=_goes_on,
        rank=110,
        shown=_in_lesson,
    ),
    Command(
        "lesson_hint",
        ("h",),
        "hint",
        "A hint",
        LESSON_GROUP,
        enabled=lambda now: now.is_asked and now.lesson is not None and now.lesson.hints_left > 0,
        rank=109,
        shown=_in_lesson,
    ),
    Command(
        "lesson_skip",
        ("s",),
        "skip",
        "Skip the question and show its answer",
        LESSON_GROUP,
        enabled=lambda now: now.is_asked,
        rank=108,
        shown=_in_lesson,
    ),
    Command(
        "lesson_back",
        ("backspace",),
        "before",
        "Go to the previous step",
        LESSON_GROUP,
        enabled=_goes_back,
        rank=106,
        shown=_in_lesson,
    ),
    Command(
        "lesson_put_back",
        ("u",),
        "its settings",
        "Restore the lesson's own script and settings",
        LESSON_GROUP,
        enabled=lambda now: now.lesson is not None and now.lesson.can_put_back,
        rank=107,
        shown=lambda now: now.lesson is not None and now.lesson.can_put_back,
    ),
    Command(
        "lessons",
        ("w",),
        lambda now: "leave lesson" if now.lesson else "lessons",
        "List the lessons and the bug lab; in a lesson, leave it",
        LESSON_GROUP,
        rank=104,
    ),
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
