"""Stepping into functions of the script that do not train by themselves, and out of them."""

from __future__ import annotations

import functools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import training_scripts

from gdtui import Script, Timeline
from gdtui.engine.run.opened import functions_in

SCRIPT = '''\
def scaled(a):
    """A string that says what it does is no statement."""
    b = a * 2
    return b

def predict(x):
    first = scaled(x)
    return w * first

w = 0.0
for epoch in range(5):
    y = predict(1.0)
    loss = (y - 4.0) ** 2
    dw = 4 * (y - 4.0)
    w -= 0.05 * dw
    print(epoch, round(w, 4), scaled(1), end="|")
'''
AT = {text.strip(): line for line, text in enumerate(SCRIPT.splitlines(), 1)}


def timeline(text=SCRIPT):
    return Timeline(Script(text))


def place(moment):
    text = SCRIPT.splitlines()[moment.line - 1].strip() if moment.line else ""
    return text, [tuple(each) for each in moment.calls]


def places(move, count):
    return [place(move()) for _ in range(count)]


IN_PREDICT = ("predict", AT["y = predict(1.0)"])
IN_SCALED = ("scaled", AT["first = scaled(x)"])


def test_into_goes_into_each_function_that_is_called_and_back_where_it_returns():
    with timeline() as run:
        assert places(run.step_into, 9) == [
            ("def predict(x):", [IN_PREDICT]),
            ("def scaled(a):", [IN_PREDICT, IN_SCALED]),
            ("b = a * 2", [IN_PREDICT, IN_SCALED]),
            ("return b", [IN_PREDICT, IN_SCALED]),
            ("first = scaled(x)", [IN_PREDICT]),
            ("return w * first", [IN_PREDICT]),
            ("y = predict(1.0)", []),
            ("loss = (y - 4.0) ** 2", []),
            ("dw = 4 * (y - 4.0)", []),
        ]


def test_a_step_inside_passes_over_what_the_function_calls():
    with timeline() as run:
        run.step_into()
        assert places(run.step, 3) == [
            ("first = scaled(x)", [IN_PREDICT]),
            ("return w * first", [IN_PREDICT]),
            ("y = predict(1.0)", []),
        ]


def test_out_runs_to_the_caller():
    with timeline() as run:
        places(run.step_into, 3)
        assert places(run.step_out, 3) == [
            ("first = scaled(x)", [IN_PREDICT]),
            ("y = predict(1.0)", []),
            ("loss = (y - 4.0) ** 2", []),  # in no function: a step
        ]


def test_out_of_a_function_does_not_go_into_the_next_one_that_the_statement_calls():
    text = SCRIPT.replace("predict(1.0)", "predict(1.0) + 0 * scaled(1)")
    with timeline(text) as run:
        places(run.step_into, 5)
        assert run.moment.calls[-1].name == "predict"
        assert run.step_out().calls == ()
        run.back()
        places(run.step_into, 6)
        assert run.step().calls == ()  # nor does a step from the return of one


def test_back_inside_goes_to_the_statement_before_and_then_to_the_caller():
    with timeline() as run:
        run.seek(2)
        forwards = [run.moment, *(run.step_into() for _ in range(6))]
        assert [each.position for each in forwards][:3] == [(2, 5), (3, 0, 1), (3, 0, 2)]
        # scaled() is passed over backwards as well.
        wanted = [place(forwards[n]) for n in (5, 1)]
        assert places(run.back, 2) == wanted
        assert run.back().position == (2, 5)
        assert run.moment.epoch_over


def test_many_statements_back_from_inside_count_the_place_inside_as_one():
    with timeline() as run:
        run.seek(2)
        run.step()
        places(run.step_into, 4)
        run.seek(3)
        places(run.step_into, 4)
        assert run.back(3).position == (3, 3)


def test_the_names_inside_are_those_of_the_function_and_the_loop_keeps_its_own():
    with timeline(SCRIPT.replace("def predict(x)", "def predict(x, y=7)")) as run:
        run.seek(1)
        moment = run.step_into()
        assert moment.variable("x").value == 1.0
        assert moment.variable("y").value == 7
        assert moment.loop_variable("y").value == 0.0
        assert moment.assigned_inside == ("x", "y")
        assert moment.assigned == ()
        assert moment.before.epoch == 1
        outside = run.step_out()
        assert outside.variables is outside.loop_variables


def test_functions_have_their_own_code_when_nobody_is_in_them():
    with timeline() as run:
        run.step()
        names = [run._execution.namespace]
        before = {id(each): each.__code__ for each in functions_in(names)}

        def changed():
            return [each for each in functions_in(names) if each.__code__ is not before[id(each)]]

        run.step_into()  # there is nothing to go into
        assert (run.moment.inner, changed()) == (0, [])
        run.seek(1)
        run.step_into()
        assert run.moment.inner
        assert len(changed()) == 2
        run.next_epoch()
        assert (run.moment.inner, changed()) == (0, [])
        run.step_into()
        run.close()
        assert all(each.__code__ is before[id(each)] for each in functions_in(names))


