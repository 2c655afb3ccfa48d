"""The tabs of the pages, on screens too small for all panes at once."""

from __future__ import annotations

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.reactive import reactive
from textual.style import Style
from textual.widget import Widget

from gdtui.ui.texts.wording import FAINT

_SHORTEST = 4


class PageTabs(Widget):
    """The names of the pages; the current one is highlighted."""

    DEFAULT_CSS = """
    PageTabs { height: 1; padding: 0 1; background: $surface; }
    """

    pages: reactive[tuple[str, ...]] = reactive(())
    page: reactive[str] = reactive("")

    class Chosen(Message):
        """The learner clicked on a page's name."""

        def __init__(self, page: str) -> None:
            super().__init__()
            self.page = page

    def render(self) -> Content:
        roomy = sum(len(page) + 3 for page in self.pages) <= self.size.width
        pad = " " if roomy else ""
        return Content(" ").join(
            Content.assemble(
                (
                    f"{pad}{name}{pad}",
                    "bold $text on $accent" if page == self.page else FAINT,
                )
            ).stylize(Style.from_meta({"page": page}))
            for page, name in self._names().items()
        )

    def _names(self) -> dict[str, str]:
        """The pages with their names, those of others than the current one cut short where there is
        no room for all."""
        names = {page: page for page in self.pages}
        others = [page for page in self.pages if page != self.page]
        over = sum(len(page) + 1 for page in self.pages) - 1 - self.size.width
        while over > 0 and others:
            longest = max(others, key=lambda page: len(names[page]))
            if len(names[longest]) <= _SHORTEST:
                break
            names[longest] = names[longest].removesuffix("…")[:-1] + "…"
            over = sum(len(name) + 1 for name in names.values()) - 1 - self.size.width
        return names

    def on_click(self, event: Click) -> None:
        page = event.style.meta.get("page")
        if page:
            self.post_message(self.Chosen(page))
