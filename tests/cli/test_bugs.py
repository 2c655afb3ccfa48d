"""``gdtui bugs``: a bug lab of one's own script."""

from __future__ import annotations

import pytest
from forking import gdtui

pytestmark = pytest.mark.slow

BY_HAND = """
x = [1.0, 2.0, 3.0]
w = 0.0
learning_rate = 0.05
for epoch in range(30):
    error = [w * each - 2 * each for each in x]
    loss = sum(each**2 for each in error) / 3
    grad = sum(2 * each * off for each, off in zip(x, error)) / 3
    w -= learning_rate * grad
"""
BY_TORCH = """
import torch
torch.manual_seed(0)
learning_rate = 0.1
x = torch.randn(20, 2)
y = x @ torch.tensor([[1.0], [2.0]])
model = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)
for epoch in range(30):
    pred = model(x)
    loss = ((pred - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def bugs(*arguments, typed=""):
    done = gdtui("bugs", *arguments, typed=typed)
    return done.returncode, done.stdout.splitlines(), done.stderr.splitlines()


def written(tmp_path, text):
    path = tmp_path / "mine.py"
    path.write_text(text)
    return path


def test_bugs_with_an_effect_are_listed_by_what_a_run_shows(tmp_path):
    path = written(tmp_path, BY_HAND)
    code, (head, *listed), complaints = bugs(path)
    assert (code, complaints, head) == (0, [], "3 of 3 bugs have an effect:")
    assert [each.split()[0] for each in listed] == ["1", "2", "3"]
    assert not any("line" in each for each in listed)
    _, (_, *answered), _ = bugs(path, "--answers")
    assert [each.strip() for each in answered[1::2]] == [
        "line 4: the learning rate is 100 times what it was",
        "line 4: the learning rate is a 1000th of what it was",
        "line 9: the update goes uphill",
    ]
    # A run shows what is listed.
    broken = tmp_path / "broken.py"
    assert bugs(path, "--play", 3, "-o", broken)[0] == 0
    assert broken.read_text() == BY_HAND.replace("w -=", "w +=")
    assert "exists" in bugs(path, "--play", 3, "-o", broken)[2][0]


def test_a_bug_is_found_by_its_line_or_by_a_mend(tmp_path):
    path = written(tmp_path, BY_TORCH)
    _, (_, *answered), _ = bugs(path, "--answers")
    kinds = [each.strip() for each in answered[1::2]]
    assert "line 11: the loss is cut off from the parameters" in kinds
    number = kinds.index("line 12: the gradients are never set back to zero") + 1
    code, lines, complaints = bugs(path, "--play", number, typed="\n12\n\n\n")
    assert (code, complaints) == (0, [])
    assert any("Right: line 12." in each for each in lines)
    code, lines, _ = bugs(path, "--play", number, typed="\n+11: optimizer.zero_grad()\n\n\n")
    assert any("Right: with your mend" in each for each in lines)
    code, lines, _ = bugs(path, "--play", number, typed="\n8\n\n\n")
    assert any("Line 8 is correct." in each for each in lines)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["1"], "bugs are planted into .py files"),
        (["MINE", "--play", "99"], "--play 99: there are 3 bugs"),
        (["MINE", "-o", "x.py"], "name it by --play N"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path, arguments, says):
    path = written(tmp_path, BY_HAND)
    code, lines, (complaint,) = bugs(*[path if each == "MINE" else each for each in arguments])
    assert (code, lines) == (2, [])
    assert says in complaint


def test_a_script_that_fails_or_that_sets_no_seed_says_so(tmp_path):
    fails = written(tmp_path, BY_HAND + "    assert epoch < 3\n")
    assert "fails without any bug: AssertionError" in bugs(fails)[2][0]
    unseeded = written(tmp_path, BY_TORCH.replace("torch.manual_seed(0)\n", ""))
    assert bugs(unseeded)[0] == 0
    assert "let it set a seed" in bugs(unseeded, "--play", 1)[2][0]
