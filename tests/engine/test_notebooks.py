"""Notebooks: what is read of their files, the script that it makes, and how that runs."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.errors import ScriptError
from gdtui.engine.script.notebook import cell_at, read_notebook

NOTEBOOK = Path(__file__).parent.parent / "notebooks" / "training_pipeline.ipynb"
FIGURES = Path(__file__).parent.parent / "reference" / "notebook.json"

LOOP = "w = 8.0\nfor epoch in range(3):\n    loss = w * w\n    dw = 2 * w\n    w -= 0.1 * dw\n"


def code(source):
    return {"cell_type": "code", "source": source, "outputs": [], "metadata": {}}


def text_of(*cells, **more):
    """The bytes of a notebook; a cell that is a text or a list of lines is one of code."""
    made = [cell if isinstance(cell, dict) else code(cell) for cell in cells]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, **more}).encode()


@pytest.fixture
def load(tmp_path):
    def loaded(*cells, **more):
        path = tmp_path / "mine.ipynb"
        path.write_bytes(text_of(*cells, **more))
        return Script.load(str(path))

    return loaded


def end_of(script):
    with Timeline(script) as timeline:
        moment = timeline.run()
        return moment, timeline.transcript.text, len(timeline.history)


# The file -------------------------------------------------------------------------------


def test_a_source_is_a_text_or_a_list_of_lines_and_other_cells_are_left_out():
    found = read_notebook(
        text_of(
            {"cell_type": "markdown", "source": "# No *code*"},
            "a = 1\nb = 2",
            {"cell_type": "raw", "source": ["no code either"]},
            ["c = 3\n", "\n", "d = 4"],
            "\n  \n",
            "e = 5\r\nf = 6\r\n\r\n",
        )
    )
    assert found.text == (
        "# cell 1\n\na = 1\nb = 2\n\n# cell 2\n\nc = 3\n\nd = 4\n\n# cell 4\n\ne = 5\nf = 6\n"
    )
    assert [(cell.number, cell.first, cell.last) for cell in found.cells] == [
        (1, 3, 4),
        (2, 8, 10),
        (4, 14, 15),
    ]
    assert found.skipped == ()


def test_nbformat_3_has_sheets_and_says_input():
    cell = {"cell_type": "code", "input": ["x = 1\n", "x"], "language": "python", "outputs": []}
    sheets = {"worksheets": [{"cells": [cell, {"cell_type": "heading", "source": "No"}]}]}
    found = read_notebook(json.dumps({"nbformat": 3, "metadata": {}, **sheets}).encode())
    assert found.text == "# cell 1\n\nx = 1\nx\n"
    assert found.cells[0].shows


def test_a_byte_order_mark_is_no_part_of_it():
    assert read_notebook(b"\xef\xbb\xbf" + text_of("a = 1")).text == "# cell 1\n\na = 1\n"


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"language_info": {"name": "python"}},
        {"language_info": {"name": "ipython"}, "kernelspec": {"language": "R"}},
        {"kernelspec": {"language": "python3.11", "name": "my-environment"}},
        {"kernelspec": {"name": "my-environment"}},
        {"kernelspec": None, "language_info": []},
        [],
    ],
)
def test_notebooks_of_python(metadata):
    assert read_notebook(text_of("a = 1", metadata=metadata)).cells


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "this is no notebook: not JSON, line 1: Expecting value"),
        (b"w = 8.0\n", "this is no notebook: not JSON, line 1: Expecting value"),
        (b'{"cells":\n[}', "this is no notebook: not JSON, line 2: Expecting value"),
        (b'{"cells": "\xff"}', "this is no notebook: not UTF-8 at byte 11"),
        (b"[" * 100_000, "this is no notebook that can be read: nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "this is no notebook that can be read: "),
        (b"[]", "this is no notebook: it has no list of cells"),
        (b"7", "this is no notebook: it has no list of cells"),
        (b'{"nbformat": 4}', "this is no notebook: it has no list of cells"),
        (b'{"cells": {"cell_type": "code"}}', "this is no notebook: it has no list of cells"),
        (b'{"worksheets": [7]}', "this is no notebook: it has no list of cells"),
        (text_of(), "this notebook has no code cells with code in them"),
        (text_of("", " \n"), "this notebook has no code cells with code in them"),
        (text_of({"cell_type": "markdown", "source": "a = 1"}, 7), "cell 1: its source is neither"),
        (text_of("a = 1", ["b = 2", 7]), "cell 2: its source is neither"),
        (text_of({"cell_type": "code"}), "cell 1: its source is neither"),
        (
            text_of("x <- 1", metadata={"language_info": {"name": "R"}}),
            "this notebook is written in R; only those in Python can be run",
        ),
        (
            text_of("x = 1", metadata={"kernelspec": {"language": "julia"}}),
            "this notebook is written in julia; only those in Python can be run",
        ),
        (text_of("x = 1", "\ny = = 2"), "cell 2, line 2: this is not Python: invalid syntax"),
        (text_of("f(1,\n", ")"), "cell 1, line 1: this is not Python: '(' was never closed"),
        (text_of("a = '\ud800'"), "cell 1: this is not Python: "),
        (text_of("a = " + "[" * 300), "cell 1, line 1: this is not Python: too many nested"),
        (text_of("#" * 1_000_001), "too much code; at most 1000000 characters are read"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(data, said, tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(data)
    with pytest.raises(ScriptError) as raised:
        Script.load(str(path))
    message = str(raised.value)
    assert message.startswith(str(path))
    assert said in message
    assert "\n" not in message


def test_a_cell_that_is_none_is_left_out():
    assert len(read_notebook(text_of({"cell_type": 3}, code("a = 1"))).cells) == 1
    assert read_notebook(json.dumps({"cells": [None, 7, code("a = 1")]}).encode()).cells


def test_files_that_are_not_there(tmp_path):
    with pytest.raises(ScriptError, match=r"there is no such file; give the path of a \.py or"):
        Script.load("nowhere.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    with pytest.raises(ScriptError, match="this is a folder"):
        Script.load(str(tmp_path / "folder.ipynb"))


def test_what_only_the_whole_text_shows_is_said_of_a_cell(load):
    with pytest.raises(ScriptError, match=r"mine\.ipynb, cell 2, line 2: this is not Python"):
        load(LOOP, "a = 1\nreturn a")
    with pytest.raises(ScriptError, match=r"mine\.ipynb: there is no training loop"):
        load("a = 1")


# Lines and cells ------------------------------------------------------------------------


def test_every_line_has_its_place(load):
    script = load("a = 1\n\nb = 2", LOOP)
    assert script.lines[:7] == ("# cell 1", "", "a = 1", "", "b = 2", "", "# cell 2")
    assert script.numbers[:9] == (None, None, 1, 2, 3, None, None, None, 1)
    assert script.place(3) == "cell 1, line 1"
    assert script.place(script.loop.line) == "cell 2, line 2"
    assert [cell_at(script.cells, line).number for line in (1, 6, 7)] == [1, 1, 2]


def test_a_plain_script_has_lines_alone():
    script = Script(LOOP)
    assert script.place(2) == "line 2"
    assert script.numbers == (1, 2, 3, 4, 5)
    assert script.notice == ""


def test_a_statement_that_fails_is_named_by_its_cell(load):
    script = load("def f(x):\n    return 1 / x", LOOP, "f(0)")
    moment, _, _ = end_of(script)
    assert (moment.status, moment.place) == ("failed", "cell 1, line 2")
    traceback = moment.failure.traceback
    assert f'File "{script.path}", cell 3, line 1, in <module>\n    f(0)\n' in traceback
    assert f'File "{script.path}", cell 1, line 2, in f\n    return 1 / x\n' in traceback
    assert ", line 17" not in traceback


def test_moments_say_where_they_are(load):
    with Timeline(load("a = 1", LOOP)) as timeline:
        assert timeline.step().place == "cell 2, line 3"
        assert timeline.moment.line == 9


def test_a_warning_is_named_by_its_cell(load):
    script = load(
        LOOP, "import warnings\nwarnings.simplefilter('default')\nwarnings.warn('careful')"
    )
    with Timeline(script) as timeline:
        timeline.run()
        said = [line.text for line in timeline.transcript.lines(0, 9) if line.error]
    assert said[0] == f"{script.path}, cell 2, line 3: UserWarning: careful"
    assert said[1] == "  warnings.warn('careful')"


def test_settings_are_changed_in_their_cells_and_later_cells_move(load):
    script = load("x = [1,\n     2,\n     3]", "rate = 0.1", LOOP, "1 / 0")
    changed = script.with_settings({"x": [4, 5], "rate": 0.5})
    assert changed.lines[2:7] == ("x = [4, 5]", "", "# cell 2", "", "rate = 0.5")
    for number, before in enumerate(script.cells):
        after = changed.cells[number]
        lines = slice(after.heading - 1, after.last)
        assert changed.lines[lines][0] == f"# cell {before.number}"
        assert after.first == after.heading + 2
        assert changed.lines[after.last - 1].strip()
    assert end_of(changed)[0].place == "cell 4, line 1"
    assert changed.with_settings({"x": [1, 2, 3]}).value("x") == [1, 2, 3]


def test_a_heading_is_no_comment_of_a_setting(load):
    script = load("rate = 0.1", "# how far\nsteps = 3\n" + LOOP)
    assert {each.name: each.comment for each in script.settings} == {
        "rate": "",
        "steps": "how far",
        "w": "",
        "epochs": "",
    }


# Values of cells ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("w", "2.5\n"),
        ("'text'", "'text'\n"),
        ("w  # a comment", "2.5\n"),
        ("w  # a comment;", "2.5\n"),
        ("(w,\n 1)\n\n# the end\n", "(2.5, 1)\n"),
        ("w;", ""),
        ("(w,\n 1) ; # no", ""),
        ("'ä';", ""),
        ("1; w", "2.5\n"),
        ("None", ""),
        ("print(w)", "2.5\n"),
        ("v = w", ""),
        ("w\nv = 1", ""),
        ("if w:\n    w", ""),
        ("def f():\n    return w", ""),
        ("...", "Ellipsis\n"),
    ],
)
def test_the_last_expression_of_a_cell_prints_its_value(load, source, printed):
    assert end_of(load(LOOP, "w = 2.5", source))[1] == printed


def test_values_stand_between_what_is_printed_and_after_going_back(load):
    script = load("'before'", LOOP, "w", "print('then')\nw * 2")
    with Timeline(script) as timeline:
        timeline.run()
        text = timeline.transcript.text
        weight = timeline.history.parameters["w"][2].item()
        assert text == f"'before'\n{weight!r}\nthen\n{2 * weight!r}\n"
        timeline.seek(1)
        timeline.run()
        assert timeline.transcript.text == text


def test_a_loss_is_sent_back_in_the_last_expression(load):
    moment, printed, _ = end_of(
        load(
            "import torch\nv = torch.tensor(2.0, requires_grad=True)",
            LOOP,
            "(v * v).backward()",
            "v.grad",
        )
    )
    assert moment.status == "finished"
    assert printed == "tensor(4.)\n"


def test_a_value_that_cannot_be_shown_fails_in_its_cell(load):
    moment, _, _ = end_of(
        load(LOOP, "class Odd:\n    def __repr__(self):\n        raise ValueError('no')", "Odd()")
    )
    assert (moment.message, moment.place) == ("ValueError: no", "cell 2, line 3")
    assert "probe" not in moment.failure.traceback


def test_imports_from_the_future_may_stand_in_any_cell(load):
    moment, printed, epochs = end_of(
        load(LOOP, "from __future__ import annotations\ndef f(x: Nowhere): pass\nf.__annotations__")
    )
    assert (moment.status, epochs) == ("finished", 3)
    assert printed == "{'x': 'Nowhere'}\n"


# What only IPython runs -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "text", "skipped"),
    [
        ("%matplotlib inline\na = 1", "# %matplotlib inline\na = 1", ["%matplotlib inline"]),
        ("a = 1\n!pip install it's", "a = 1\n# !pip install it's", ["!pip install it's"]),
        ("pip install numpy", "# pip install numpy", ["pip install numpy"]),
        ("?print\nprint?\na.b??", "# ?print\n# print?\n# a.b??", ["?print", "print?", "a.b??"]),
        ("files = !ls\na = 1", "# files = !ls\na = 1", ["files = !ls"]),
        ("x = %sql y", "# x = %sql y", ["x = %sql y"]),
        (
            "for i in range(2):\n    !echo $i\n    %debug\n",
            "for i in range(2):\n    pass  # !echo $i\n    pass  # %debug",
            ["!echo $i", "%debug"],
        ),
        ("!a \\\n  b\nc = 1", "# !a \\\n# b\nc = 1", ["!a b"]),
        ("%time a = 1", "a = 1  # %time", ["%time"]),
        ("%time\na = 1", "# %time\na = 1", ["%time"]),
        ("%%time\na = 1\n", "# %%time\na = 1", ["%%time"]),
        (
            "\n%%capture out\n%ls\na = 1",
            "\n# %%capture out\n# %ls\na = 1",
            ["%%capture out", "%ls"],
        ),
        ("%%time", "# %%time", ["%%time"]),
        ("%%bash\nls it's", "# %%bash\n# ls it's", ["all of %%bash"]),
        ("%%writefile a.py\na = 1\n", "# %%writefile a.py\n# a = 1", ["all of %%writefile a.py"]),
        ("%%html\n<b>\n\n</b>", "# %%html\n# <b>\n#\n# </b>", ["all of %%html"]),
        ("  %pylab\n  a = 1", "# %pylab\na = 1", ["%pylab"]),
        # What looks like it and is not.
        ("a = (7\n% 4)\n!ls", "a = (7\n% 4)\n# !ls", ["!ls"]),
        ("a = '''\n!ls\n%x\nb?\n'''\n!ls", "a = '''\n!ls\n%x\nb?\n'''\n# !ls", ["!ls"]),
        ("a = 7 \\\n% 4\n!ls", "a = 7 \\\n% 4\n# !ls", ["!ls"]),
        ("a = '(' # (\n!ls", "a = '(' # (\n# !ls", ["!ls"]),
        ("a = 1  # why?\n!ls", "a = 1  # why?\n# !ls", ["!ls"]),
        ("a = 'b?'\n!ls", "a = 'b?'\n# !ls", ["!ls"]),
        ("a != b\na %= 3\n!ls", "a != b\na %= 3\n# !ls", ["!ls"]),
    ],
)
def test_magics_shell_lines_and_help_become_comments(source, text, skipped):
    found = read_notebook(text_of(source))
    assert found.text == f"# cell 1\n\n{text}\n"
    assert list(found.skipped) == [f"{each} (cell 1)" for each in skipped]


def test_what_is_skipped_is_said_in_a_line(load):
    script = load(*["%ls\n" + LOOP, "!" + "x" * 99, "a?", "b?", "c?"])
    assert script.notice == (
        f"skipped what only IPython runs: %ls (cell 1), !{'x' * 36}... (cell 2), a? (cell 3)"
        " and 2 more"
    )
    assert end_of(script)[0].status == "finished"


# Any cells ------------------------------------------------------------------------------

_EXPRESSIONS = st.sampled_from(
    ["a", "a + b", "'''x\n%y\n'''", "[a,\n b]", "None", "f(a)", "-b", "'# cell 1'", "a % \\\nb"]
)
_STATEMENTS = st.one_of(
    _EXPRESSIONS,
    st.builds("{} = {}".format, st.sampled_from("ab"), st.integers(1, 9)),
    st.builds("print({})".format, _EXPRESSIONS),
    st.builds("if a > {}:\n    print(b)\nelse:\n\tb".format, st.integers(1, 9)),
    st.builds("def f(x):\n    return x * {}\n".format, st.integers(1, 9)),
    st.sampled_from(["# cell 2", "", "   ", "# end \\", "from __future__ import annotations"]),
)
_CELLS = st.lists(
    st.builds(
        lambda body, end: "\n".join(body) + end,
        st.lists(_STATEMENTS, min_size=1, max_size=4),
        st.sampled_from(["", "\n", ";", " ;  # no", "\n\n  \n", "  # yes;", "\r\n"]),
    ),
    max_size=4,
)


def _is_python(source):
    try:
        compile(source, "<cell>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _run_in_turn(sources):
    """What the cells print when each is run by itself and its last value is shown by Python's own
    hook; a semicolon is the last that Python's tokens have."""
    import sys
    import tokenize

    names: dict = {}
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        for source in sources:
            tree = ast.parse(source)
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<cell>", "exec", dont_inherit=True), names)
            if last is None:
                continue
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
            tokens = [
                each.string
                for each in tokenize.generate_tokens(io.StringIO(source).readline)
                if each.string.strip() and each.type != tokenize.COMMENT
            ]
            if tokens[-1] != ";" and value is not None:
                sys.stdout.write(f"{value!r}\n")
    return out.getvalue()


