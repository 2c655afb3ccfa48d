"""Syntax trees are made and compiled by one thread at a time."""

from __future__ import annotations

import ast
import builtins
import threading
import traceback
from pathlib import Path

import pytest

import gdtui
from gdtui.engine.parsing import compile_tree, literal, parse
from gdtui.engine.state.failure import failure_of

FROM_TEXT = {"reading.py"}
"""Where ``compile`` gets a text: no tree of Python's objects is made."""

DISTURBED = SystemError("AST constructor recursion depth mismatch (before=126, after=31)")


def _converts(node):
    if not isinstance(node, ast.Call):
        return False
    return ast.unparse(node.func) in ("ast.parse", "ast.literal_eval", "compile")


@pytest.mark.slow
def test_trees_are_converted_in_one_place():
    found = [
        path.name
        for path in Path(gdtui.__file__).parent.rglob("*.py")
        if path.name not in FROM_TEXT and "stages" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _converts(node)
    ]
    assert found == ["parsing.py"] * 3


def disturb(monkeypatch, owner, name, times, error=DISTURBED):
    """Have a conversion fail so often, as it does where another thread converts a tree."""
    convert, left = getattr(owner, name), [error] * times

    def disturbed(*given, **more):
        if left:
            raise left.pop()
        return convert(*given, **more)

    monkeypatch.setattr(owner, name, disturbed)
    return left


@pytest.mark.parametrize(
    ("owner", "name", "convert"),
    [
        (ast, "parse", lambda: ast.unparse(parse("1 + 1", mode="eval"))),
        (ast, "literal_eval", lambda: literal("[1, 2]")),
        (builtins, "compile", lambda: eval(compile_tree(parse("6 * 7", mode="eval"), "it"))),
    ],
)
def test_a_conversion_that_was_disturbed_is_made_again(monkeypatch, owner, name, convert):
    expected = convert()
    with monkeypatch.context() as patch:
        left = disturb(patch, owner, name, 3)
        found = convert()
    assert found == expected
    assert not left


@pytest.mark.parametrize(
    ("times", "error"), [(1, SystemError("error return without exception set")), (1000, DISTURBED)]
)
def test_what_does_not_pass_is_raised(monkeypatch, times, error):
    with monkeypatch.context() as patch:
        disturb(patch, ast, "literal_eval", times, error)
        with pytest.raises(SystemError) as raised:
            literal("[1, 2]")
    assert raised.value is error


def test_a_traceback_that_was_disturbed_is_written_again(monkeypatch):
    try:
        1 / 0  # noqa: B018
    except ZeroDivisionError as error:
        left = disturb(monkeypatch, traceback.TracebackException, "format", 2)
        failure = failure_of(error, __file__, lambda line: f"line {line}")
    assert not left
    assert failure.message == "ZeroDivisionError: division by zero"
    assert "1 / 0" in failure.traceback


def test_several_threads_convert_trees_at_once():
    text = "x = " + "(" * 60 + "1" + " + 1)" * 60
    failed = []

    def work():
        try:
            for _ in range(200):
                compile_tree(parse(text), "it")
                literal("[1, [2, [3, [4]]]]")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert not failed
