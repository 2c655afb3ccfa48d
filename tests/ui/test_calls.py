"""A run that is in a function of the script: what the screen says of it."""

from driving import drive

SCRIPT = """\
import torch
w = torch.tensor(1.0, requires_grad=True)
opt = torch.optim.SGD([w], lr=0.1)
def train():
    opt.zero_grad()
    inner_loss = (w - 3) ** 2
    inner_loss.backward()
    opt.step()
for epoch in range(4):
    train()
    print(epoch)
"""


def test_the_code_says_who_has_called_the_function_and_the_strip_follows(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(SCRIPT)

    async def test(app):
        strip = app.text_of("#pipeline")
        assert [each in strip for each in ("zero", "loss", "gradient", "update")] == [True] * 4
        assert "by hand" not in strip
        await app.press("n", "n", "n")
        assert app.moment.line == 7
        assert "in train(), called in line 10" in app.text_of("#code")
        await app.press("n", "n")
        assert app.moment.line == 10
        assert "called in line" not in app.text_of("#code")
        await app.press("p")
        assert "in train(), called in line 10" in app.text_of("#code")
        assert app.moment.line == 8

    drive(test, stage=str(path))
