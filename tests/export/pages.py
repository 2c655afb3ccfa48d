"""Pages of scripts for tests, and what stands in them."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

from gdtui import Script, Timeline
from gdtui.export.page.page import page_text


def page_of(script: Script) -> str:
    with Timeline(script) as timeline:
        return page_text(timeline)


def script_of(text: str, folder: Path) -> Script:
    path = folder / "mine.py"
    path.write_text(text, encoding="utf-8")
    return Script.from_file(path)


class Parts(HTMLParser):
    """The texts of the elements of a page, in order, each with its name and its attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs), ""))

    def handle_endtag(self, tag):
        self.found.append(("", {}, ""))

    def handle_data(self, data):
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = tag, attributes, text + data

    def all(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def data_in(page: str) -> dict:
    """The JSON that a page holds."""
    (text,) = [
        text
        for attributes, text in Parts(page).all("script")
        if attributes.get("type") == "application/json"
    ]
    return json.loads(text)
