"""The plot of the parameters of a net that has too many for a curve each."""

import numpy as np
import pytest
from driving import drive

from gdtui.analysis.numerals import SHORT

pytestmark = pytest.mark.slow

SCRIPT = """\
import numpy as np
rng = np.random.default_rng(0)
still, moving, b = rng.normal(size=(4, 3)), rng.normal(size=(4, 3)), 0.0
for epoch in range(6):
    loss = (still ** 2).sum() + (moving ** 2).sum() + b
    d_still, d_moving, d_b = 2 * still, 2 * moving, 1.0
    still -= 1e-6 * d_still
    moving -= 0.1 * d_moving
    b -= 0.001 * d_b
"""


def test_norms_are_drawn_those_first_that_move_most(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT)

    async def test(app):
        await app.press("G")
        await app.ended()
        moving = np.linalg.norm(app.app.report.history.parameters["moving"][-1])
        title = app.text_of("#parameters").splitlines()[0]
        assert "norms of" in title
        assert f"moving {moving:.5g}" in title
        assert "still" not in title.partition("moving")[0]

    drive(test, stage=str(path))


def test_a_few_numbers_have_a_curve_each():
    async def test(app):
        await app.press("N")
        assert "norms" not in app.text_of("#parameters")

    drive(test, stage="module")


MANY = """\
import numpy as np
rng = np.random.default_rng(0)
layers = {f"layer{n}": rng.normal(size=(4, 3)) for n in range(8)}
for epoch in range(6):
    loss = sum((each ** 2).sum() for each in layers.values())
    for number, name in enumerate(layers):
        gradient = 2 * layers[name]
        layers[name] -= 0.01 * number * gradient
"""


def drawn(app):
    """The curves, in the order of their colours. The title has no room for all of them."""
    found = [name for name, _ in app.main._plots._run_plots._parameter_curves.drawn()]
    assert found[0] in app.text_of("#parameters").splitlines()[0]
    return found


def test_m_chooses_the_norms_that_are_drawn(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MANY)

    async def test(app):
        assert "m curves" not in app.text_of("#keys")
        await app.press("G")
        await app.ended()
        assert "m curves" in app.text_of("#keys")
        assert drawn(app)[0] == "layers['layer7']"
        await app.press("m")
        listed = app.screen_text()
        assert listed.index("layers['layer7']  4x3") < listed.index("layers['layer1']  4x3")
        norm = np.linalg.norm(app.app.report.history.parameters["layers['layer7']"][-1])
        assert f"4x3, norm {SHORT(norm)}" in listed
        # Five are marked. The sixth is refused, with a word.
        await app.press("end", "space")
        assert any("5 curves are drawn at most" in each.message for each in app.app._notifications)
        # All but the first are unmarked, and the last is marked.
        await app.press("home", "down", "space", "down", "space", "down", "space", "down", "space")
        await app.press("end", "space", "enter")
        assert drawn(app) == ["layers['layer7']", "layers['layer0']"]
        # The choice holds for the next run of the script.
        await app.press("g")
        await app.press("G")
        await app.ended()
        assert drawn(app) == ["layers['layer7']", "layers['layer0']"]
        await app.press("m", "t")
        assert len(drawn(app)) == 5

    drive(test, stage=str(path), size=(160, 50))


def test_escape_leaves_the_curves_as_they_are(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(MANY)

    async def test(app):
        await app.press("N")
        before = drawn(app)
        await app.press("m", "space", "escape", "escape")
        assert drawn(app) == before

    drive(test, stage=str(path), size=(120, 36))


def test_where_each_number_has_a_curve_there_is_nothing_to_choose():
    async def test(app):
        await app.press("N", "m")
        assert len(app.app.screen_stack) == 1
        assert "m curves" not in app.text_of("#keys")

    drive(test, stage="module")
