"""Joins screenshots of the app into one moving picture.

What stays from one frame to the next is written once, and shown as long as it stays. So the picture
is a fraction of the size of its frames.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_SVG = "{http://www.w3.org/2000/svg}"
_TEXT_STYLE = "font-family: 'Fira Code', monospace; font-size: 20px;"
_STYLE = re.compile(r"\.(terminal-\d+-r\d+) \{([^}]*)\}")


@dataclass(frozen=True)
class _Ground:
    """A rectangle of one colour, a row high."""

    x: float
    y: str
    width: float
    fill: str

    def svg(self, _: dict[str, str]) -> str:
        return (
            f'<rect x="{self.x:g}" y="{self.y}" width="{self.width:g}" height="24.65" '
            f'fill="{self.fill}" shape-rendering="crispEdges"/>'
        )


@dataclass(frozen=True)
class _Words:
    """A piece of text in one style."""

    x: str
    y: str
    width: str
    style: str
    text: str

    def svg(self, classes: dict[str, str]) -> str:
        name = classes.setdefault(self.style, f"s{len(classes)}")
        place = f'x="{self.x}" y="{self.y}" textLength="{self.width}"'
        return f'<text class="{name}" {place}>{escape(self.text)}</text>'


Part = _Ground | _Words


def animated(pictures: Sequence[str], seconds: Sequence[float]) -> str:
    """One SVG that shows pictures of a Textual app in turn, again and again.

    A program that does not move pictures, or a reader who wants none to move, sees the last one.

    Args:
        pictures: SVGs by ``App.export_screenshot``, all of one size.
        seconds: how long each is shown.
    """
    root = ElementTree.fromstring(pictures[0])
    layers: list[dict[Part, list[int]]] = [defaultdict(list), defaultdict(list)]
    for number, picture in enumerate(pictures):
        for layer, parts in zip(layers, _parts(picture), strict=True):
            for part in parts:
                layer[part].append(number)
    ends = list(accumulate(seconds, initial=0.0))
    classes: dict[str, str] = {}
    turns: set[tuple[int, int]] = set()
    body = []
    for layer in layers:
        shown: dict[tuple[int, int], list[str]] = defaultdict(list)
        for part, numbers in layer.items():
            for first, last in _runs(numbers):
                shown[first, last].append(part.svg(classes))
        for (first, last), drawn in shown.items():
            always = (first, last) == (0, len(pictures) - 1)
            if not always:
                turns.add((first, last))
            hidden = "" if last == len(pictures) - 1 else ' visibility="hidden"'
            name = "" if always else f' class="t{first}-{last}"'
            body.append(f"<g{name}{hidden}>{''.join(drawn)}</g>")
    rules = [f"text {{ {_TEXT_STYLE} }}"]
    rules += [f".{name} {{ {style} }}" for style, name in classes.items()]
    whole = ends[-1]
    for first, last in sorted(turns):
        begin, end = 100 * ends[first] / whole, 100 * ends[last + 1] / whole
        steps = {0.0: "hidden", begin: "visible", end: "hidden", 100.0: "hidden"}
        if end == 100.0:
            steps[100.0] = "visible"
        frames = " ".join(f"{at:.3f}% {{ visibility: {how} }}" for at, how in steps.items())
        rules.append(f"@keyframes t{first}-{last} {{ {frames} }}")
        rules.append(
            f".t{first}-{last} {{ animation: t{first}-{last} {whole:g}s step-end infinite }}"
        )
    rules.append("@media (prefers-reduced-motion: reduce) { g { animation: none !important } }")
    box = root.attrib["viewBox"].split()
    width, height = (float(each) for each in box[2:])
    title = "gdtui, stepping through a training script"
    return "\n".join(
        [
            f'<svg viewBox="0 0 {width:g} {height:g}" xmlns="http://www.w3.org/2000/svg" '
            f'xml:space="preserve" role="img" aria-label="{title}">',
            f"<style>\n{chr(10).join(rules)}\n</style>",
            f'<rect width="{width:g}" height="{height:g}" rx="8" fill="#292929"/>',
            '<g transform="translate(9, 41)">',
            *body,
            "</g>",
            "</svg>",
            "",
        ]
    )


def _parts(picture: str) -> tuple[list[_Ground], list[_Words]]:
    """The grounds and the texts of a picture; neighbours of one colour are one ground."""
    styles = dict(_STYLE.findall(picture))
    terminal = ElementTree.fromstring(picture).findall(f"{_SVG}g")[-1]
    grounds: list[_Ground] = []
    for each in terminal.iter(f"{_SVG}rect"):
        x, width = float(each.attrib["x"]), float(each.attrib["width"])
        new = _Ground(x, each.attrib["y"], width, each.attrib["fill"])
        before = grounds[-1] if grounds else None
        joins = before is not None and (before.y, before.fill) == (new.y, new.fill)
        if before is not None and joins and abs(before.x + before.width - x) < 0.5:
            width += before.width
            grounds[-1] = _Ground(before.x, before.y, round(width, 1), before.fill)
        else:
            grounds.append(new)
    words = [
        _Words(
            each.attrib["x"],
            each.attrib["y"],
            each.attrib["textLength"],
            styles[each.attrib["class"]].strip(),
            each.text or "",
        )
        for each in terminal.iter(f"{_SVG}text")
    ]
    return grounds, words


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The first and last of each row of consecutive numbers."""
    first = before = numbers[0]
    for number in numbers[1:]:
        if number != before + 1:
            yield first, before
            first = number
        before = number
    yield first, before
