"""The panes of several views: turned by key and by mouse, at every size, zoomed and scrolled, with
any script."""

from __future__ import annotations

import asyncio
import re

import pytest
from driving import WIDE, drive
from rich.cells import cell_len
from textual.geometry import Region

pytestmark = pytest.mark.slow

DETAILS = ("Numbers", "Variables", "Graph", "Transcript")
VIEWS = ("Fit", "Landscape")
PANES = ("settings", "code", "details", "loss", "parameters", "view")


QUEUES = 60
"""Turns of the event loop that a key takes at most."""


async def press(app, *keys):
    """Press keys, as the driver does, but without waiting for the machine to be idle."""
    for key in keys:
        app.app.simulate_key(key)
        # It goes from the field or pane with the focus up to the app, from queue to queue.
        for _ in range(QUEUES):
            await asyncio.sleep(0)
        while not app.app.idle:
            assert app.app.is_running
            await app.pilot.pause(0)
        await app.pilot.pause(0)


def tab(app, pane):
    """The name that is lit in the line above the views of a pane."""
    (line,) = app.text_of(f"#{pane}-tabs").splitlines()
    widget = app.main.query_one(f"#{pane}-tabs")
    lit = [
        segment.text.strip()
        for segment in widget.render_line(0)
        if segment.style and segment.style.bold and segment.text.strip()
    ]
    assert lit[0] in line
    return lit[0]


def shown(app, pane):
    """The one view that a pane shows."""
    (found,) = [each.id for each in app.main.query(f"#{pane} > .view") if each.display]
    return found


def in_sight(app):
    return {pane for pane in PANES if app.main.query_one(f"#{pane}").region}


def inside(app, selector):
    """What is drawn inside a pane, without its border, if it has one."""
    lines = app.text_of(selector).splitlines()
    if lines and lines[0].startswith("╭"):
        lines = [line[1:-1] for line in lines[1:-1]]
    return "\n".join(line.rstrip() for line in lines)


async def turn(app, pane):
    """Press the key of a pane of views once, and wait for what it does and no longer."""
    widget = app.main.query_one(f"#{pane}")
    before = (widget.chosen, widget.region)
    app.app.simulate_key("d" if pane == "details" else "v")
    while (widget.chosen, widget.region) == before:
        assert app.app.is_running
        await app.pilot.pause(0)
    # A plot is drawn after the next refresh, and is never without axes.
    while pane == "view" and not inside(app, f"#{shown(app, pane)}").strip():
        assert app.app.is_running
        await app.pilot.pause(0)


async def bring(app, pane, view):
    """Turn a pane by its key until it is in sight and shows a view."""
    while not app.main.query_one(f"#{view.lower()}").region:
        await turn(app, pane)


async def look(app, size=WIDE):
    """Turn through all views of both panes, and check each."""
    for pane, views in (("details", DETAILS), ("view", VIEWS)):
        for view in (*views[1:], views[0]):
            await bring(app, pane, view)
            check_frames(app, size)
            yield view, inside(app, f"#{view.lower()}")


# Turning ------------------------------------------------------------------------------


def test_keys_turn_the_views_both_ways_and_around():
    async def test(app):
        await press(app, "N", "n")
        for pane, names, on, back in (("details", DETAILS, "d", "D"), ("view", VIEWS, "v", "V")):
            assert tab(app, pane) == names[0]
            for name in (*names[1:], names[0]):
                await press(app, on)
                assert tab(app, pane) == name
                assert shown(app, pane) == name.lower()
            for name in (*reversed(names[1:]), names[0]):
                await press(app, back)
                assert tab(app, pane) == name
                assert shown(app, pane) == name.lower()
        # One does not turn the other, and the focus stays where it is.
        await press(app, "d")
        assert (tab(app, "details"), tab(app, "view")) == ("Variables", "Fit")
        assert app.main.focused.id == "code"

    drive(test)


def test_the_focus_goes_with_the_view():
    async def test(app):
        await press(app, "tab")
        assert app.main.focused.id == "numbers"
        for name in ("variables", "graph", "transcript", "numbers"):
            await press(app, "d")
            assert app.main.focused.id == name
        await press(app, "tab", "tab", "tab")
        assert app.main.focused.id == "fit"
        await press(app, "v")
        assert app.main.focused.id == "landscape"
        await press(app, "d")
        assert app.main.focused.id == "landscape"
        # What is not shown is not gone to.
        seen = []
        await press(app, "D")
        for _ in range(5):
            seen.append(app.main.focused.id)
            await press(app, "shift+tab")
        assert seen == ["landscape", "parameters", "loss", "numbers", "code"]

    drive(test)


