"""A variable is shown as its type has it: every kind of value, and values that mean harm."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, Timeline
from gdtui.engine.record.freezing import freeze
from gdtui.engine.record.history import History
from gdtui.engine.record.optimizers import read_optimizers
from gdtui.engine.record.parameters import ParameterFinder
from gdtui.engine.record.reading import Code
from gdtui.engine.record.variables import LONGEST, read_variables

HEAD = "import datetime\nimport numpy as np\nimport torch\nfrom torch import nn\n"


def variables(text):
    """What the names of a script hold before its first epoch."""
    with Timeline(
        Script(HEAD + text + "\nw = 8.0\nfor epoch in range(2):\n    w -= 0.5 * w\n")
    ) as t:
        moment = t.start()
        assert moment.status == "ready", moment.message
        return {each.name: each for each in moment.variables}


def shown(expression):
    found = variables(f"a = {expression}")["a"]
    return found.type_name, found.dtype, found.shape, found.text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("expression", "expected"),
    {
        "int": ("3", ("int", "", (), "3")),
        "bool": ("True", ("bool", "", None, "True")),
        "float": ("0.1 + 0.2", ("float", "", (), "0.30000000000000004")),
        "float whole": ("30.0", ("float", "", (), "30.0")),
        "complex": ("1 - 2j", ("complex", "", None, "(1-2j)")),
        "str": ("'a b'", ("str", "", None, "'a b'")),
        "None": ("None", ("NoneType", "", None, "None")),
        "list": ("[1, 2.5, 'x', True]", ("list", "", None, "[1, 2.5, 'x', True]")),
        "tuple": ("(1,)", ("tuple", "", None, "(1,)")),
        "dict": ("{'a': [1, 2]}", ("dict", "", None, "{'a': [1, 2]}")),
        "set": ("set()", ("set", "", None, "set()")),
        "a function in a list": ("[len]", ("list", "", None, "[<builtin_function_or_method>]")),
        "float32": ("np.float32(0.1)", ("float32", "float32", (), "0.1")),
        "int64": ("np.int64(7)", ("int64", "int64", (), "7")),
        "NumPy bool": ("np.bool_(True)", ("bool", "bool", (), "True")),
        "ints": ("np.array([[1, 2], [3, 4]])", ("ndarray", "int64", (2, 2), "[[1 2] [3 4]]")),
        "bools": ("np.array([True, False])", ("ndarray", "bool", (2,), "[True False]")),
        "floats": ("np.array([1.0, 2.5])", ("ndarray", "float64", (2,), "[1. 2.5]")),
        "float32s": (
            "np.array([0.1, 0.2], dtype=np.float32)",
            ("ndarray", "float32", (2,), "[0.1 0.2]"),
        ),
        "no dimensions": ("np.array(1.5)", ("ndarray", "float64", (), "1.5")),
        "one element": ("np.array([3])", ("ndarray", "int64", (1,), "[3]")),
        "none": ("np.zeros((0, 2))", ("ndarray", "float64", (0, 2), "[]")),
        "complexes": ("np.array([1 + 2j])", ("ndarray", "complex128", (1,), "[1.+2.j]")),
        "words": ("np.array(['cat', 'a dog'])", ("ndarray", "<U5", (2,), "['cat' 'a dog']")),
        "days": (
            "np.array(['2024-02-29'], dtype='datetime64[D]')",
            ("ndarray", "datetime64[D]", (1,), "['2024-02-29']"),
        ),
        "a day": ("np.datetime64('2024-02-29')", ("datetime64", "datetime64[D]", (), "2024-02-29")),
        "objects": (
            "np.array([1, 'x', None], dtype=object)",
            ("ndarray", "object", (3,), "[1 'x' None]"),
        ),
        "records": (
            "np.array([(1, 2.5)], dtype=[('n', int), ('v', float)])",
            ("ndarray", "with n, v", (1,), "[(1, 2.5)]"),
        ),
        "a tensor": ("torch.tensor([0.1, 2.0])", ("Tensor", "float32", (2,), "[0.1 2.]")),
        "a single tensor": ("torch.tensor(0.1)", ("Tensor", "float32", (), "0.1")),
        "a tensor of ints": ("torch.arange(3)", ("Tensor", "int64", (3,), "[0 1 2]")),
        "a tensor of bools": (
            "torch.tensor([True, False])",
            ("Tensor", "bool", (2,), "[True False]"),
        ),
        "a tensor in half": (
            "torch.tensor([0.5], dtype=torch.float16)",
            ("Tensor", "float16", (1,), "[0.5]"),
        ),
        "bfloat16": (
            "torch.tensor([0.5], dtype=torch.bfloat16)",
            ("Tensor", "bfloat16", (1,), "[0.5]"),
        ),
        "a complex tensor": ("torch.tensor([1j])", ("Tensor", "complex64", (1,), "[0.+1.j]")),
        "a sparse tensor": (
            "torch.eye(2).to_sparse()",
            ("Tensor", "float32", (2, 2), "[[1. 0.] [0. 1.]]"),
        ),
        "a tensor without values": (
            "torch.empty(3, device='meta')",
            ("Tensor", "float32", (3,), "Tensor"),
        ),
        "a parameter": ("nn.Parameter(torch.zeros(2))", ("Parameter", "float32", (2,), "[0. 0.]")),
        "a large array": (
            "np.zeros((200, 200))",
            ("ndarray", "float64", (200, 200), "ndarray of shape (200, 200)"),
        ),
        "a large number": ("10 ** 5000", ("int", "", (), "a number with over 1,000 digits")),
    }.values(),
)
def test_a_value_is_shown_as_its_type_has_it(expression, expected):
    assert shown(expression) == expected


def test_whole_numbers_and_truths_stay_what_they_are():
    found = variables(
        "a = np.array([1, 2])\nb = np.array([True, False])\nc = torch.arange(2)\n"
        "d = torch.tensor(True)\ne = np.int64(3)\nf = [np.bool_(False), 2]\n"
    )
    assert found["a"].value.dtype == np.int64
    assert found["b"].value.dtype == np.bool_
    assert found["c"].value.dtype == np.int64
    assert found["d"].value is True
    assert type(found["e"].value) is int
    assert found["f"].value == (False, 2)


def test_a_gradient_has_a_text_of_its_own():
    found = variables(
        "a = torch.tensor([0.5, 1.0], requires_grad=True)\n(a * 0.1).sum().backward()\n"
    )
    assert found["a"].requires_grad
    assert found["a"].grad_text == "[0.1 0.1]"
    assert found["w"].grad_text == ""


HOSTILE = {
    "a class that is no class": "class H:\n    @property\n    def __class__(self):\n        raise OSError('no')\n",
    "a class that ends the run": "class H:\n    @property\n    def __class__(self):\n        raise SystemExit\n",
    "a raising repr": "class H:\n    def __repr__(self):\n        raise OSError('no')\n",
    "a repr that never ends": "class H:\n    def __repr__(self):\n        while True: pass\n",
    "raising attributes": "class H:\n    def __getattribute__(self, name):\n        raise OSError(name)\n",
    "a float that is none": "class H(float):\n    def __float__(self):\n        raise OSError\n    __repr__ = __str__ = __float__\n",
    "an int that is none": "class H(int):\n    def __float__(self):\n        raise OSError\n    __repr__ = __index__ = __float__\n",
    "a str that is none": "class H(str):\n    def __str__(self):\n        raise OSError\n    __repr__ = split = __str__\n",
    "a list that is none": "class H(list):\n    def __iter__(self):\n        raise OSError\n    __len__ = __repr__ = __iter__\n",
    "a dict that is none": "class H(dict):\n    def items(self):\n        raise OSError\n    __len__ = values = __iter__ = items\n",
    "an array that is none": (
        "class H(np.ndarray):\n    def __new__(cls):\n        return np.zeros(2).view(cls)\n"
        "    @property\n    def dtype(self):\n        raise OSError\n"
        "    shape = size = ndim = property(lambda self: 1 / 0)\n    __repr__ = None\n"
    ),
    "a tensor that is none": (
        "class H(torch.Tensor):\n    @classmethod\n    def __torch_function__(cls, *args, **kwargs):\n"
        "        raise OSError\n"
    ),
    "a metaclass with an answer": (
        "class Meta(type):\n    def __getattribute__(cls, name):\n        raise OSError(name)\n"
        "class H(metaclass=Meta):\n    pass\n"
    ),
}


MADE_BY_A_CALL = {"an array that is none", "a tensor that is none"}
# NumPy itself asks an array what it is, when it is put into another.
PLACES = ["h", "[h]", "{'k': h}", "(1, [h])", "np.array([[h]][:0] + [None], dtype=object)"]


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("place", PLACES)
def test_what_a_class_of_the_script_would_answer_is_not_asked(kind, place):
    base = HOSTILE[kind].partition("class H(")[2].partition(")")[0]
    plain = {
        "float": "float.__new__(H, 2)",
        "int": "int.__new__(H, 2)",
        "str": "str.__new__(H, 'a')",
    }
    plain |= {"list": "list.__new__(H)", "dict": "dict.__new__(H)"}
    make = "H()" if kind in MADE_BY_A_CALL else plain.get(base, "object.__new__(H)")
    names = {"__name__": "__main__"}
    exec(
        f"{HEAD}{HOSTILE[kind]}h = {make}\nheld = {place}\nscale = torch.ones(2, requires_grad=True)\n",
        names,
    )
    found = {each.name: each for each in read_variables(names.items())}
    assert found["held"].text.isprintable()
    assert len(found["held"].text) <= LONGEST
    assert found["h"].type_name == "H"
    loop = Script("w = 1.0\nfor h in range(2):\n    w -= 0.1 * w\n").loop
    code = Code()
    parameters = ParameterFinder(loop, History()).find(names, code)
    assert "scale" in [each.name for each in parameters]
    assert code.holds()()
    assert read_optimizers(names, parameters, freeze) == ()


def test_texts_are_bounded_and_say_where_they_are_cut():
    found = variables(
        "a = 'word ' * 1_000_000\nb = ['x' * 1000] * 1000\nc = {i: i for i in range(1000)}\n"
        "d = np.array(['y' * 5000] * 50)\ne = b'z' * 9999\nf = [[[[[[[[1]]]]]]]]\n"
        "g = [np.zeros(50)] * 50\n"
    )
    for name in "abcdeg":
        assert len(found[name].text) <= LONGEST
        assert "…" in found[name].text
    assert "…" in found["f"].text


def test_texts_and_names_only_draw():
    found = variables(
        "a = 'x\\x1b[31m\\u202e\\n'\nglobals()['n\\x1b[2J' + 'm' * 5000] = 1\nglobals()[1] = 2\n"
        "b = type('t\\x1b', (), {})()\n"
        "c = np.array(['\\x1b[0m'])\nd = {'\\x9b': '\\x9b'}\n"
    )
    for each in found.values():
        for text in (each.name, each.text, each.type_name, each.dtype):
            assert text.isprintable(), ascii(text)
            assert len(text) <= LONGEST
