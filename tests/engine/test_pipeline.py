"""Who does what in a script, and which lines belong together, read off its text."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gdtui import Script
from gdtui.engine.program.program import compile_program
from gdtui.engine.script.loop import Phase
from gdtui.engine.script.pipeline import (
    PIPELINE,
    called_lines,
    find_jobs,
    statement_lines,
    stepped_functions,
)
from gdtui.stages import KEYS

BATCHES = Script.from_file(Path(__file__).parents[2] / "assets" / "batches.py")


def line_of(script, start, nth=1):
    """The number of the line that starts like this."""
    numbers = [n for n, line in enumerate(script.lines, 1) if line.strip().startswith(start)]
    return numbers[nth - 1]


def jobs(script):
    """For each phase, who does it and the text of the lines that do."""
    return {
        job.phase.value: (job.who, [script.lines[line - 1].strip() for line in job.lines])
        for job in find_jobs(script)
    }


@pytest.mark.parametrize("zero_first", [True, False])
@pytest.mark.parametrize("apart", [True, False])
def test_a_phase_without_a_statement_of_its_own_stands_beside_its_neighbour(zero_first, apart):
    predicted = ["pred = model(x)", "loss = loss_fn(pred, y)"]
    body = predicted if apart else ["loss = loss_fn(model(x), y)"]
    zero = ["optimizer.zero_grad()"]
    rest = ["loss.backward()", "optimizer.step()"]
    lines = zero + body + rest if zero_first else body + rest + zero
    text = "import torch\nfor epoch in range(3):\n" + "".join(f"    {each}\n" for each in lines)
    order = [Phase.PREDICT, Phase.LOSS, Phase.GRADIENT, Phase.UPDATE]
    order.insert(0 if zero_first else 4, Phase.ZERO)
    assert [job.phase for job in find_jobs(Script(text))] == order


@pytest.mark.parametrize("script", [*map(Script.stage, KEYS), BATCHES], ids=[*KEYS, "batches"])
def test_jobs_come_in_the_order_of_the_script(script):
    jobs = find_jobs(script)
    assert {job.phase for job in jobs} == set(PIPELINE)
    lines = [job.lines[0] for job in jobs if job.lines]
    assert lines == sorted(lines)


def test_the_jobs_of_manual():
    assert jobs(Script.stage("manual")) == {
        "predict": ("by hand", ["y_pred = predict(x)"]),
        "loss": ("by hand", ["loss = mean_squared_error(y_pred, y)"]),
        "gradient": ("by hand", ["dw = gradient(x, y, y_pred)"]),
        "update": ("by hand", ["w -= learning_rate * float(dw)"]),
        "zero": ("not needed", []),
    }


def test_the_jobs_of_autograd():
    assert jobs(Script.stage("autograd")) == {
        "predict": ("by hand", ["y_pred = predict(x)"]),
        "loss": ("by hand", ["loss = mean_squared_error(y_pred, y)"]),
        "gradient": ("autograd", ["loss.backward()"]),
        "update": ("by hand", ["w -= learning_rate * w.grad"]),
        "zero": ("by hand", ["w.grad.zero_()"]),
    }


@pytest.mark.parametrize(
    ("stage", "who", "prediction"),
    [
        ("optimizer", "by hand", "predict(x)"),
        ("model", "nn.Linear", "model(x)"),
        ("module", "own nn.Module", "model(x)"),
    ],
)
def test_the_jobs_of_the_stages_with_an_optimizer(stage, who, prediction):
    assert jobs(Script.stage(stage)) == {
        "predict": (who, [f"y_pred = {prediction}"]),
        "loss": ("PyTorch", ["loss = criterion(y_pred, y)"]),
        "gradient": ("autograd", ["loss.backward()"]),
        "update": ("PyTorch", ["optimizer.step()"]),
        "zero": ("PyTorch", ["optimizer.zero_grad()"]),
    }


def test_the_jobs_of_a_loop_over_batches():
    assert jobs(BATCHES) == {
        "predict": ("nn.Sequential", ["y_pred = model(x[batch])"]),
        "loss": ("PyTorch", ["loss = criterion(y_pred, y[batch])"]),
        "gradient": ("autograd", ["loss.backward()"]),
        "update": ("PyTorch", ["optimizer.step()"]),
        "zero": ("PyTorch", ["optimizer.zero_grad()"]),
    }


def test_without_a_docstring_the_statements_tell_who_does_it():
    told = jobs(Script(Script.stage("module").text.split('"""', 2)[2]))
    assert {phase: who for phase, (who, _) in told.items()} == {
        "predict": "",
        "loss": "",
        "gradient": "autograd",
        "update": "PyTorch",
        "zero": "PyTorch",
    }
    told = jobs(Script("w = 1.0\nfor e in range(3):\n    dw = 2 * w\n    w -= 0.1 * dw\n"))
    assert told["gradient"] == ("by hand", ["dw = 2 * w"])
    assert told["update"] == ("by hand", ["w -= 0.1 * dw"])
    assert told["loss"] == ("", [])
    assert told["zero"] == ("not needed", [])