def test_a_click_on_a_name_shows_that_view():
    async def test(app):
        for size in [(120, 36), (100, 30), (80, 24), (40, 12)]:
            await app.pilot.resize_terminal(*size)
            for pane, names in (("details", DETAILS), ("view", VIEWS)):
                await bring(app, pane, names[0])
                (line,) = app.text_of(f"#{pane}-tabs").splitlines()
                for name in (names[-1], names[0], names[1]):
                    await app.pilot.click(f"#{pane}-tabs", offset=(line.index(name) + 1, 0))
                    assert tab(app, pane) == name
                    assert shown(app, pane) == name.lower()
                # Beside the names there is nothing to choose.
                await app.pilot.click(f"#{pane}-tabs", offset=(len(line) - 1, 0))
                assert tab(app, pane) == names[1]

    drive(test)


def test_a_view_that_was_hidden_shows_the_present_moment():
    async def test(app):
        await press(app, "n", "n", "n")
        for name in DETAILS[1:3]:
            await press(app, "d", "n")
            line = app.moment.line
            if name == "Variables":
                assert f"Changed by line {line}: " in app.text_of("#variables")
        # The graph was never in sight before the update.
        assert app.moment.phase == "update"
        assert re.search(r"● w 0\.3 +grad -30", app.text_of("#graph"))
        await press(app, "n", "n", "d", "d")
        assert "Numbers: report" in app.text_of("#numbers")
        await press(app, "N", "N")
        await bring(app, "view", "Landscape")
        loss = 7.5 * (app.moment.parameters["w"] - 2) ** 2
        assert f"Landscape J {loss:.3f}"[:15] in app.text_of("#landscape")

    drive(test, stage="autograd")


# Pages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "first", "details", "views"),
    [
        ((100, 30), "Run", "Run", "Views"),
        ((80, 24), "Code", "Code", "Views"),
        ((40, 12), "Code", "Detail", "View"),
    ],
)
def test_the_keys_go_to_the_page_that_has_the_views(size, first, details, views):
    async def test(app):
        page = app.main.query_one("#tabs")
        assert page.page == first
        # The first press only brings them into sight, as they were.
        await press(app, "v")
        assert page.page == views
        assert tab(app, "view") == "Fit"
        await press(app, "v")
        assert (page.page, tab(app, "view")) == (views, "Landscape")
        in_sight_already = bool(app.main.query_one("#details").region)
        await press(app, "d")
        assert page.page == (views if in_sight_already else details)
        assert tab(app, "details") == ("Variables" if in_sight_already else "Numbers")
        await press(app, "d", "D", "D")
        assert shown(app, "details") in ("numbers", "transcript")
        # Wherever the focus is, it is in sight, and the run can be stepped.
        assert app.main.focused is None or app.main.focused.region
        await press(app, "n")
        assert app.moment.step == 1
        await press(app, "tab")
        assert app.main.focused.region

    drive(test, size=size)


# Zoom ---------------------------------------------------------------------------------

HOLDERS = {
    "code": "code",
    "numbers": "details",
    "loss": "loss",
    "parameters": "parameters",
    "fit": "view",
    "Select": "settings",
}


def test_zoom_gives_a_pane_all_the_room_and_back():
    async def test(app):
        for focus, pane in HOLDERS.items():
            widget = app.main.query_one("Select" if focus == "Select" else f"#{focus}")
            widget.focus()
            await app.pilot.pause()
            # What a field takes is said below it, for which the settings grow.
            before = {pane: app.main.query_one(f"#{pane}").region for pane in PANES}
            room = Region.from_union(list(before.values()))
            await press(app, "z")
            assert in_sight(app) == {pane}
            assert app.main.query_one(f"#{pane}").region == room
            assert app.main.focused is widget
            # The rest of the screen stays.
            assert "epoch 0/10" in app.text_of("#header")
            assert "space play" in app.text_of("#keys")
            check_frames(app, (120, 36))
            await press(app, "z")
            assert {each: app.main.query_one(f"#{each}").region for each in PANES} == before
            assert app.main.focused is widget

    drive(test)


