"""The colours of the app: its own two themes, colours that can be read in any theme, and the
theme that the learner chose last."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from textual.color import Color
from textual.theme import Theme

from gdtui.state_files import state_file
from gdtui.whole_files import write_whole

DARK = Theme(
    name="gdtui-dark",
    primary="#4d9fe8",
    secondary="#b48ef0",
    warning="#ffb54d",
    error="#ff6b81",
    success="#5fd18a",
    accent="#ffa62b",
    foreground="#e6e6e6",
    background="#101214",
    surface="#181b1f",
    panel="#22303a",
    dark=True,
)
LIGHT = Theme(
    name="gdtui-light",
    primary="#0b5fc4",
    secondary="#7a2fc9",
    warning="#b45309",
    error="#c8102e",
    success="#0b7a3b",
    accent="#e08600",
    foreground="#17191c",
    background="#fdfdfb",
    surface="#f2f3f1",
    panel="#e3e9ee",
    dark=False,
)

READABLE = 4.5
"""The least contrast of text with what is behind it. Source: WCAG 2.1, success criterion 1.4.3."""

_PLAIN = 6.0
"""The least contrast of plain text: some is fainter, and is to be read as well."""

VISIBLE = 3.0
"""The least contrast of a curve with what is behind it. Source: WCAG 2.1, criterion 1.4.11."""

GROUNDS = ("background", "surface", "panel")
"""The colours that stand behind text."""

TEXTS = tuple(
    f"text-{each}" for each in ("primary", "secondary", "success", "warning", "error", "accent")
)
"""The colours of text and of curves, besides the plain one."""

_STEPS = 40


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two opaque colours, from 1 to 21. Source: WCAG 2.1."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Color) -> float:
    """The relative luminance, from 0 to 1. Source: WCAG 2.1."""
    parts = [
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4
        for each in colour.normalized
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def readable(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of a theme with its colours of text moved towards black or white as far as
    they must be to be read on each of its grounds; and two more: ``faint``, for text that is
    beside the point, and ``grey``, for what can do nothing now."""
    grounds = [Color.parse(variables[each]) for each in GROUNDS if _is_colour(variables.get(each))]
    changed = dict(variables)
    for name in ("foreground", *TEXTS):
        text = variables.get(name)
        if not grounds or not _is_colour(text) or text is None:
            continue
        least = _PLAIN if name == "foreground" else READABLE
        found = _moved(Color.parse(text), grounds, least)
        if found is not None:
            changed[name] = found.hex6
    for name, share, least in (("faint", 0.6, READABLE), ("grey", 0.4, VISIBLE)):
        changed[name] = _paler(changed, grounds, share, least)
    return changed


def _paler(variables: Mapping[str, str], grounds: list[Color], share: float, least: float) -> str:
    """The plain colour of text with its ground mixed in, so that ``share`` of it is left, or more
    where the contrast would be less than ``least``."""
    plain = variables["foreground"]
    if not grounds or not _is_colour(plain):
        return f"{plain} {share:.0%}"
    text = Color.parse(plain)
    for step in range(_STEPS):
        found = text.blend(grounds[0], (1 - share) * (1 - step / _STEPS), alpha=1.0)
        if min(contrast(found, each) for each in grounds) >= least:
            return found.hex6
    return text.hex6


def _moved(colour: Color, grounds: list[Color], least: float) -> Color | None:
    """The nearest colour that has such a contrast with all grounds; None where this one has."""
    if min(contrast(colour, each) for each in grounds) >= least:
        return None
    ends = [Color.parse("white"), Color.parse("black")]
    end = max(ends, key=lambda each: min(contrast(each, ground) for ground in grounds))
    for step in range(1, _STEPS + 1):
        found = colour.blend(end, step / _STEPS, alpha=1.0)
        if min(contrast(found, each) for each in grounds) >= least:
            return found
    return end


def _is_colour(text: str | None) -> bool:
    """Whether it is an opaque colour, and none that the terminal or the ground decides."""
    if not text or text.startswith(("auto", "ansi")):
        return False
    with contextlib.suppress(ValueError):
        return Color.parse(text).a == 1.0
    return False


class ThemeChoice:
    """Keeps the theme that the learner chose, in a file in the user's state folder. Errors of the
    file are not raised: a learner can go on with the usual theme."""

    def __init__(self, path: Path | None = None) -> None:
        """``path`` is the file; by default it is in the user's state folder."""
        self._path = path or state_file("theme")

    def read(self) -> str:
        """The name of the theme; empty for none."""
        try:
            return self._path.read_text(encoding="utf-8")[:100].strip()
        except (OSError, ValueError):
            return ""

    def write(self, name: str) -> None:
        """Keep a theme by its name."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, name + "\n")
