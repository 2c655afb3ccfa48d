"""Lists of options that have no room, or whose options have just changed."""

import asyncio

import pytest
from textual.app import App
from textual.widgets.option_list import Option

from gdtui.ui.leaving import CommandList
from gdtui.ui.screens.lessons import LessonList
from gdtui.ui.widgets.lesson_page import AnswerList
from gdtui.ui.widgets.stages import StageList

LISTS = [CommandList, LessonList, AnswerList, lambda: StageList([], id="list")]


class Tiny(App):
    """An app with one list in it, of a height that is given."""

    def __init__(self, make, height):
        super().__init__()
        self.list, self._height = make(), height

    def compose(self):
        self.list.styles.height = self._height
        self.list.styles.border = ("none", "black")
        self.list.styles.border_top = self.list.styles.border_bottom = ("none", "black")
        self.list.styles.max_height = self._height
        self.list.styles.visibility = "visible"
        yield self.list


@pytest.mark.parametrize("height", [0, 1, 4])
@pytest.mark.parametrize("make", LISTS)
def test_a_page_up_or_down_breaks_nothing_and_moves_where_there_is_room(make, height):
    async def test():
        app = Tiny(make, height)
        async with app.run_test(size=(40, 10)) as pilot:
            app.list.add_options([Option(f"option {number}") for number in range(8)])
            app.list.highlighted = 2
            await pilot.pause()
            app.list.action_page_down()
            below = app.list.highlighted
            app.list.action_page_up()
            app.list.action_page_up()
            assert (below > 2, app.list.highlighted < 2) == (height > 0, height > 0)

    asyncio.run(test())
