"""A few whole screens, drawn as they were when someone last looked at them.

After a change that is meant, look at the new pictures and keep them with ``pytest
tests/ui/test_snapshots.py --snapshot-update``.
"""

from __future__ import annotations

import pytest
from driving import drive
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class Svg(SingleFileSnapshotExtension):
    _file_extension = "svg"
    file_extension = "svg"
    _write_mode = WriteMode.TEXT


@pytest.fixture
def picture(snapshot):
    return snapshot.use_extension(Svg)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "theme", "keys"),
    [
        ((120, 36), "gdtui-dark", ["G", "P", "P", "p"]),
        ((120, 36), "gdtui-light", ["N", "N", "n", "n", "n"]),
        ((80, 24), "gdtui-dark", ["N", "N", "n"]),
        ((80, 24), "gdtui-light", ["G", "l", "tab"]),
        ((40, 12), "gdtui-dark", ["N", "n"]),
    ],
    ids=["wide-dark", "wide-light", "narrow-dark", "narrow-light", "small-dark"],
)
def test_the_screen(size, theme, keys, picture):
    drawn = []

    async def test(app):
        app.app.theme = theme
        await app.press(*keys)
        await app.until(lambda: app.app.idle)
        drawn.append(app.app.export_screenshot())

    drive(test, size=size)
    assert drawn[0] == picture