@pytest.mark.slow
@settings(max_examples=60)
@given(_CELLS.filter(lambda cells: all(map(_is_python, cells))))
@example(["# end \\\n"])
def test_cells_print_as_they_do_one_by_one(cells):
    sources = ["a, b = 3, 4\ndef f(x): return x", LOOP, *cells]
    found = read_notebook(text_of(*sources))
    assert found.skipped == ()
    for cell in found.cells:
        lines = sources[cell.number - 1].replace("\r\n", "\n").split("\n")
        kept = found.text.split("\n")[cell.first - 1 : cell.last]
        assert kept == lines[: len(kept)]
        assert not "".join(lines[len(kept) :]).strip()
    script = Script(found.text, cells=found.cells)
    moment, printed, epochs = end_of(script)
    assert (moment.status, epochs) == ("finished", 3)
    assert printed == _run_in_turn(sources)


@settings(max_examples=200)
@given(st.text("a%!?=()[]{}'\"\\#\n :;", max_size=40))
@example("\\\n ")
@example("a\\\n\n")
def test_any_text_is_read_or_refused_line_for_line(source):
    try:
        found = read_notebook(text_of(source))
    except ScriptError:
        return
    cell = found.cells[0]
    read = found.text.split("\n")[cell.first - 1 : cell.last]
    lines = source.split("\n")
    assert len(read) <= len(lines)
    assert not "".join(lines[len(read) :]).strip()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # such as an escape that Python does not know
        ast.parse(found.text)


