"""Lists of options that have no room, or whose options have just changed."""

import asyncio

import pytest
from textual.app import App
from textual.widgets import OptionList, Select
from textual.widgets.option_list import Option

from gdtui.ui.late_messages import CommandList, ListOfOptions
from gdtui.ui.panes.answers import AnswerList
from gdtui.ui.screens.curve_choice import CurveList
from gdtui.ui.screens.lesson_choice import LessonList

LISTS = [CommandList, LessonList, AnswerList]


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


@pytest.mark.parametrize("height", [0, 1, 4])
def test_so_does_the_list_of_curves(height):
    async def test():
        app = Tiny(lambda: CurveList(*((f"curve {n}", f"{n}") for n in range(8))), height)
        async with app.run_test(size=(40, 10)) as pilot:
            app.list.highlighted = 2
            await pilot.pause()
            app.list.action_page_down()
            assert (app.list.highlighted > 2) == (height > 0)

    asyncio.run(test())


def test_so_does_the_list_of_a_field_in_a_window_without_room_for_it():
    async def test():
        app = Tiny(lambda: Select([(f"{n}", n) for n in range(8)], allow_blank=False), 3)
        async with app.run_test(size=(10, 1)) as pilot:
            app.list.action_show_overlay()
            app.list.query_one(OptionList).styles.height = 0
            await pilot.pause()
            await pilot.press("pagedown", "pageup")
            assert app.is_running

    asyncio.run(test())


def test_every_list_of_the_app_is_one_of_these():
    async def test():
        app = Tiny(lambda: Select([("yes", True), ("no", False)]), 3)
        async with app.run_test(size=(40, 10)):
            assert isinstance(app.list.query_one(OptionList), ListOfOptions)

    asyncio.run(test())
    own = {each for each in subclasses(OptionList) if each.__module__.startswith("gdtui.")}
    assert own
    assert all(issubclass(each, ListOfOptions) for each in own)


def subclasses(kind):
    return {each for child in kind.__subclasses__() for each in (child, *subclasses(child))}
