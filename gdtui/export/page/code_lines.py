"""A script in lines of coloured words."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator

from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.export.page.encoding import encoded

Line = list[str | list[str]]
"""Parts of a line: a plain text, or a class and a text. The classes are ``k`` for a keyword, ``s``
for a string, ``n`` for a number, ``c`` for a comment and ``f`` for what is called."""

_LONGEST = 400
_STRINGS = frozenset({"STRING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END"})

_Span = tuple[int, int, str]
"""Where a word begins and ends in its line, and its class."""


def code_lines(script: Script, room: int) -> tuple[int, list[Line]]:
    """The lines of a script, and the number of the first of them, counted from 1.

    Where not all of them have room in ``room`` bytes of JSON, they are those around the head of the
    training loop.
    """
    spans = _spans(script)
    lines = [_parts(text, spans.get(row, [])) for row, text in enumerate(script.lines, 1)]
    sizes = [len(encoded(each)) + 1 for each in lines]
    first = last = min(script.loop.line, len(lines)) - 1
    left = room - sizes[first]
    while True:
        below = last + 1 < len(lines) and sizes[last + 1] <= left
        if below:
            last += 1
            left -= sizes[last]
        above = first > 0 and sizes[first - 1] <= left
        if above:
            first -= 1
            left -= sizes[first]
        if not (above or below):
            return first + 1, lines[first : last + 1]


def _parts(text: str, spans: list[_Span]) -> Line:
    parts: Line = []
    at = 0
    text = text[:_LONGEST]
    for start, stop, kind in spans:
        if start > at:
            parts.append(clean_line(text[at:start]))
        if text[start:stop]:
            parts.append([kind, clean_line(text[start:stop])])
        at = max(at, stop)
    if text[at:]:
        parts.append(clean_line(text[at:]))
    return parts


def _spans(script: Script) -> dict[int, list[_Span]]:
    """The words that have a colour, by line; none of a text that Python's tokenizer cannot read."""
    found: dict[int, list[_Span]] = {}
    try:
        for (row, start), (last, stop), kind in _words(script.text):
            for line in range(row, last + 1):
                begins = start if line == row else 0
                ends = stop if line == last else _LONGEST
                found.setdefault(line, []).append((begins, ends, kind))
    except (tokenize.TokenError, SyntaxError):
        return {}
    return found


def _words(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int], str]]:
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    for place, token in enumerate(tokens):
        follows = tokens[place + 1].string if place + 1 < len(tokens) else ""
        name = tokenize.tok_name[token.type]
        kind = ""
        if name == "COMMENT":
            kind = "c"
        elif name == "NUMBER":
            kind = "n"
        elif name in _STRINGS:
            kind = "s"
        elif name == "NAME" and keyword.iskeyword(token.string):
            kind = "k"
        elif name == "NAME" and follows == "(":
            kind = "f"
        if kind:
            yield token.start, token.end, kind
