"""The sections of a lesson: its headings, with the instructions and the text below each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt

from gdtui.lessons.kinds.table import instruction_keys
from gdtui.lessons.problems import Complain

STEP_KEYS = ("go", "look", "keep", "needs")
"""The instructions of a step."""

_ITEM = re.compile(r"([a-z]+):(?:\s+(.*))?$", re.DOTALL)


@dataclass
class Section:
    """A heading with the text below it, up to the next heading.

    Attributes:
        level: 2 for a step, 3 for a part of one.
        title: the heading.
        line: its line.
        items: the instructions, which are list items `key: value`, with their lines.
        body: the other text.
        body_line: the first line of the other text.
    """

    level: int
    title: str
    line: int
    items: list[tuple[str, str, int]]
    body: str
    body_line: int


class Sections:
    """Reads the sections; problems go to ``complain``."""

    def __init__(self, complain: Complain) -> None:
        self._complain = complain
        self._keys = {*STEP_KEYS, *instruction_keys()}
        self._lines: Sequence[str] = ()

    def read(self, lines: Sequence[str], begin: int) -> Iterator[Section]:
        """The headings of levels 2 and 3 from a line on, with the text below them."""
        self._lines = lines
        body = "\n".join(self._lines[begin:])
        tokens = MarkdownIt("commonmark").parse(body)
        heads = [
            at
            for at, token in enumerate(tokens)
            if token.type == "heading_open" and token.level == 0 and token.tag in ("h2", "h3")
        ]
        for token in tokens:
            if token.type == "heading_open" and token.level == 0 and token.tag not in ("h2", "h3"):
                line = begin + (token.map or [0])[0] + 1
                self._complain(line, "headings are ## for a step and ### for a part of it")
        if self._text_before(tokens, heads):
            line = begin + (tokens[0].map or [0])[0] + 1
            self._complain(line, "the text above the first step belongs to no step")
        ends = [*heads[1:], len(tokens)] if heads else []
        for head, end in zip(heads, ends, strict=True):
            yield self._section(tokens[head:end], begin, tokens[end] if end < len(tokens) else None)

    @staticmethod
    def _text_before(tokens: list[Any], heads: list[int]) -> bool:
        return bool(tokens) and (not heads or heads[0] > 0) and tokens[0].type != "heading_open"

    def _section(self, tokens: list[Any], begin: int, following: Any) -> Section:
        head = tokens[0]
        start = head.map[1]
        stop = following.map[0] if following else len(self._lines) - begin
        lines = list(self._lines[begin + start : begin + stop])
        items: list[tuple[str, str, int]] = []
        for token, text in self._items(tokens):
            match = _ITEM.match(text)
            below_heading = token.map[0] <= start or not "".join(lines[: token.map[0] - start])
            # An item that is not below the heading is an instruction only if its key is known.
            if match is None or not (below_heading or match[1] in self._keys):
                continue
            items.append((match[1], (match[2] or "").strip(), begin + token.map[0] + 1))
            lines[token.map[0] - start : token.map[1] - start] = [""] * (
                token.map[1] - token.map[0]
            )
        blank = next((at for at, line in enumerate(lines) if line.strip()), 0)
        return Section(
            int(head.tag[1]),
            tokens[1].content.strip(),
            begin + head.map[0] + 1,
            items,
            "\n".join(lines).strip(),
            begin + start + blank + 1,
        )

    @staticmethod
    def _items(tokens: list[Any]) -> Iterator[tuple[Any, str]]:
        """The items of the lists, each with its text."""
        item = None
        for token in tokens:
            if token.type == "list_item_open" and token.level == 1:
                item = token
            elif token.type == "list_item_close":
                item = None
            elif token.type == "inline" and item is not None:
                yield item, token.content
                item = None
