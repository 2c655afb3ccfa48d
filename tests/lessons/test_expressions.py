"""Expressions in a lesson's texts: what they compute, what is refused, and how values look."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.analysis.expressions import LONGEST
from gdtui.lessons.errors import LessonError
from gdtui.lessons.expressions import Expression, Text

NAMES = {"w": 1.5, "n": 4, "x": np.array([1.0, 2.0, 3.0]), "sum": np.sum, "word": "smooth"}


def refused(text, line=0):
    """What is said of an expression, whether it is refused at once or when it is computed."""
    with pytest.raises(LessonError) as error:
        Expression(text, line).value(NAMES)
    return error.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3 * w - 1 / n", 6.25),
        ("-w", -1.5),
        ("7 // 2 + 7 % 2", 4),
        ("w ** 2", 2.25),
        ("n ** 0.5", 2.0),
        ("1 < n <= 4", True),
        ("w > 2 or not n == 3", True),
        ("w > 2 and n == 4", False),
        ("2 in x", True),
        ("5 if n > 3 else 6", 5),
        ("x[0]", 1.0),
        ("x[-1] * x[n - 3]", 6.0),
        ("sum(x * x)", 14.0),
        ("sum((x - 1) ** 2) / 2", 2.5),
        ("'smooth' == word", True),
        (" (1 +\n 1) ", 2),
    ],
)
def test_arithmetic_is_pythons(text, value):
    assert Expression(text).value(NAMES) == value


def test_arrays_are_computed_element_by_element():
    value = Expression("2 * x * (x - 1)").value(NAMES)
    assert value.tolist() == [0.0, 4.0, 12.0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "w +",
        "w = 3",
        "w; n",
        "import os",
        "(w := 3)",
        "lambda: w",
        "[w for w in x]",
        "{w for w in x}",
        "sum(w for w in x)",
        "[1, 2]",
        "(1, 2)",
        "()",
        "{}",
        "x[0:2]",
        "x[...]",
        "f'{w}'",
        "b'w'",
        "None",
        "1j",
        "w is n",
        "n << 40",
        "n | 1",
        "~n",
        "x @ x",
        "yield w",
        "await w",
        "*x",
        "sum(*x)",
        "sum(x, axis=0)",
        "sum(**x)",
        "sum(x)(1)",
        "x[0](1)",
        "'sum'(x)",
        "w ** n",
        "w ** 11",
        "w ** -1000",
        "2 ** 2 ** 9",
        "w ** '2'",
        "\0",
        "\ud800",
        "(" * 250,
        "-" * 290,
        "9" * 400,
    ],
)
def test_anything_else_is_refused_when_it_is_read(text):
    with pytest.raises(LessonError):
        Expression(text)


@pytest.mark.parametrize(
    "text",
    [
        'x.tofile("/tmp/x")',
        "x.tofile",
        "x.T",
        "x.ctypes",
        "w.hex",
        "().__class__",
        "x.__class__",
        "abs.__self__",
        "abs.reduce",
        "round.__self__",
        "loss_in.__func__",
        "before.__class__",
        "before.__init__",
        "before._look_up",
        "before.loss.real",
        "before.look_up",
        "setting.text",
        '"{0.__class__}".format(x)',
        '"{0.__class__}".format',
        "printed.format",
        "printed.encode",
        "__builtins__",
        "__import__('os')",
        "\uff3f\uff3fbuiltins\uff3f\uff3f",
        "open('/etc/passwd')",
        "getattr(x, 'T')",
        "eval('1')",
        "look_up",
        "moment",
        "study",
    ],
)
def test_no_expression_reaches_anything_but_numbers_and_texts(snapshot_at, text):
    snapshot = snapshot_at("manual", "epoch", "predict", mark=1)
    with pytest.raises(LessonError):
        Expression(text).value(snapshot.names)


def test_a_kept_value_gives_no_way_to_its_attributes(snapshot_at):
    snapshot = snapshot_at("manual").keeping({"before": np.array([1.0]), "text": "{0.__class__}"})
    for text in ("before.T", "text.format"):
        with pytest.raises(LessonError):
            Expression(text).value(snapshot.names)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="processes have no such limits there")
@pytest.mark.parametrize(
    "text",
    [
        "(" * 12 + "9 ** 10" + ") ** 10" * 12,
        "len('a' * 1000000000)",
        "round(1, -10 ** 10)",
        "len('%1000000000d' % 1)",
    ],
)
def test_no_expression_takes_all_time_or_memory(text):
    code = (
        "import resource, sys\n"
        "from gdtui import Script, Timeline\n"
        "from gdtui.lessons.errors import LessonError\n"
        "from gdtui.lessons.expressions import Expression\n"
        "from gdtui.lessons.walk.navigation import Destination, Navigator\n"
        "script = Script.stage('manual')\n"
        "snapshot = Navigator().navigate(Timeline(script), Destination(script))\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (20, 20))\n"
        "resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))\n"
        "try:\n"
        "    Expression(sys.argv[1]).value(snapshot.names)\n"
        "except LessonError:\n"
        "    sys.exit(0)\n"
        "sys.exit(1)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, text], capture_output=True)
    assert done.returncode == 0


def test_an_expression_may_be_so_long_and_no_longer():
    longest = "1" + "+1" * ((LONGEST - 1) // 2)
    assert Expression(longest).value({}) == (LONGEST + 1) // 2
    assert "at most 300 characters" in str(refused(longest + "+1", 7))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("w +", "'w +' is not an expression"),
        ("lambda: 1", "'lambda: 1': Lambda is not allowed in an expression"),
        ("w ** n", "'w ** n': a power is a number of at most 10"),
        ("sum(x, axis=0)", "without keywords"),
        ("loss + 1", "'loss + 1': 'loss' is not defined here"),
        ("1 / 0", "'1 / 0' cannot be computed: division by zero"),
        ("x[5]", "'x[5]' cannot be computed: "),
        ("w[0]", "'w[0]' cannot be computed: "),
        ("0[n]", "'0[n]' cannot be computed: "),
        ("w + word", "'w + word': a text has no arithmetic"),
    ],
)
def test_an_error_names_the_expression_and_its_line(text, says):
    error = refused(text, 12)
    assert says in str(error)
    assert text in str(error)
    assert error.line == 12


def test_one_number_is_asked_for():
    assert Expression("x[1]").number(NAMES) == 2.0
    assert Expression("n > 3").number(NAMES) == 1.0
    for text in ("x", "word"):
        with pytest.raises(LessonError, match=f"'{text}' is not one number") as error:
            Expression(text, 3).number(NAMES)
        assert error.value.line == 3


def test_a_condition_is_true_or_false_and_nothing_else():
    assert Expression("x[1] > 1").holds(NAMES) is True
    assert Expression("x[1] > 2").holds(NAMES) is False
    for text in ("n", "x > 1", "word"):
        with pytest.raises(LessonError, match="is neither true nor false") as error:
            Expression(text, 3).holds(NAMES)
        assert error.value.line == 3


# Any expression: of what a lesson might use, and of what it should not.
atoms = st.sampled_from(
    [
        *("x", "w", "y", "loss", "epoch", "printed", "status", "dw", "nope", "abs", "before"),
        *("before.loss", "before.nope", "grad.w", "start.w", "best.w", "setting.epochs"),
        *("theory.best_rate", "theory.text", "0", "1", "2", "0.5", "1e308", "True", "None"),
        *("after(1, 'w')", "loss_in(1)", "loss_in(9)", "gradient_in(1, 'w')", "line_of('update')"),
        *("operations", "__builtins__"),
    ]
)
operators = st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "==", "!=", "in", "and", "or"])
functions = st.sampled_from(
    ["abs", "exp", "len", "log", "max", "mean", "min", "sqrt", "sum", "loss_in", "x"]
)


def _larger(inner):
    return st.one_of(
        st.builds("({} {} {})".format, inner, operators, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("{}({})".format, functions, inner),
        st.builds("{}({}, {})".format, functions, inner, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("-{}".format, inner),
        st.builds("not {}".format, inner),
        st.builds("({}) ** 2".format, inner),
        st.builds("({}).real".format, inner),
        st.builds("lambda: {}".format, inner),
    )


expressions = st.one_of(st.recursive(atoms, _larger, max_leaves=8), st.text(max_size=20))


@given(text=expressions, epochs=st.integers(0, 2))
def test_any_expression_is_refused_or_has_a_value(names_in, text, epochs):
    with contextlib.suppress(LessonError):
        Expression(text).value(names_in(epochs))


@given(text=expressions, form=st.sampled_from(["", ":.2f", ":d", ":.1%", ":e"]))
def test_any_text_is_refused_or_filled(names_in, text, form):
    with contextlib.suppress(LessonError):
        assert Text(f"it is {{{text}{form}}}").fill(names_in(2)).startswith("it is")


@pytest.fixture(scope="module")
def names_in(snapshot_at):
    """The names in a run at its start, in its first epoch, and in its second."""
    snapshots = (
        snapshot_at("manual"),
        snapshot_at("manual", "loss"),
        snapshot_at("autograd", "epoch", "gradient", mark=1),
    )
    return lambda epoch: snapshots[epoch].names
