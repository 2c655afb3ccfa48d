"""A search through the panes of the main screen."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from gdtui.ui.texts.hits import pattern_of


class Searched(Protocol):
    """A pane that can be searched."""

    @property
    def first_in_sight(self) -> int:
        """The first line in sight, counted from 0."""

    def found_lines(self, pattern: re.Pattern[str]) -> list[int]:
        """The lines in which a pattern is found, counted from 0."""

    def show_found(self, pattern: re.Pattern[str] | None, number: int | None) -> None:
        """Mark what a pattern finds, and bring the line with a number among those found into view;
        None for no pattern, or for no line."""


class Hit(NamedTuple):
    """A line in which something is found: the name of its pane, and its number among those found
    there."""

    pane: str
    number: int


class Search:
    """Looks for a text in several panes, one after the other.

    Attributes:
        at: the hit that the search has come to; None before the first.
        is_missed: whether there is a text to look for that is nowhere.
    """

    def __init__(
        self, panes: Mapping[str, Searched], bring: Callable[[str, Callable[[], None]], None]
    ) -> None:
        """``bring`` shows the pane with a name, and then calls a function."""
        self._panes = panes
        self._bring = bring
        self._order = list(panes)
        self._pattern: re.Pattern[str] | None = None
        self.at: Hit | None = None
        self.is_missed = False

    def begin(self, first: str) -> None:
        """Search anew; the hits of the pane ``first`` come first."""
        self._order = sorted(self._panes, key=lambda name: name != first)
        self.at = None

    def look_for(self, text: str) -> str:
        """Mark a text wherever it is. Returns how many lines have it."""
        self._pattern, self.at = pattern_of(text), None
        for pane in self._panes.values():
            pane.show_found(self._pattern, None)
        hits = self._hits()
        if not text:
            return ""
        return _counted(len(hits)) if hits else self._nothing

    def go(self, direction: int) -> str:
        """Go to the next hit (1), or to the one before (-1), around the ends. Returns which one of
        how many that is."""
        hits = self._hits()
        if not hits:
            return self._nothing if self._pattern else ""
        if self.at in hits:
            place = (hits.index(self.at) + direction) % len(hits)
        else:
            place = self._first(hits) if direction > 0 else len(hits) - 1
        before, self.at = self.at, hits[place]
        if before is not None and before.pane != self.at.pane:
            self._panes[before.pane].show_found(self._pattern, None)
        here = self.at
        self._bring(
            here.pane, lambda: self._panes[here.pane].show_found(self._pattern, here.number)
        )
        return f"{place + 1} of {len(hits)}, in the {here.pane}"

    def end(self) -> None:
        """Take all marks away."""
        self._pattern = None
        for pane in self._panes.values():
            pane.show_found(None, None)

    @property
    def _nothing(self) -> str:
        *names, last = self._order
        return f"not in the {', '.join(names)} or {last}"

    def _hits(self) -> list[Hit]:
        if self._pattern is None:
            self.is_missed = False
            return []
        hits = [
            Hit(name, number)
            for name in self._order
            for number in range(len(self._panes[name].found_lines(self._pattern)))
        ]
        self.is_missed = not hits
        return hits

    def _first(self, hits: list[Hit]) -> int:
        """The place of the first hit in sight of the first pane, or below it; else of the first of
        all."""
        assert self._pattern is not None
        pane = self._panes[self._order[0]]
        lines, top = pane.found_lines(self._pattern), pane.first_in_sight
        return next((number for number, line in enumerate(lines) if line >= top), 0)


def _counted(lines: int) -> str:
    return f"in {lines:,} lines" if lines != 1 else "in 1 line"
