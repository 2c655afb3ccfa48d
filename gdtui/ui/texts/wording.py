"""Numbers and states as text for the screen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from textual.content import Content

from gdtui.engine.play.report import FLAT_OUT, Activity, Report
from gdtui.engine.printable import clean_line
from gdtui.engine.run.status import Status
from gdtui.engine.script.names import short_name

if TYPE_CHECKING:
    from gdtui.analysis.numerals import Numerals
    from gdtui.engine.record.summary import Summary
    from gdtui.engine.run.moment import Moment
    from gdtui.engine.script.script import Script

FAINT, GREY = "$faint", "$grey"
"""The styles of less important and of unavailable items."""

BLOCKS = "▁▂▃▄▅▆▇█"
"""The bars of a histogram: one cell, eight heights."""

_SHOWN = 3
_LONGEST_ARGUMENTS = 60


def sentences(texts: Iterable[str], width: int) -> list[Content]:
    """Sentences in lines of at most ``width`` columns; each sentence begins a line."""
    return [
        Content.styled(line, FAINT)
        for text in texts
        for line in textwrap.wrap(text, max(10, width))
    ]


def histogram_text(summary: Summary) -> str:
    """The histogram of a large array in one row, a cell for each bin; an empty bin is blank. Empty
    if all numbers are equal or none is finite."""
    most = max(summary.counts)
    if not summary.minimum < summary.maximum or not most:
        return ""
    heights = [-(-count * len(BLOCKS) // most) for count in summary.counts]
    return "".join(BLOCKS[height - 1] if height else " " for height in heights)


def histogram_caption(summaries: Iterable[Summary]) -> str:
    """The caption of one-row histograms; empty if there are none."""
    shown = [each for each in summaries if histogram_text(each)]
    if not shown:
        return ""
    most = max(each.every for each in shown)
    least = "at least " if any(each.every < most for each in shown) else ""
    sample = f"; {least}1 in {most} counted" if most > 1 else ""
    return f"{BLOCKS[0]}{BLOCKS[-1]} spread, smallest to largest{sample}"


def size_text(value: object, write: Numerals) -> str:
    """A number, or the shape of an array; a dash for anything else."""
    if isinstance(value, float | int):
        return write(value)
    shape = getattr(value, "shape", None)
    return "x".join(map(str, shape)) + " numbers" if shape else "-"


def parameters_text(parameters: Mapping[str, object], write: Numerals) -> str:
    """Parameters in one line: the first few, and how many more there are."""
    parts = [
        f"{short_name(name, parameters)} {size_text(value, write)}"
        for name, value in parameters.items()
    ]
    more = len(parts) - _SHOWN
    return "  ".join(parts[:_SHOWN] + ([f"and {more} more"] if more > 0 else []))


def arguments_text(script: Script) -> str:
    """The arguments of a script, in one line of at most 60 characters; empty for none."""
    return clean_line(script.typed_arguments, _LONGEST_ARGUMENTS)


def argument_for(name: str, script: Script) -> str:
    """The argument of a script that names a setting, such as ``--lr`` or ``--lr=0.5`` for ``lr``;
    empty for none."""
    for each in script.arguments:
        option, _, _ = each.partition("=")
        if option.startswith("--") and option[2:].replace("-", "_") == name:
            return clean_line(each, _LONGEST_ARGUMENTS)
    return ""


def pace_text(pace: float) -> str:
    """A pace, such as ``10/s``."""
    return "flat out" if pace == FLAT_OUT else f"{pace:g}/s"


def state_text(report: Report, *, needs_torch: bool = False) -> str:
    """The state of the run in a few words."""
    if report.activity is Activity.BROKEN:
        return "gdtui itself failed"
    if report.activity in (Activity.LOADING, Activity.EMPTY) or report.moment is None:
        return "loading PyTorch" if needs_torch else "loading"
    if report.activity is Activity.PLAYING:
        return f"playing {pace_text(report.pace)}"
    moment = report.moment
    if moment.status is Status.DIVERGED:
        # Only a run whose loss grew has diverged; the message tells which it was.
        return moment.message.partition(":")[0]
    if moment.status is Status.FAILED:
        return f"failed at {moment.place}" if moment.place else "failed"
    return str(moment.status)


def library_name(module: str) -> str:
    """The usual name of a library: ``PyTorch`` for ``torch.nn``."""
    package = module.partition(".")[0]
    return {"torch": "PyTorch", "numpy": "NumPy"}.get(package, package)


def loading_text(module: str, seconds: float) -> str:
    """A message that a library is being imported, with the seconds so far."""
    return (
        f"loading {library_name(module)}, {seconds:.0f} s so far. "
        "A key pressed now acts as soon as it can."
    )


def epoch_text(moment: Moment | None, epochs: int | None) -> str:
    """``12/100``, or ``12`` if the total is unknown; within an epoch of several batches ``12/100
    batch 3``."""
    epoch = moment.epoch if moment else 0
    batch = f" batch {moment.batch}" if moment and moment.batch and not moment.epoch_over else ""
    return f"{epoch}/{epochs}{batch}" if epochs else f"{epoch}{batch}"


def key_text(key: str) -> str:
    """A key as it is printed on the keyboard."""
    return {
        "space": "space",
        "right": "→",
        "left": "←",
        "shift+right": "shift+→",
        "shift+left": "shift+←",
        "plus": "+",
        "slash": "/",
        "minus": "-",
        "equals_sign": "=",
        "question_mark": "?",
        "comma": ",",
        "full_stop": ".",
        "less_than_sign": "<",
        "greater_than_sign": ">",
        "left_square_bracket": "[",
        "right_square_bracket": "]",
        "shift+up": "shift+↑",
        "shift+down": "shift+↓",
        "ctrl+up": "ctrl+↑",
        "ctrl+down": "ctrl+↓",
        "shift+tab": "shift+tab",
    }.get(key, key)


def waiting_text(whereabouts: tuple[str, int] | None) -> str:
    """A message for a run that makes the learner wait: the script's line in words, and its
    epoch."""
    if whereabouts is None:
        return "waiting for the script"
    line, epoch = whereabouts
    return f"waiting for the script: {line}" + (f", epoch {epoch}" if epoch else "")