# Several training runs ------------------------------------------------------------------

BY_HAND = "w = 8.0\nfor epoch in range(2):\n    loss = w * w\n    dw = 2 * w\n    w -= 0.1 * dw"
AUTOGRAD = (
    "import torch\nv = torch.tensor(4.0, requires_grad=True)\n"
    "opt = torch.optim.SGD([v], lr=0.1)\nfor epoch in range(4):\n    loss = v * v\n"
    "    opt.zero_grad()\n    loss.backward()\n    opt.step()"
)


@pytest.mark.slow
def test_a_loop_by_hand_counts_beside_one_with_autograd_in_another_cell(load):
    script = load(BY_HAND, AUTOGRAD)
    assert [script.place(loop.line) for loop in script.loops] == [
        "cell 1, line 2",
        "cell 2, line 4",
    ]
    assert end_of(script)[2] == 6


@pytest.mark.parametrize(
    "other",
    [
        # What only looks like an update.
        "left = 9\nfor n in [1, 2]:\n    error = n\n    left -= n",
        "total = 0\nfor n in [1, 2]:\n    loss = n\n    total += loss",
        "def unused():\n    w = 8.0\n    for epoch in range(2):\n        loss = w\n        w -= 0.1 * w",
    ],
)
def test_loops_that_do_not_train_are_none(load, other):
    assert len(load(AUTOGRAD, other).loops) == 1


