"""The app with a learner's own data."""

from __future__ import annotations

import pytest
from driving import drive

from gdtui import Script
from gdtui.data.samples import read_samples

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("count", [6, 60])
def test_data_goes_along_to_the_stages_that_can_learn_from_it(tmp_path, count):
    path = tmp_path / "mine.csv"
    path.write_text("x,y\n" + "".join(f"{n / count},{3 * n / count}\n" for n in range(count)))

    async def test(app):
        def samples():
            variables = {each.name: each.value for each in app.moment.variables}
            return len(variables["x"])

        assert any(f"{count} samples" in each.message.plain for each in app.app._notifications)
        assert samples() == count
        await app.press("2")
        await app.loaded()
        assert samples() == count
        await app.press("6")
        await app.loaded()
        assert samples() == 8
        await app.press("1", "r")
        await app.loaded()
        assert samples() == 4
        await app.press("u")
        await app.loaded()
        assert samples() == count

    drive(test, "manual", {"learning_rate": 0.002}, samples=read_samples(path))


@pytest.mark.parametrize("count", [6, 60])
def test_data_stays_when_the_script_is_read_again(tmp_path, count):
    data, path = tmp_path / "mine.csv", tmp_path / "mine.py"
    data.write_text("x,y\n" + "".join(f"{n / count},{3 * n / count}\n" for n in range(count)))
    text = Script.stage("manual").text
    path.write_text(text)

    async def test(app):
        path.write_text(text.replace("epochs = 10", "epochs = 12"))
        await app.press("R")
        await app.until(lambda: app.app.report.script.value("epochs") == 12)
        await app.loaded()
        variables = {each.name: each.value for each in app.moment.variables}
        assert len(variables["x"]) == count

    drive(test, str(path), samples=read_samples(data))
