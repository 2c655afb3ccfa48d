"""A script with arguments in the app: they stay its own, whatever the learner does."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui import Script
from gdtui.engine.errors import ScriptError
from gdtui.stages import OWN_NUMBER
from gdtui.ui.app import GdtuiApp
from gdtui.ui.texts.wording import argument_for, arguments_text

pytestmark = pytest.mark.slow

TEXT = """\
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.125)
parser.add_argument("--factor", type=float, default=1.0)
parser.add_argument("name", default="")
options = parser.parse_args()
w = 8.0
for epoch in range(4):
    loss = w * w
    dw = 2 * w
    w -= options.lr * options.factor * dw
print("done by", options.name)
"""
ARGUMENTS = ["--lr", "0.25", "two words"]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(TEXT)
    return path


def test_they_hold_on_every_way_in(path):
    async def one_epoch(app, expected):
        await app.until(lambda: app.app.idle and app.moment is not None)
        await app.press("g", "N")
        assert app.moment.parameters["w"] == expected

    async def test(app):
        assert "mine.py --lr 0.25 'two words'" in app.text_of("HeaderBar")
        await one_epoch(app, 4.0)
        await app.press("N", "N", "p", "P")  # back, by way of a checkpoint
        assert (app.moment.epoch, app.moment.parameters["w"]) == (2, 2.0)
        await app.type_into("factor", "2.0")
        await app.press("enter", "escape")
        await one_epoch(app, 0.0)
        await app.press("u")  # the setting
        await one_epoch(app, 4.0)
        await app.press("U")
        await one_epoch(app, 0.0)
        await app.press("r")
        await one_epoch(app, 4.0)
        await app.press("2")
        await app.until(lambda: app.app.script.name == "autograd" and app.app.idle and app.moment)
        assert "0.25" not in app.text_of("HeaderBar")
        assert app.app.script.arguments == ()
        await app.press(str(OWN_NUMBER))
        await one_epoch(app, 4.0)
        path.write_text(TEXT.replace("w = 8.0", "w = 16.0"))
        await app.press("R")
        await one_epoch(app, 8.0)
        path.write_text(TEXT.replace("w = 8.0", "w = 32.0"))
        await app.app.look_at_file()
        await app.press("G")
        await app.ended()
        assert "done by two words" in app.app.report.transcript.text

    drive(test, str(path), arguments=ARGUMENTS)


def test_a_watched_file_is_read_again_with_them(path):
    async def test(app):
        path.write_text(TEXT.replace("w = 8.0", "w = 16.0"))
        await app.until(lambda: "w = 16.0" in app.app.script.text and app.app.idle and app.moment)
        await app.press("N")
        assert app.moment.parameters["w"] == 8.0

    drive(test, str(path), arguments=ARGUMENTS, watch=True)


def test_the_settings_say_that_an_argument_has_the_last_word(path):
    async def test(app):
        assert "What --lr 0.25 'two" in app.text_of("#settings")
        app.field("lr").focus()
        await app.pilot.pause()
        said = " ".join(app.text_of("#settings").split())
        assert "The argument --lr has" in said
        app.field("factor").focus()
        await app.pilot.pause()
        assert "The argument" not in app.text_of("#settings")
        await app.press("escape", "2")
        await app.until(lambda: app.app.script.name == "autograd" and app.app.idle and app.moment)
        assert "What --lr" not in app.text_of("#settings")

    drive(test, str(path), arguments=ARGUMENTS)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (64, 18)])
def test_long_and_hostile_arguments_take_no_room_from_the_rest(path, size):
    headers = []

    async def test(app):
        assert "\x1b" not in app.screen_text()
        headers.append(app.text_of("HeaderBar"))

    text = TEXT.replace('"name", default=""', '"--name", default=""')
    path.write_text(f'"""Short"""\n{text}')
    long = ["--name", "\x1b[31m" + "very long " * 900]
    for arguments in (long, []):
        drive(test, str(path), size=size, arguments=arguments)
    given, plain = headers
    assert given != plain
    assert given.startswith(plain[: plain.index("Short") + 5] + " --name '·[31m")
    assert given.partition("…")[2].strip() == plain.partition("Short")[2].strip()


def test_an_argument_that_ends_the_script_is_seen(path):
    async def test(app):
        await app.ended()
        assert "usage: mine.py" in app.app.report.transcript.text

    drive(test, str(path), arguments=["--help"])


def test_the_app_gives_a_stage_none():
    with pytest.raises(ScriptError, match="manual is a stage"):
        GdtuiApp("manual", arguments=["--lr", "0.5"])


def test_which_argument_belongs_to_a_setting():
    script = Script(
        TEXT, "mine", "mine.py", arguments=("--batch-size=4", "--lr", "0.25", "--", "-x", "")
    )
    assert argument_for("batch_size", script) == "--batch-size=4"
    assert argument_for("lr", script) == "--lr"
    assert [argument_for(each, script) for each in ("l", "x", "size", "lr_decay")] == [""] * 4
    assert arguments_text(script) == "--batch-size=4 --lr 0.25 -- -x ''"
