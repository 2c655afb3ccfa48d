"""Batches: the keys that go from one to the next, and what the screen says of them."""

import pytest
from driving import drive

SCRIPT = """\
import numpy as np
w = 0.0
for epoch in range(3):
    for batch in range(2):
        x = np.arange(1.0, 4.0) + batch
        loss = ((w * x - x) ** 2).mean()
        dw = (2 * x * (w * x - x)).mean()
        w -= 0.01 * dw
"""


@pytest.mark.slow
def test_b_goes_from_batch_to_batch_and_the_header_counts_them(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT)

    async def test(app):
        assert "B batch" in app.text_of("#keys").replace("b/B", "B")
        seen = []
        for _ in range(4):
            await app.press("b")
            seen.append((app.moment.epoch, app.moment.batch, app.moment.epoch_over))
        assert seen == [(1, 1, False), (1, 2, False), (1, 2, True), (2, 1, False)]
        assert "2/3 batch 1" in app.text_of("#header")
        await app.press("B")
        assert app.moment.position[0] == 1
        assert "batch" not in app.text_of("#header").replace("last batch", "")

    drive(test, stage=str(path))


@pytest.mark.slow
def test_a_script_without_batches_has_no_such_key():
    async def test(app):
        assert "batch" not in app.text_of("#keys")
        await app.press("b")
        assert app.moment.position == (0, 0)

    drive(test)
