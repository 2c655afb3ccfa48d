"""How much work it takes to load scripts of different lengths: prints it as JSON.

In a process of its own, for Python 3.11 may hang under ``sys.setprofile`` once a greenlet has run.
"""

from __future__ import annotations

import ast
import io
import json
import sys
import tokenize

from gdtui.engine.program.program import compile_program
from gdtui.engine.script.names import loop_names
from gdtui.engine.script.script import Script


def statements_in_the_loop(count):
    body = "".join(f"    v{n} = x * {n}.5 + w\n" for n in range(count))
    return f"x = 1.0\nw = 8.0\nfor epoch in range(3):\n    loss = w * w\n{body}    w -= 0.1 * w\n"


def updates_in_the_loop(count):
    above = "".join(f"p{n} = {n}.0\n" for n in range(count))
    body = "".join(f"    dp{n} = p{n} * 2\n    p{n} -= 0.1 * dp{n}\n" for n in range(count))
    return f"{above}for epoch in range(3):\n    loss = p0 * p0\n{body}"


def names_above_the_loop(count):
    above = "".join(f"name_{n} = {n}.5  # one of many\n" for n in range(count))
    return f"{above}w = 8.0\nfor epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n"


def numbers_in_a_literal(count):
    return f"data = [{', '.join(map(str, range(count)))}]\n" + names_above_the_loop(1)


def functions_that_call(count):
    functions = "".join(
        f"def f{n}(a):\n    return f{n + 1}(a) + f{n + 1}(a)\n" for n in range(count)
    )
    return f"{functions}def f{count}(a):\n    return a\nw = 8.0\nfor epoch in range(2):\n    loss = w * w\n    w -= 0.1 * w\n"


def calls_in_the_loop(count):
    body = "    step()\n" * count
    return (
        "w = 8.0\ndef step():\n    global w\n    dw = 2 * w\n    w -= 0.01 * dw\n"
        f"for epoch in range(2):\n    loss = w * w\n{body}"
    )


def blocks_in_blocks(count):
    text, indent = "w = 8.0\nfor epoch in range(2):\n    loss = w * w\n    w -= 0.1 * w\n", "    "
    for n in range(15):
        text += f"{indent}if w > {n}:\n"
        indent += "    "
        text += "".join(f"{indent}v{n}_{k} = w * {k}\n" for k in range(count // 15))
    return text


def comments_and_words(count):
    return "".join(
        f's{n} = \'# {n}\'  # "a" or "b"\n' for n in range(count)
    ) + names_above_the_loop(1)


def calls_of(text):
    """How many Python functions are called, generators resumed and so on, to load a script."""

    def load():
        script = Script(text)
        compile_program(script)
        assert script.settings or "data" not in text
        loop_names(script)

    return calls_in(load)


def calls_in(function):
    counted = 0

    def count(frame, event, argument):
        nonlocal counted
        counted += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(before)
    return counted


MAKES = {
    make.__name__: make
    for make in (
        statements_in_the_loop,
        updates_in_the_loop,
        names_above_the_loop,
        numbers_in_a_literal,
        functions_that_call,
        calls_in_the_loop,
        blocks_in_blocks,
        comments_and_words,
    )
}


def beside_reading():
    """The work that 20,000 numbers in a literal add, and what Python's own tools need for going
    through them once."""
    text = numbers_in_a_literal(20_010)
    tree = ast.parse(text)

    def read():
        ast.literal_eval(tree.body[0].value)
        list(ast.walk(tree))
        list(tokenize.generate_tokens(io.StringIO(text).readline))

    return calls_of(text) - calls_of(numbers_in_a_literal(10)), calls_in(read)


if __name__ == "__main__":
    for made in MAKES.values():
        calls_of(made(30))  # what is done once
    counts = {name: [calls_of(made(count)) for count in (200, 400)] for name, made in MAKES.items()}
    print(json.dumps(counts | {"literal": beside_reading()}))