def test_a_zoomed_pane_of_views_turns_and_another_ends_the_zoom():
    async def test(app):
        await press(app, "tab", "z", "n", "n", "n")
        assert "dw holds" in app.text_of("#numbers")
        await press(app, "d")
        assert in_sight(app) == {"details"}
        assert shown(app, "details") == "variables"
        assert app.main.focused.id == "variables"
        # The other one is not in sight; its key shows all panes again.
        await press(app, "v")
        assert in_sight(app) == set(PANES)
        assert (tab(app, "details"), tab(app, "view")) == ("Variables", "Fit")
        await press(app, "tab", "tab", "tab", "z")
        await bring(app, "view", "Landscape")
        assert in_sight(app) == {"view"}
        assert "●" in inside(app, "#landscape")
        await press(app, "d")
        assert in_sight(app) == set(PANES)

    drive(test)


def test_resizing_keeps_the_zoom_as_long_as_the_arrangement_stays():
    async def test(app):
        await press(app, "tab", "n", "n", "n", "z")
        for size in ((200, 60), (120, 36), (150, 40)):
            await app.pilot.resize_terminal(*size)
            assert in_sight(app) == {"details"}
            assert "dw holds" in app.text_of("#numbers")
            check_frames(app, size)
        await app.pilot.resize_terminal(100, 30)
        assert in_sight(app) == {"code", "details", "loss", "parameters"}
        assert not app.main.has_class("-zoomed")
        await press(app, "z")
        assert in_sight(app) == {"details"}
        await app.pilot.resize_terminal(20, 5)
        assert "gdtui needs 40x12" in app.screen_text()
        await app.pilot.resize_terminal(120, 36)
        assert in_sight(app) == set(PANES)
        check_frames(app, (120, 36))

    drive(test)


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_pages_after_a_zoom(size):
    async def test(app):
        first = in_sight(app)
        await press(app, "z")
        assert in_sight(app) == {"code"}
        await press(app, "z")
        assert in_sight(app) == first
        # Another page is shown whole.
        await press(app, "z")
        tabs = app.main.query_one("#tabs")
        (line,) = app.text_of("#tabs").splitlines()
        page = next(name for name in tabs.pages if name.startswith("Set"))
        await app.pilot.click("#tabs", offset=(line.index(page) + 1, 0))
        await app.pilot.pause()
        assert tabs.page == page
        assert "settings" in in_sight(app)
        assert "code" not in in_sight(app)
        # The tab key does not leave the page while one pane has all the room.
        (line,) = app.text_of("#tabs").splitlines()
        await app.pilot.click("#tabs", offset=(line.index("Code") + 1, 0))
        await press(app, "z")
        for _ in range(4):
            await press(app, "tab")
            assert tabs.page == "Code"
            assert in_sight(app) == {"code"}
            assert app.main.focused.region

    drive(test, size=size)


# Scrolling and odd contents -----------------------------------------------------------

MANY = """\
import numpy as np
for number in range(200):
    globals()[f"variable_{number:03}"] = number
a_name_that_is_longer_than_any_column_of_names = 1
globals()["[red]odd[/]"] = "[/bold] \\x1b[31mtext\\x07\\t\\n and more"
globals()["new\\nline\\x1b[32m"] = 1
Kind = type("[b]Kind\\x9b31m", (), {})
thing = Kind()
long_text = "word " * 1000
long_list = list(range(1000))
array = np.arange(10_000.0)
larger = np.zeros(10_001)
huge = 10**5000
x = np.arange(1.0, 51.0)
y = 2 * x
w = 0.5
learning_rate = 0.0001
for epoch in range(5):
    y_pred = w * x
    loss = ((y_pred - y) ** 2).mean()
    dw = 2 * (x * (y_pred - y)).mean()
    w -= learning_rate * dw
"""


async def to_the_end(app, pane):
    """Scroll down as far as there is something to see."""
    await app.until(lambda: pane.virtual_size.height >= len(pane.lines))
    await press(app, "end")
    await app.until(lambda: pane.is_vertical_scroll_end)


