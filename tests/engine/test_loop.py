"""The training loop of a script: found where it is, refused where it is not."""

from __future__ import annotations

import ast

import pytest

from gdtui import Script, ScriptError
from gdtui.stages import KEYS, OWN_NUMBER

P, L, G, U, Z, R = "predict", "loss", "gradient", "update", "zero", "report"


def phases(text):
    """The phases of the simple statements and headers of a script's loop, in order."""
    from gdtui.engine.program.program import compile_program

    return [each.phase for each in compile_program(Script(text)).statements]


@pytest.mark.parametrize(
    ("stage", "expected"),
    [
        ("manual", [P, L, G, U, R, R]),
        ("autograd", [P, L, G, U, U, Z, R, R]),
        ("optimizer", [P, L, G, U, Z, R, R]),
        ("model", [P, L, G, U, Z, R, None, R]),
        ("module", [P, L, G, U, Z, R, None, R]),
    ],
)
def test_phases_of_the_stages(stage, expected):
    assert phases(Script.stage(stage).text) == expected


@pytest.mark.parametrize(
    ("statement", "phase"),
    [
        ("optimizer.zero_grad(set_to_none=True)", Z),
        ("w.grad = None", Z),
        ("w.grad.zero_()", Z),
        ("dw = 0", Z),
        ("grads = np.zeros_like(w)", Z),
        ("(loss / 4).backward()", G),
        ("scaler.scale(loss).backward()", G),
        ("grad, = torch.autograd.grad(loss, w)", G),
        ("nn.utils.clip_grad_norm_(model.parameters(), 1)", G),
        ("dw = 2 * x", G),
        ("w_grad = x", G),
        ("optimizer.step()", U),
        ("opt.step(closure)", U),
        ("w = w - lr * dw", U),
        ("w[0] -= lr * dw", U),
        ("w += -lr * dw", U),
        ("scheduler.step()", None),
        ("logits = net(x)", P),
        ("y_hat = w * x", P),
        ("residual = y_pred - y", L),
        ("print(loss)", R),
        ("losses.append(loss)", R),
        ("x, y = batch", None),
        ("def closure():\n        return loss.backward()", None),
    ],
)
def test_phases_of_other_statements(statement, phase):
    text = f"for epoch in range(3):\n    loss = f(w)\n    w -= lr * dw\n    {statement}\n"
    assert phases(text)[2] == phase


@pytest.mark.parametrize(
    ("statement", "phase"),
    [
        ("p = {k: (p[k] - lr * g[k]).detach().requires_grad_() for k in p}", U),
        ("p = {k: (v - lr * g).detach() for (k, v), g in zip(p.items(), grads)}", U),
        ("p = [v - lr * v.grad for v in p]", U),
        ("p = [v - mean for v in p]", None),
        ("p = [v - lr * g for v, g in zip(q, grads)]", None),
        ("p = [v * g for v, g in zip(p, grads)]", None),
    ],
)
def test_phase_of_a_list_or_a_dict_of_tensors_that_is_made_anew(statement, phase):
    text = (
        f"import torch\nfor t in range(3):\n    loss = f(p)\n    loss.backward()\n    {statement}\n"
    )
    assert phases(text)[2] == phase


def loop_line(text):
    return Script(text).loop.line


def test_loops_that_do_not_train_are_passed_over():
    text = (
        "total = 0\n"
        "for i in range(3):\n    total += i\n"
        "while total > 0:\n    total -= 1\n"
        "for epoch in range(3):\n    loss.backward()\n    optimizer.step()\n"
        "for x in data:\n    print(x)\n"
    )
    assert loop_line(text) == 6


@pytest.mark.parametrize(
    "text",
    [
        "if __name__ == '__main__':\n    for e in range(3):\n        w -= lr * dw\n",
        "try:\n    for e in range(3):\n        w -= lr * dw\nexcept KeyboardInterrupt:\n    pass\n",
        "with open('log') as f:\n    while loss > 1:\n        optimizer.step()\n",
        "def train(): optimizer.step()\nfor e in range(3):\n    train()\n",
        "def update(w, dw): return w - dw\nfor e in range(3):\n    w = update(w, dw)\n",
        "for e in range(3):\n    for x in data:\n        w -= lr * dw\n",
        "def main():\n    for e in range(3):\n        w -= lr * dw\nmain()\n",
        "class Fit:\n    def run(self):\n        for e in range(3):\n            opt.step()\nFit().run()\n",
        "class Fit:\n    for e in range(3):\n        w -= lr * dw\n",
        "def one():\n    for b in data:\n        opt.step()\nfor e in range(3):\n    one()\n",
        "def one():\n    for b in data:\n        opt.step()\n"
        "def main():\n    for e in range(3):\n        one()\nmain()\n",
    ],
)
def test_where_a_loop_may_stand(text):
    line = Script(text).loop.line
    assert text.splitlines()[line - 1].strip().startswith(("for e in", "while loss"))


