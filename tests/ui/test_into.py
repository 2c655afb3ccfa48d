"""The keys that go into a function of the script and out of it."""

import pytest
from driving import drive

SCRIPT = """\
import numpy as np

def predict(x):
    scaled = 2 * x
    return w * scaled

x = np.arange(1.0, 5.0)
y = 4 * x
w = 0.0
for epoch in range(6):
    out = predict(x)
    loss = ((out - y) ** 2).mean()
    dw = (4 * x * (out - y)).mean()
    w -= 0.01 * dw
"""


@pytest.mark.slow
def test_i_goes_into_a_function_and_o_out_of_it(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT)

    async def test(app):
        assert "i into" in app.text_of("#keys")
        assert "o out" not in app.text_of("#keys")
        await app.press("N", "N", "i")
        assert app.moment.position == (3, 0, 1)
        assert "in predict(), called in line 11" in app.text_of("#code")
        assert "o out" in app.text_of("#keys")
        assert "3/6" in app.text_of("#header")
        await app.press("n")
        assert app.moment.line == 4
        assert app.moment.variable("scaled").value.tolist() == [2, 4, 6, 8]
        await app.press("p")
        assert app.moment.line == 3
        await app.press("o")
        assert (app.moment.line, app.moment.inner) == (11, 0)
        assert "o out" not in app.text_of("#keys")

    drive(test, stage=str(path), size=(140, 40))


@pytest.mark.slow
def test_the_fit_shows_the_samples_of_the_loop_inside_a_function_with_names_of_its_own(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT.replace("(x):", "(x, y=1):"))

    async def test(app):
        await app.press("N", "N", "i")
        assert app.moment.variable("y").value == 1
        assert "samples" in app.text_of("#fit")
        assert "nothing to draw" not in app.text_of("#fit")

    drive(test, stage=str(path), size=(120, 36))


def test_at_the_end_of_the_run_and_outside_of_functions_the_keys_do_nothing(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT)

    async def test(app):
        await app.press("o")
        assert app.moment.position == (0, 0)
        await app.press("G")
        await app.until(lambda: app.moment is not None and app.moment.status == "finished")
        before = app.moment.position
        await app.press("i", "o")
        assert app.moment.position == before

    drive(test, stage=str(path))
