"""Statements worked out again: right to the last bit, and without touching the run."""

from __future__ import annotations

import ast
import struct
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from pathlib import Path

import numpy as np
import pytest

from gdtui.engine.record.freezing import freeze
from gdtui.engine.record.summary import Summary
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.engine.workings.bits import same_bits
from gdtui.stages import KEYS

TESTS = Path(__file__).parent.parent
OTHERS = sorted([*(TESTS / "cases").glob("*.py"), *(TESTS / "scripts").glob("*.py")])
STATEMENTS = 30


def equal(one: object, other: object) -> bool:
    """Whether two frozen values hold the same bits."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return (
            one.dtype == other.dtype
            and one.shape == other.shape
            and (one.tobytes() == other.tobytes())
        )
    if isinstance(one, float) and isinstance(other, float):
        return struct.pack("d", one) == struct.pack("d", other) or (one != one and other != other)
    return type(one) is type(other) and one == other


def check_against_python(script: Script) -> tuple[int, int]:
    """Step through a script, and let Python compute every part of every statement in a second run
    that is one statement behind. Returns how many statements and parts were compared."""
    statements = parts = 0
    loops = [node.target for node in ast.walk(script.tree) if isinstance(node, ast.For)]
    turned = {n.id for each in loops for n in ast.walk(each) if isinstance(n, ast.Name)}
    with Timeline(script) as timeline, Timeline(script) as behind:
        moment = timeline.start()
        behind.start()
        for _ in range(STATEMENTS):
            moment = timeline.step()
            if moment.status.is_over:
                break
            working = moment.working
            if working is not None and not working.refusal:
                line = working.lines[-1]
                assert line.function == ""
                statements += 1
                for target, part in targets(script, moment.line, line):
                    held = moment.variable(target)
                    if held is not None and held.value is not None:
                        assert equal(part, held.value), (script.name, moment.place, target)
                names = dict(behind._execution.names)
                later = timeline._execution.names
                if behind.between_epochs:
                    # The header of the loop gives these their values, and is no statement.
                    names |= {each: later[each] for each in turned if each in later}
                with behind._execution._host.running():
                    for part, value in line.parts.items():
                        if part is line.expression and is_augmented(script, moment.line):
                            continue  # ``w - x`` is not ``w -= x``; its result is compared above
                        computed = python_computes(part, names, later)
                        if not isinstance(value, Summary):
                            assert equal(value, computed), (
                                script.name,
                                moment.place,
                                ast.unparse(part),
                            )
                        parts += 1
            behind.step()
    return statements, parts


def python_computes(part, names, later):
    """The frozen value of an expression, by Python itself."""
    code = compile(ast.unparse(part), "part", "eval")
    with np.errstate(all="ignore"):
        try:
            computed = eval(code, dict(names))
        except NameError:  # an argument of the function that the loop stands in, not yet called
            computed = eval(code, dict(later))
    if isinstance(computed, Iterator | KeysView | ValuesView | ItemsView):
        computed = list(computed)  # as what goes through it has it
    return freeze(computed)


def statement(script: Script, line: int) -> ast.stmt:
    (found,) = [n for n in ast.walk(script.tree) if isinstance(n, ast.stmt) and n.lineno == line]
    return found


def is_augmented(script: Script, line: int) -> bool:
    return isinstance(statement(script, line), ast.AugAssign)


def targets(script, number, line):
    """The names that a statement assigns, with what they should hold by its working."""
    node = statement(script, number)
    given = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    value = line.parts.get(line.expression)
    for each in given:
        if isinstance(each, ast.Name) and line.expression in line.parts:
            yield each.id, value
        elif isinstance(each, ast.Tuple) and isinstance(value, tuple):
            yield from (
                (part.id, one)
                for part, one in zip(each.elts, value, strict=True)
                if isinstance(part, ast.Name)
            )


@pytest.mark.parametrize("stage", KEYS)
def test_every_part_of_a_stage_is_what_python_computes(stage):
    statements, parts = check_against_python(Script.stage(stage))
    assert statements >= 7
    assert parts > 2 * statements


@pytest.mark.slow
@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.stem)
def test_every_part_of_a_script_is_what_python_computes(path):
    check_against_python(Script.load(str(path)))


def run_of(tmp_path, body: str, setup: str = "", epochs: int = 3) -> Script:
    text = f"import random\nimport numpy as np\n{setup}\nw = 1.0\nfor epoch in range({epochs}):\n"
    text += "".join(f"    {each}\n" for each in body.splitlines())
    text += "    w -= 0.1 * w\n"
    path = tmp_path / "own.py"
    path.write_text(text)
    return Script.load(str(path))


def workings_of(script: Script, count: int = 8):
    found = {}
    with Timeline(script) as timeline:
        timeline.start()
        for _ in range(count):
            moment = timeline.step()
            if moment.status.is_over:
                break
            found.setdefault(script.lines[moment.line - 1].strip(), moment.working)
    return found


REFUSED = {
    "v = random.random()": "draw other random numbers",
    "v = np.random.rand(3)": "draw other random numbers",
    "v = next(numbers)": "take one more element",
    "v = counted()": "more than to compute",
    "v = float(log.pop())": "make its change a second time",
    "v = loud * 2.0": "by a class that gdtui does not know",
    "v = loud.number": "runs code of its class",
    "v = w + sum(x for x in numbers)": "may use it up",
    "v = np.add(w, 1.0, out=spare)": "gdtui does not know whether",
    "v = careless(w)": "more than to compute",
}
SETUP = """
numbers = iter(range(100))
log = [1.0] * 50
spare = np.zeros(())
count = 0
def counted():
    global count
    count += 1
    return count
