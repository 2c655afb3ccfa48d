"""Text from a script, a file or a learner, made safe to show.

What a script prints, raises or calls its variables may hold what a terminal obeys: escape
sequences, characters that turn the direction of writing around, millions of words. Whatever
comes from outside goes through here before it is drawn or written to a terminal.
"""

from __future__ import annotations

import re
import unicodedata

MOST = 2000
"""Characters of one text that are shown where nothing else is said. No pane has room for more,
and laying out a million words takes minutes."""

_STAND_IN = "·"
_TAB = "    "
_LINE_ENDS = re.compile(r"\r\n?|\n")


def clean_line(text: str, most: int = MOST) -> str:
    """A text as one line of at most ``most`` characters that a terminal only draws.

    Line ends and blanks of any kind become blanks, a tab four of them. Control characters (C0,
    C1, delete), format characters such as U+202E, lone surrogates and unassigned characters
    become ``·``. Where the text is cut, it ends in ``…``.
    """
    return _clean(text, most, keep="")


def clean_lines(text: str, most: int = MOST) -> str:
    """As :func:`clean_line`, but line ends stay, as ``\\n``."""
    return _clean(text, most, keep="\n")


def _clean(text: str, most: int, keep: str) -> str:
    # Cut first: the rest may be very long.
    cut = len(text) > most
    head = text[: max(0, most - 1)] if cut else text
    if not head.isprintable():
        head = _LINE_ENDS.sub("\n", head)
        head = "".join(
            each if each in keep or each.isprintable() else _stand_in(each) for each in head
        )
        if len(head) > most:  # tabs have become longer
            head, cut = head[: max(0, most - 1)], True
    return f"{head}…" if cut and most > 0 else head


def _stand_in(character: str) -> str:
    if character == "\t":
        return _TAB
    if character == "\n" or unicodedata.category(character) in ("Zs", "Zl", "Zp"):
        return " "
    return _STAND_IN