def test_a_loop_by_hand_in_the_cell_of_one_with_autograd_is_none(load):
    assert len(load(f"{AUTOGRAD}\n{BY_HAND}").loops) == 1


def test_plain_scripts_are_read_as_before():
    assert len(Script(f"{BY_HAND}\n{AUTOGRAD}\n").loops) == 1


# The source notebook --------------------------------------------------------------------


def _sources():
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_the_source_notebook_is_valid():
    found = json.loads(NOTEBOOK.read_text())
    assert (found["nbformat"], found["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in found["cells"]]
    assert len(set(ids)) == len(ids) == 18
    for cell in found["cells"]:
        assert all(line.endswith("\n") for line in cell["source"][:-1])
        wanted = {"cell_type", "id", "metadata", "source"}
        if cell["cell_type"] == "code":
            wanted |= {"execution_count", "outputs"}
        assert set(cell) == wanted


def test_all_training_runs_of_the_source_notebook_step():
    """Its six training runs follow one another, in the order of the file. Run from top to bottom
    no cell misses a name, though the notebook's own numbers say that the cells were run in another
    order."""
    script = Script.load(str(NOTEBOOK))
    places = [script.place(loop.line).partition(",")[0] for loop in script.loops]
    assert places == [f"cell {number}" for number in (7, 8, 10, 11, 12, 13)]
    runs = json.loads(FIGURES.read_text())["runs"]
    epochs = [run["epochs"] for run in runs]
    with Timeline(script) as timeline:
        for number, before in enumerate(np.cumsum([0, *epochs[:-1]])):
            timeline.seek(int(before))
            moment = timeline.step()
            assert moment.place.startswith(f"{places[number]}, line ")
            assert moment.epoch == before + 1
        assert timeline.run().status == "finished"
        assert len(timeline.history) == sum(epochs) == 450
        assert np.isfinite(timeline.history.loss).all()


def test_the_source_notebook_prints_what_its_cells_print_in_turn():
    """And the figures that it once printed. NumPy 2 makes a float32 of ``w`` in ``w -=
    learning_rate * dw``, where it was a float64. Of the first table that changes the loss of epoch
    2, 4.79999924 then and 4.80000067 now, and, where ``np.dot`` fuses its multiplications and
    additions, that of epoch 6, 0.00314570 then and 0.00314574 now. All other rows are the same to
    the last digit, those of the second table, which are every second epoch, included. The start
    of the last run is random."""
    script = Script.load(str(NOTEBOOK))
    torch.manual_seed(0)
    expected = _run_in_turn(_sources())
    torch.manual_seed(0)
    moment, printed, _ = end_of(script)
    assert moment.status == "finished"
    assert printed == expected
    runs = json.loads(FIGURES.read_text())["runs"][:5]
    lines = [line for line in printed.splitlines() if line.startswith("epoch ")]
    rows = [(run, row) for run in runs for row in run["rows"]]
    differ = []
    for (run, row), line in zip(rows, lines, strict=False):
        if line != f"epoch {row['epoch']}: w = {row['w']}, loss = {row['loss']}":
            differ.append((runs.index(run), row["epoch"], line))
    assert differ[0] == (0, 2, "epoch 2: w = 1.680, loss = 4.80000067")
    assert differ[1:] in ([], [(0, 6, "epoch 6: w = 1.992, loss = 0.00314574")])
    after = [line for line in printed.splitlines() if line.startswith("Prediction after")]
    assert [line.rpartition(" ")[2] for line in after[:5]] == [run["after"] for run in runs]