def test_several_loops_come_in_the_order_of_a_run():
    loops = Script(
        "def fine():\n    while loss > 1:\n        opt.step()\n"
        "for e in range(3):\n    opt.step()\n"
        "if True:\n    for e in range(3):\n        loss.backward()\n"
        "fine()\n"
    ).loops
    assert [loop.line for loop in loops] == [4, 7, 2]
    assert [loop.resumable for loop in loops] == [True, True, True]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("print(1)\n", "there is no training loop; one is a `for` or `while` that updates"),
        ("for i in range(3):\n    total += i\n", "there is no training loop"),
        ("for e in", ", line 1: this is not Python: invalid syntax"),
        ("for e in []:\n    w -= lr * dw\nreturn 3\n", "line 3: this is not Python"),
        ("for e in []:\n    w -= lr * dw\n    yield w\n", "'yield' outside function"),
        ("x = '\0'\n", "this is not Python"),
        ("", "there is no training loop"),
        ("(" * 300 + ")" * 300, "this is not Python"),
    ],
)
def test_what_is_refused(text, says):
    with pytest.raises(ScriptError) as error:
        Script(text, name="mine.py")
    assert says in str(error.value)
    assert str(error.value).startswith("mine.py")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("turns", ["epoch in range(9)", "_ in range(epochs)"])
def test_a_loop_over_epochs_that_lacks_its_update_is_a_training_loop(turns):
    text = f"for {turns}:\n    loss = (w * x - y) ** 2\n    dw = 2 * (w * x - y) * x\n"
    assert [loop.updated_names for loop in Script(text).loops] == [()]
    with pytest.raises(ScriptError, match="there is no training loop"):
        Script(text.replace("dw", "other"))


def test_titles_and_roles():
    roles = {stage: dict(Script.stage(stage).roles) for stage in KEYS}
    hand = "by hand"
    assert roles["manual"] == dict.fromkeys(roles["manual"], hand)
    assert list(roles["manual"]) == ["prediction", "gradients", "loss", "parameter updates"]
    assert list(roles["autograd"].values()) == [hand, "autograd", hand, hand]
    assert list(roles["optimizer"].values()) == [hand, "autograd", "PyTorch", "PyTorch"]
    assert list(roles["model"].values()) == ["nn.Linear", "autograd", "PyTorch", "PyTorch"]
    assert list(roles["module"].values()) == ["own nn.Module", "autograd", "PyTorch", "PyTorch"]
    assert roles["logistic"] == roles["manual"]
    torch = Script.stage("logistic").with_settings({"use_torch": True})
    assert list(torch.roles.values()) == ["torch.sigmoid", "autograd", "PyTorch", "PyTorch"]
    assert Script.stage("manual").title == "Everything by hand"
    assert Script("for e in []:\n    w -= lr * dw\n", name="a/mine.py").title == "mine.py"


def test_loading_by_name_number_and_path(tmp_path, monkeypatch):
    assert Script.load("manual").text == Script.load("1").text
    assert Script.load("5").name == "module"
    path = tmp_path / "x.py"
    path.write_bytes(b"\xef\xbb\xbfw = 1.0\r\nfor e in range(2):\r\n\tw -= 0.1 * w\r\n")
    script = Script.load(str(path))
    assert script.text.encode() == path.read_bytes()
    assert script.lines == ("w = 1.0", "for e in range(2):", "\tw -= 0.1 * w")
    (tmp_path / "plain").write_text("for e in range(2):\n    w -= 0.1 * w\n")
    monkeypatch.chdir(tmp_path)
    assert Script.load("plain").name == "plain"


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("missing.py", None, "there is no such file"),
        ("folder.py", "folder", "this is a folder"),
        ("latin.py", b"# caf\xe9\n", "not UTF-8: byte 5, in line 1"),
        ("cookie.py", b"# -*- coding: latin-1 -*-\n", "its encoding is latin-1"),
        ("large.py", b"#" * 1_000_001, "too large for a script"),
    ],
)
def test_files_that_cannot_be_used(tmp_path, name, content, says):
    path = tmp_path / name
    if content == "folder":
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(ScriptError) as error:
        Script.load(str(path))
    assert says in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("name", ["manul", "0", str(OWN_NUMBER), "99999999999", "", "Auto"])
def test_unknown_stages(name):
    with pytest.raises(ScriptError, match="unknown stage .* 1 manual, 2 autograd") as error:
        Script.load(name)
    assert ("did you mean" in str(error.value)) == (name in ("manul", "Auto"))


def test_the_tree_is_that_of_the_text():
    script = Script.stage("manual")
    assert ast.dump(script.tree) == ast.dump(ast.parse(script.text))
    list(map(script.loop.phase, script.loop.node.body))
    assert ast.dump(script.tree) == ast.dump(ast.parse(script.text))


@pytest.mark.parametrize("name", ["sgd", "adam", "self.adamw", "rms.rmsprop", "opt"])
def test_a_step_counts_by_what_people_call_an_optimizer(name):
    """Also where nothing else shows that the loop trains, as where backward is forgotten."""
    text = f"def go(x):\n    loss = x\n    {name}.step()\n\nfor epoch in range(3):\n    go(epoch)\n"
    assert Script(text).loop.line == 5
    with pytest.raises(ScriptError):
        _ = Script(text.replace(name, "clock")).loop
