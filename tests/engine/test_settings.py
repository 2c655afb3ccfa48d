"""Finding the literals of a script, checking new values, and changing one in place."""

from __future__ import annotations

import ast
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui import Script, Timeline
from gdtui.engine.errors import SettingError
from gdtui.engine.script.settings import find_settings, parse_value, replace_literals
from gdtui.stages import KEYS

LOOP = "\nfor epoch in range(3):\n    w -= 0.1 * 1.0\n"


def settings_of(text):
    return find_settings(ast.parse(text), text, before_line=10**9)


# Any script: assignments in any layout, with other things between them.
literals = st.one_of(
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.booleans(),
    st.none(),
    st.lists(st.integers(-9, 9), max_size=4),
)
spaces = st.sampled_from(["", " ", "  ", "\t"])
comments = st.sampled_from(["", "  # why", "#tight", "  # größe “q” 'x' \U0001f600", " # a, b = 1"])
fillers = st.sampled_from(
    ["", "# a comment of its own", "import math", "y = math.sqrt(2)", "if True:\n    z = 1", "\f"]
)
endings = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def layouts(draw):
    """A script's text and the values of v0, v1, ... that it assigns, in order."""
    count = draw(st.integers(1, 5))
    newline = draw(endings)
    lines, values = [], []
    for number in range(count):
        value = draw(literals)
        literal = repr(value)
        shape = draw(st.sampled_from(["{}", "({})", "(\n    {}\n)", "(  # (\n    {})"]))
        note = draw(st.sampled_from(["", ": object", " : 'x'"]))
        lines.append(draw(fillers))
        name = f"ñ{number}" if draw(st.booleans()) else f"v{number}"
        lines.append(
            f"{name}{note}{draw(spaces)}={draw(spaces)}{shape.format(literal)}{draw(comments)}"
        )
        values.append((name, value))
    lines.append(draw(fillers))
    return newline.join("\n".join(lines).split("\n")), values


@pytest.mark.slow
@given(layouts(), st.data())
def test_changing_a_literal_changes_that_literal_alone(layout, data):
    text, values = layout
    found = {setting.name: setting for setting in settings_of(text)}
    assert [(name, found[name].value) for name, _ in values] == values
    name, old = data.draw(st.sampled_from(values))
    new = data.draw(literals.filter(lambda value: type(value) is type(old) or old is None))
    changed = replace_literals(text, found.values(), {name: new})

    setting = found[name]
    before, after = text[: setting.start], text[setting.end :]
    assert changed.startswith(before)
    assert changed.endswith(after)
    assert ast.literal_eval(changed[len(before) : len(changed) - len(after)]) == new
    now = {each.name: each.value for each in settings_of(changed)}
    assert now == dict(values) | {name: new}


@given(layouts(), st.data())
def test_several_literals_change_together_as_they_do_one_by_one(layout, data):
    text, values = layout
    new = {name: value for name, value in values if data.draw(st.booleans())}
    new = {name: not value if type(value) is bool else value for name, value in new.items()}
    together = replace_literals(text, settings_of(text), new)
    for name, value in new.items():
        text = replace_literals(text, settings_of(text), {name: value})
    assert together == text


def test_an_unchanged_value_keeps_its_spelling():
    text = "rate = 1_0e-3\nname = 'x'\n"
    assert replace_literals(text, settings_of(text), {"rate": 0.01, "name": "x"}) == text


def test_quotes_stay_as_they_were():
    text = "one = \"sum\"\ntwo = 'sum'\n"
    changed = replace_literals(text, settings_of(text), {"one": "mean", "two": "mean"})
    assert changed == "one = \"mean\"\ntwo = 'mean'\n"


def test_byte_order_mark_and_line_endings_stay():
    text = "\ufeffw = 0.0  # ä\r\nepochs = 3\r\n" + LOOP.replace("\n", "\r\n")
    script = Script(text).with_settings({"w": 1.5, "epochs": 4})
    assert script.text == text.replace("0.0", "1.5", 1).replace("= 3", "= 4")


def test_what_is_a_setting():
    text = (
        "'''Doc.'''\n"
        "a = 1\n"
        "b: float = -2.5\n"
        "c, d = 'x', [1, 2]\n"
        "e = f = 3\n"  # belongs to two names
        "g = a + 1\n"  # not a literal
        "h.i = 4\n"
        "__version__ = '1'\n"
        "a = 7\n"  # the last one before the loop is the one it sees
        "if __name__ == '__main__':\n"
        "    j = None\n"
        "if a:\n"
        "    k = 5\n"
        "for epoch in range(3):\n"
        "    w = 0\n"
        "a = 9\n"
        "l = 8\n"
    )
    found = find_settings(ast.parse(text), text, before_line=14)
    assert {each.name: each.value for each in found} == {
        "a": 7, "b": -2.5, "c": "x", "d": [1, 2], "j": None, "l": 8
    }  # fmt: skip
    assert [each.line for each in found] == [3, 4, 4, 9, 11, 17]


def test_comments_explain_settings():
    text = (
        "# how far\n# a step goes\nrate = 0.1\n"
        "epochs = 3  # how many\n"
        "\nbare = 1\n"
        "kind = 'sum'  # 'sum' or 'mean': it's a choice\n"
        "word = 'x'  # not 'a' or 'b'\n"
    )
    found = {each.name: each for each in settings_of(text)}
    assert found["rate"].comment == "how far a step goes"
    assert found["epochs"].comment == "how many"
    assert found["bare"].comment == ""
    assert found["kind"].choices == ("sum", "mean")
    assert found["word"].choices == ()