def test_many_variables_are_scrolled_and_a_new_moment_begins_at_the_top(tmp_path):
    path = tmp_path / "many.py"
    path.write_text(MANY)

    async def test(app):
        app.app.animation_level = "none"
        await press(app, "tab", "d", "n", "n", "n")
        pane = app.main.query_one("#variables")
        # A row for each, and for the line above and the one between.
        count = 2 + len(app.moment.variables)
        assert count > 210
        height = pane.size.height
        lines = inside(app, "#variables").splitlines()
        assert lines[0].startswith("Changed by line ")
        assert lines[1].startswith("● dw ")
        assert [line.split()[0] for line in lines[4:6]] == ["variable_000", "variable_001"]
        await press(app, "down", "down")
        await app.until(lambda: pane.scroll_offset.y == 2)
        assert inside(app, "#variables").splitlines()[2].split()[0] == "variable_000"
        await to_the_end(app, pane)
        lines = inside(app, "#variables").splitlines()
        assert pane.scroll_offset.y >= count - height
        assert " loss " in "\n".join(lines)
        await press(app, "n")
        assert pane.scroll_offset.y == 0
        assert inside(app, "#variables").splitlines()[1].startswith("● w ")
        await press(app, "ctrl+right")
        await app.until(lambda: pane.scroll_offset.x == 1)
        assert inside(app, "#variables").splitlines()[0].startswith("…anged by")
        await press(app, "p")
        assert pane.scroll_offset == (0, 0)
        # Left and right step through the run, here too.
        step = app.moment.step
        await press(app, "right")
        assert app.moment.step == step + 1
        # Odd names and values take one line each, cut where the pane ends.
        await press(app, "z")
        await to_the_end(app, pane)
        text = inside(app, "#variables")
        width = pane.size.width
        for begins in ("a_name_that_is_…", "[red]odd[/]", "new line·[32m", "thing", "long_text"):
            (line,) = (line for line in text.splitlines() if line.lstrip().startswith(begins))
            assert cell_len(line.rstrip()) <= width
        assert "[b]Kind·31m" in text
        assert "'[/bold] " in text
        assert not [each for each in app.screen_text() if not (each.isprintable() or each == "\n")]
        assert re.search(r"array +ndarray float64 10000 +\[", text)
        assert re.search(r"larger +ndarray float64 10001 +\S", text)
        assert "over 1,000 digits" in text
        # What is cut can be scrolled to.
        (at,) = (n for n, line in enumerate(text.splitlines()) if line.lstrip().startswith("x "))
        before = text.splitlines()[at]
        assert " 50." not in before
        await press(app, *["ctrl+right"] * 3)
        await app.until(lambda: pane.scroll_offset.x == 3)
        after = inside(app, "#variables").splitlines()[at]
        # A line that goes on beyond an edge has a mark there.
        assert before[-1] == after[0] == after[-1] == "…"
        assert after[1:].startswith(before[4:-1])
        assert len(after) > len(before) - 3

    drive(test, stage=str(path))


def test_many_samples_are_numbered_and_scrolled(tmp_path):
    path = tmp_path / "many.py"
    path.write_text(MANY)

    async def test(app):
        app.app.animation_level = "none"
        await press(app, "tab", "n", "n", "n")
        pane = app.main.query_one("#numbers")
        assert inside(app, "#numbers").startswith("dJ/dw = ")
        await to_the_end(app, pane)
        last = inside(app, "#numbers").splitlines()
        assert pane.scroll_offset.y > 0
        assert last[-1].startswith("mean ") or last[-2].startswith("mean ")
        assert [line for line in last if line.startswith("⋮")]
        assert [line for line in last if line.startswith("50 ")]
        await press(app, "n")
        assert pane.scroll_offset.y == 0
        assert "w = " in inside(app, "#numbers")

    drive(test, stage=str(path))


DEEP = """\
import torch
w = torch.tensor(1.0, requires_grad=True)
for epoch in range(3):
    loss = w
    for layer in range(60):
        loss = (loss * 0.9).tanh()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    w.grad.zero_()
"""


def test_a_deep_graph_is_scrolled(tmp_path):
    path = tmp_path / "deep.py"
    path.write_text(DEEP)

    async def test(app):
        app.app.animation_level = "none"
        await press(app, "N", "d", "d", "tab")
        pane = app.main.query_one("#graph")
        assert inside(app, "#graph").startswith("● w ")
        await to_the_end(app, pane)
        assert pane.scroll_offset.y > 80
        text = inside(app, "#graph")
        assert "○ tanh = loss " in text
        assert "backward()" in text
        await press(app, "n")
        assert pane.scroll_offset.y == 0

    drive(test, stage=str(path))