def test_a_run_that_was_stepped_into_records_and_prints_what_a_straight_one_does():
    with timeline() as straight, timeline() as stepped:
        straight.run()
        places(stepped.step_into, 12)
        stepped.seek(4)
        places(stepped.step_into, 9)
        stepped.back()
        stepped.run()
        assert stepped.history.loss.tolist() == straight.history.loss.tolist()
        assert stepped.transcript.text == straight.transcript.text


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("class M:\n    def f(self):\n        return 1\nm = M()\n", "m.f()"),
        ("class M:\n    @staticmethod\n    def f():\n        return 1\n", "M.f()"),
        ("class M:\n    @classmethod\n    def f(cls):\n        return 1\n", "M.f()"),
        ("class M:\n    @property\n    def f(self):\n        return 1\nm = M()\n", "m.f"),
        ("class M:\n    def __call__(self):\n        return 1\nm = M()\n", "m()"),
        ("def make():\n    def f():\n        return 1\n    return f\ng = make()\n", "g()"),
        (
            "import functools\ndef f(a):\n    return a\ng = functools.partial(f, 1)\n",
            "g()",
        ),
        (
            "import functools\n"
            "def loud(f):\n    @functools.wraps(f)\n    def g():\n        return f()\n"
            "    return g\n@loud\ndef h():\n    return 1\n",
            "h()",
        ),
        ("def f():\n    return 1\ntable = {'a': [f]}\n", "table['a'][0]()"),
        ("def f():\n    return 1\n", "max(range(3), key=lambda _: f())"),
        ("def f():\n    yield 1\n", "sum(f())"),
    ],
)
def test_functions_are_found_wherever_the_script_keeps_them(text, name):
    loop = f"w = 1.0\nfor epoch in range(3):\n    loss = w * w + {name}\n    w -= 0.1 * 2 * w\n"
    with timeline(text + loop) as run:
        moment = run.step_into()
        assert moment.inner == 1
        assert moment.calls[-1].line == len((text + loop).splitlines()) - 1
        assert run.step_out().line == len((text + loop).splitlines()) - 1


@pytest.mark.slow
def test_a_forward_that_a_module_calls_is_gone_into():
    text = (
        "import torch\n"
        "class Net(torch.nn.Module):\n"
        "    def __init__(self):\n        super().__init__()\n"
        "        self.layer = torch.nn.Linear(1, 1)\n"
        "    def forward(self, x):\n        return self.layer(x)\n"
        "net = Net()\noptimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
        "x = torch.ones(2, 1)\n"
        "for epoch in range(3):\n"
        "    optimizer.zero_grad()\n"
        "    loss = net(x).square().mean()\n"
        "    loss.backward()\n    optimizer.step()\n"
    )
    with timeline(text) as run:
        run.step()
        moment = run.step_into()
        assert (moment.line, moment.calls) == (6, (("forward", 13),))
        assert run.step().line == 7
        assert run.step().line == 13


def test_a_function_that_raises_ends_the_run_at_its_line():
    with timeline(SCRIPT.replace("b = a * 2", "b = a / 0")) as run:
        places(run.step_into, 2)
        moment = run.step()
        assert (moment.status, moment.line) == ("failed", AT["b = a * 2"])
        assert run.back().line != moment.line


def test_an_interrupt_pauses_inside_a_function_that_never_returns():
    text = SCRIPT.replace("    b = a * 2\n", "    while True:\n        b = a * 2\n")
    with timeline(text) as run:
        places(run.step_into, 2)
        seen = []

        def stop(index, value=None):
            seen.append(index)
            if len(seen) == 3:
                run.interrupt()
            return heard(index, value)

        heard = run._execution.inner
        run._execution._probe.module.inner = stop
        run.step_out()
        assert len(seen) < 10
        assert run.moment.calls[-1].name == "scaled"


@functools.cache
def _straight(text):
    with timeline(text) as run:
        run.run()
        return run.transcript.text, run.outcome


MOVES = ("step_into", "step_into", "step_out", "step", "back", "next_epoch", "previous_epoch")


@pytest.mark.slow
@settings(deadline=None)
@given(training_scripts(), st.lists(st.sampled_from(MOVES), max_size=12))
def test_however_a_run_is_stepped_it_ends_as_a_straight_one(text, moves):
    with timeline(text) as run:
        for name in moves:
            getattr(run, name)()
        run.run()
        assert (run.transcript.text, run.outcome) == _straight(text)