def careless(x):
    log.append(x)
    return x
class Loud:
    def __mul__(self, other):
        log.append(other)
        return other
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        log.append(name)
        return 1.0
loud = Loud()
"""


@pytest.mark.parametrize("line", REFUSED)
def test_what_would_do_something_twice_is_not_run_again(tmp_path, line):
    script = run_of(tmp_path, f"{line}\nprint(len(log), count, random.random(), v)", SETUP)
    working = workings_of(script)[line]
    assert working.lines == ()
    assert REFUSED[line] in working.refusal
    with Timeline(script) as stepped, Timeline(script) as straight:
        random_state = __import__("random").getstate()
        stepped.start()
        while not stepped.step().status.is_over:
            pass
        __import__("random").setstate(random_state)
        straight.run()
        assert same_lines(stepped) == same_lines(straight)
        assert np.array_equal(stepped.history.loss[:], straight.history.loss[:], equal_nan=True)


def same_lines(timeline):
    lines = timeline.transcript.lines(0, timeline.transcript.line_count)
    return [str(each) for each in lines]


def test_the_value_before_counts_where_a_statement_overwrites_it(tmp_path):
    setup = "a = np.array([1, 2, 3], dtype=np.float32)\nlist_ = [1.0, 2.0]\n"
    body = "a -= np.array([0.1, 0.2, 0.3])\na[0] = a[0] * 2\nlist_ = [x * 0.5 for x in list_]"
    found = workings_of(run_of(tmp_path, body, setup))
    line = found["a -= np.array([0.1, 0.2, 0.3])"].lines[-1]
    assert isinstance(line.expression, ast.BinOp)
    before, after = line.parts[line.expression.left], line.parts[line.expression]
    assert before.tolist() == [1, 2, 3]
    assert after.dtype == np.float32
    second = found["a[0] = a[0] * 2"].lines[-1]
    assert second.parts[second.expression] == pytest.approx(1.8)
    third = found["list_ = [x * 0.5 for x in list_]"].lines[-1]
    assert third.parts[third.expression] == (0.5, 1.0)


def test_what_a_function_of_the_script_has_in_the_place_of_numpy_s_is_gone_through(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(np, "mean", np.mean)  # which is put back
    setup = "def mean(x):\n    return x.sum() * 100\nnp.mean = mean"
    found = workings_of(run_of(tmp_path, "v = np.mean(np.ones(2))", setup))
    assert [each.left for each in found["v = np.mean(np.ones(2))"].lines] == [
        "np.mean(np.ones(2))",
        "v",
    ]
    assert found["v = np.mean(np.ones(2))"].lines[-1].parts != {}


def test_a_layer_with_a_hook_is_not_called_again(tmp_path):
    setup = "import torch\nlayer = torch.nn.Linear(1, 1)\nx = torch.ones(2, 1)\nhooked = []"
    plain = workings_of(run_of(tmp_path, "v = layer(x)", setup))["v = layer(x)"]
    assert plain.refusal == ""
    setup += "\nlayer.register_forward_hook(lambda *given: hooked.append(1))"
    found = workings_of(run_of(tmp_path, "v = layer(x)", setup))["v = layer(x)"]
    assert "layer()" in found.refusal


def test_a_moment_reached_by_whole_epochs_has_no_working():
    with Timeline(Script.stage("manual")) as timeline:
        assert timeline.start().working is None
        assert timeline.next_epoch().working is None
        assert timeline.step().working is not None
        assert timeline.back().working is None


def test_bits_are_compared_and_not_numbers():
    assert not same_bits(np.float32(0.0), np.float32(-0.0))
    assert same_bits(np.array([np.nan]), np.array([np.nan]))
    assert not same_bits(np.ones(2), np.ones(2, dtype=np.float32))
    assert not same_bits(1, 1.0)
    assert same_bits((1.0, "a", np.ones(2)), (1.0, "a", np.ones(2)))