@pytest.mark.parametrize("stage", KEYS)
def test_every_setting_of_a_stage_is_explained(stage):
    names = [setting.name for setting in Script.stage(stage).settings]
    start = ["w"] if stage in KEYS[:3] else ["weight", "bias", "seed"]
    start = {"logistic": ["w", "b"]}.get(stage, start)
    batches = ["batch_size"] if stage in ("optimizer", "model", "module") else []
    expected = ["inputs", "targets", "x_test", *start, "learning_rate", "epochs", *batches]
    expected.append("print_every")
    own = {"manual": ["reduction"], "logistic": ["use_torch"]}
    own |= {key: ["criterion", "optimizer"] for key in ["optimizer", "model", "module"]}
    assert names == expected + own.get(stage, [])
    assert all(setting.comment for setting in Script.stage(stage).settings)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("epochs", 0, "0 is not allowed; it takes a whole number from 1 to 10000000"),
        ("epochs", -1, "-1 is not allowed"),
        ("epochs", 1.5, "1.5 is not allowed"),
        ("epochs", True, "True is not allowed"),
        ("epochs", 10**9, "1000000000 is not allowed"),
        ("print_every", 0, "whole number from 1"),
        ("learning_rate", math.nan, "nan is not allowed; it takes a finite number"),
        ("learning_rate", math.inf, "inf is not allowed"),
        ("learning_rate", 10**400, "it takes a finite number"),
        ("learning_rate", "fast", "'fast' is not allowed"),
        ("inputs", [], "at least one finite number"),
        ("inputs", [1, math.nan], "at least one finite number"),
        ("inputs", [1, "2"], "at least one finite number"),
        ("inputs", [[1], [2]], "at least one finite number"),
        ("inputs", 3, "at least one finite number"),
        ("inputs", [1, 2], "2 inputs and 4 targets do not go together"),
        ("reduction", "max", 'it takes "sum" or "mean"'),
        ("w", None, "it takes a finite number"),
        pytest.param("w", 10**5000, "a number with thousands of digits", id="w-huge"),
        ("rate", 1, "unknown setting 'rate'; the settings are inputs, targets, x_test, w,"),
    ],
)
def test_a_wrong_value_is_refused_in_one_line(name, value, says):
    script = Script.stage("manual")
    with pytest.raises(SettingError) as error:
        script.with_settings({name: value})
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert name in str(error.value)
    assert script.text == Script.stage("manual").text


@pytest.mark.parametrize(
    ("stage", "settings"),
    [
        ("manual", {"inputs": [1], "targets": [2.5]}),
        ("manual", {"epochs": 10_000_000, "w": -1e300, "reduction": "mean"}),
        ("manual", {"learning_rate": -0.5, "x_test": 7}),
        ("model", {"seed": 0}),
        ("model", {"seed": None}),
    ],
)
def test_good_values_are_taken(stage, settings):
    script = Script.stage(stage).with_settings(settings)
    assert {name: script.value(name) for name in settings} == settings


def test_a_whole_number_becomes_a_float_where_a_float_stands():
    script = Script.stage("manual").with_settings({"w": 1, "learning_rate": 1})
    assert repr(script.value("w")) == "1.0"
    assert "\nw = 1.0  #" in script.text


def test_values_of_other_scripts():
    text = (
        "flag = True\nname = 'a'\nshape = (2, 3)\nopts = {'k': 1}\nanything = None\nn = 3\n" + LOOP
    )
    script = Script(text.replace(LOOP, "\nw = 0.0" + LOOP))
    new = {"flag": False, "name": "b", "shape": (4, 5), "opts": {}, "anything": [1], "n": 4}
    changed = script.with_settings(new)
    assert {name: changed.value(name) for name in new} == new
    for name, value in [("flag", 1), ("name", 1), ("shape", "x"), ("opts", []), ("n", 1.5)]:
        with pytest.raises(SettingError, match=f"setting {name}: "):
            script.with_settings({name: value})


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.5", 0.5), (" [1, 2] ", [1, 2]), ("None", None), ("mean", "mean"), ("'1'", "1"), ("", "")],
)
def test_a_typed_value_is_a_literal_or_a_word(text, value):
    assert parse_value("x", text) == value


@pytest.mark.parametrize("text", ["[1,", "1.2.3", "'open", "(1", "[1, nan]", "-1x", "[" * 5000])
def test_a_broken_literal_is_named(text):
    with pytest.raises(SettingError, match="setting x: .* is not a Python literal") as error:
        parse_value("x", text)
    assert len(str(error.value)) < 200


def test_the_literals_at_the_head_of_the_function_that_trains_are_settings():
    script = Script(
        "lr = 0.5\nseed = 3\n"
        "def other():\n    size = 4\n"
        "def main():\n    lr = 0.1  # the rate\n    n, name = 20, 'sgd'\n    shift = -1\n"
        "    best = None\n    kept = []\n    total = 0\n    w = 1.0\n"
        "    for epoch in range(n):\n        dw = w\n        w -= lr * dw\n        total += 1\n"
        "    late = 7\n"
        "main()\n"
    )
    assert [(each.name, each.value) for each in script.settings] == [
        ("seed", 3),
        ("lr", 0.1),
        ("n", 20),
        ("name", "sgd"),
        ("shift", -1),
    ]
    changed = script.with_settings({"lr": 0.25, "n": 3})
    assert "    lr = 0.25  # the rate\n    n, name = 3, 'sgd'\n" in changed.text
    with Timeline(changed) as timeline:
        assert timeline.run().epoch == 3