LAID_OUT = Script(
    """w = 1.0
inputs = [
    1,
    2,
]
def step(
    value,
    rate=0.1,
):
    return value * rate
for epoch in range(
    10
):
    if (
        w > 0
        and epoch
    ): w -= 0
    dw = step(
        w,
        rate=step(0.5),
    )
    w -= 0.1 * dw
    while w > 1e9: w = 1.0
"""
)


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("w = 1.0", "w = 1.0"),
        ("inputs = [", "]"),
        ("def step(", "):"),
        ("return", "return"),
        ("dw = step(", ")"),
        ("w -= 0.1", "w -= 0.1"),
        ("while", "while"),
    ],
)
def test_a_statement_has_all_its_lines_and_a_compound_one_its_header(start, last):
    first = line_of(LAID_OUT, start)
    lines = statement_lines(LAID_OUT, first)
    assert lines.start == first
    assert LAID_OUT.lines[lines[-1] - 1].strip().startswith(last)
    assert not any(LAID_OUT.lines[n - 1].strip().startswith(last) for n in lines[:-1])


def test_the_header_of_a_loop_ends_before_its_body():
    assert statement_lines(LAID_OUT, LAID_OUT.loop.line) == range(11, 14)


def test_a_line_at_which_nothing_begins_stands_alone():
    assert statement_lines(LAID_OUT, 3) == range(3, 4)
    assert statement_lines(LAID_OUT, 999) == range(999, 1000)


def definition(script, start, last):
    return range(line_of(script, start), line_of(script, last) + 1)


def test_a_call_leads_to_the_function_of_the_script():
    manual = Script.stage("manual")
    predict = definition(manual, "def predict", "return w * x")
    loss = definition(manual, "def mean_squared_error", "return ((y_pred")
    gradient = definition(manual, "def gradient", "return per_sample")
    assert called_lines(manual, line_of(manual, "y_pred = predict(x)")) == (predict,)
    assert called_lines(manual, line_of(manual, "loss = ")) == (loss,)
    assert called_lines(manual, line_of(manual, "dw = ")) == (gradient,)
    assert called_lines(manual, line_of(manual, "w -= ")) == ()
    assert called_lines(manual, line_of(manual, 'print(f"Prediction')) == (predict,)


def test_calling_a_module_leads_to_its_forward():
    module = Script.stage("module")
    forward = definition(module, "def forward", "return self.linear(x)")
    assert called_lines(module, line_of(module, "y_pred = model(x)")) == (forward,)
    assert called_lines(module, line_of(module, "loss = criterion")) == ()
    assert called_lines(module, line_of(module, "optimizer.step()")) == ()


def test_calling_a_layer_of_pytorch_leads_nowhere():
    model = Script.stage("model")
    assert called_lines(model, line_of(model, "y_pred = model(x)")) == ()


def test_calls_in_all_lines_of_a_statement_count_once():
    assert called_lines(LAID_OUT, line_of(LAID_OUT, "dw = step(")) == (range(6, 11),)
    script = Script(
        """def slope(w):
    return 2 * w
w = 1.0
for epoch in range(3):
    w -= (
        0.1
        * slope(w)
        * slope(0.5)
    )
"""
    )
    assert called_lines(script, 5) == (range(1, 3),)


def test_an_object_without_forward_is_called_by_its_call():
    script = Script(
        """class Line:
    def __call__(self, x):
        return w * x
line = Line()
w = 1.0
for epoch in range(3):
    loss = line(2.0) ** 2
    w -= 0.1 * loss
"""
    )
    assert called_lines(script, 7) == (range(2, 4),)


def test_what_is_predicted_for_an_evaluation_is_no_part_of_the_training_step():
    text = (
        "import torch\n"
        "model = torch.nn.Linear(1, 1)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "x, y = torch.ones(4, 1), torch.ones(4, 1)\n"
        "for epoch in range(3):\n"
        "    optimizer.zero_grad()\n"
        "    loss = torch.nn.functional.mse_loss(model(x), y)\n"
        "    loss.backward()\n"
        "    optimizer.step()\n"
        "    with torch.no_grad():\n"
        "        out = model(x)\n"
        "        val_loss = torch.nn.functional.mse_loss(out, y)\n"
    )
    jobs = find_jobs(Script(text))
    assert [each.phase.value for each in jobs] == ["zero", "predict", "loss", "gradient", "update"]
    assert {each.phase.value: each.lines for each in jobs}["loss"] == (7,)
    assert jobs[1].lines == ()


def test_a_loop_that_runs_without_autograd_as_a_whole_predicts_all_the_same():
    text = (
        "import torch\nw = torch.zeros(1)\nx, y = torch.ones(4), torch.ones(4)\n"
        "with torch.no_grad():\n"
        "    for epoch in range(3):\n"
        "        out = w * x\n        loss = ((out - y) ** 2).mean()\n"
        "        dw = 2 * (x * (out - y)).mean()\n        w -= 0.1 * dw\n"
    )
    jobs = {each.phase.value: each.lines for each in find_jobs(Script(text))}
    assert (jobs["predict"], jobs["loss"]) == ((6,), (7,))


def test_scripts_of_the_same_text_have_functions_of_their_own():
    text = (
        "def step(w):\n    w = w - 0.1 * 2 * w\n    return w\n\nw = 1.0\n"
        "for epoch in range(3):\n    loss = w * w\n    w = step(w)\n"
    )
    for _ in range(2):
        script = Script(text)
        nodes = set(ast.walk(script.tree))
        assert stepped_functions(script)
        assert nodes.issuperset(stepped_functions(script))
        compile_program.cache_clear()
        assert compile_program(script).script is script
