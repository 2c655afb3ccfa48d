"""The plot of the parameters of a net that has too many for a curve each."""

import numpy as np
from driving import drive

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