NO_LOSS = "w = 3.0\nfor e in range(9):\n    w -= 0.1 * w\n"
FAILS = """\
w = 0.5
for epoch in range(9):
    loss = (w - 2) ** 2
    dw = 2 * (w - 2)
    w -= 0.1 * dw
    if epoch == 2:
        raise RuntimeError("[/] no [bold] such\\nluck \\x1b[31m")
"""


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        (NO_LOSS, "finished", "No loss was found"),
        (FAILS, "failed", ""),
        ("assets/batches.py", "finished", "By its losses"),
    ],
    ids=["no loss", "fails", "batches"],
)
def test_every_view_of_any_script(tmp_path, script, status, said):
    path = tmp_path / "script.py"
    if script.endswith(".py"):
        path = script
    else:
        path.write_text(script)

    async def test(app):
        await press(app, "n", "n")
        seen = [view async for view, text in look(app) if text.strip()]
        await press(app, "G")
        await app.ended()
        seen += [view async for view, text in look(app) if text.strip()]
        # The scripts may have printed nothing.
        assert all(seen.count(view) == 2 for view in (*DETAILS[:3], *VIEWS))
        assert app.moment.status == status
        assert said in app.text_of("#diagnosis")
        text = app.text_of("#numbers")
        if status == "failed":
            assert "[/] no [bold] such" in text
            assert "the script failed" in text
        else:
            assert f"finished after {app.moment.epoch} epochs" in text
        await press(app, "p")
        assert app.moment.status == "paused"

    drive(test, stage=str(path))


@pytest.mark.parametrize(
    "values",
    [
        {"learning_rate": 0.125, "epochs": 5000},
        {"inputs": [1e6, 2e6, 3e6, 4e6], "targets": [2e6, 4e6, 6e6, 8e6]},
    ],
    ids=["slowly", "at once"],
)
def test_every_view_of_a_run_that_diverges(values):
    async def test(app):
        async def see():
            drawn = {view: text async for view, text in look(app)}
            assert [view for view in VIEWS if "●" in drawn[view]] == [*VIEWS]
            return drawn

        await press(app, "N", "N")
        await see()
        await press(app, "G")
        await app.ended()
        assert app.moment.status == "diverged"
        assert "inf" in (await see())["Numbers"]
        assert "Diverging" in app.text_of("#diagnosis")
        await press(app, "P", "comma", "comma")
        await see()

    drive(test, stage="model", values=values)


# Sizes --------------------------------------------------------------------------------


def check_frames(app, size):
    """Check that the screen has its size, every pane its whole border, and that no two of them
    lie on one another."""
    lines = app.screen_text().splitlines()
    assert [cell_len(line) for line in lines] == [size[0]] * size[1]
    screen = Region(0, 0, *size)
    regions = []
    for widget in app.main.query(".pane, .view"):
        region = widget.region
        if not region:
            continue
        assert screen.contains_region(region)
        assert not [other for other in regions if other.overlaps(region)]
        regions.append(region)
        if not widget.styles.border_top[0]:
            continue
        top, bottom = lines[region.y], lines[region.bottom - 1]
        corners = (
            top[region.x] + top[region.right - 1] + bottom[region.x] + bottom[region.right - 1]
        )
        assert corners == "╭╮╰╯", (widget.id, size)
        for row in lines[region.y + 1 : region.bottom - 1]:
            assert row[region.x] == row[region.right - 1] == "│", (widget.id, size)


STEPS = [
    *[(40, 12), (63, 17), (64, 18), (80, 24), (99, 27), (100, 28), (119, 35), (120, 36)],
    *[(200, 60), (200, 12), (40, 60)],
]
SAID = {
    "Numbers": "dJ/dweight = ",
    "Variables": "Changed by line 60",
    "Graph": "● bias",
    "Transcript": "epoch 1: w = ",
    "Fit": "●",
    "Landscape": "✕",
}


def test_every_view_is_drawn_at_every_size_and_nothing_outside_its_pane():
    async def test(app):
        await press(app, "N", "N", "n", "n", "n", "comma")
        for size in STEPS:
            await app.pilot.resize_terminal(*size)
            seen = []
            async for view, text in look(app, size):
                assert SAID[view] in text, (view, size)
                seen.append(view)
            assert sorted(seen) == sorted(SAID)

    drive(test, stage="model")


def test_up_and_down_open_the_operations_of_the_graph():
    async def test(app):
        await app.press("n", "n", "n", "D", "D")
        app.main.query_one("#graph").focus()
        await app.press("up")
        assert "dJ/d(power) = dJ/d(loss) · 1/4 for each" in app.text_of("#graph")
        await app.press("up", "up", "up")
        assert "dJ/d(w) = dJ/d(y_pred) · other, summed up" in app.text_of("#graph")
        gradient = float(app.moment.gradients["w"])
        assert f"= {gradient:g}" in app.text_of("#graph")
        await app.press("up", "up", "down")
        assert app.main.query_one("#graph")._opened == 1
        await app.press("n")
        assert "dJ/d(w)" in app.text_of("#graph")

    drive(test, stage="autograd", size=(160, 60))
