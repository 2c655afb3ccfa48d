"""The names that a training loop in a function sees, brought up to date in place."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdtui.engine.run.scope import Scope, own_first

NAMES = ["a", "b", "c", "d"]
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["set", "del"]), st.booleans(), st.sampled_from(NAMES)),
    max_size=4,
)


def _script(turns, globals_):
    """A script whose function does so many turns of actions, and waits after each."""
    lines = ["def loop():", "    yield"]
    for number, turn in enumerate(turns):
        for place, (action, is_global, name) in enumerate(turn):
            if is_global:
                key = f"globals()[{name!r}]"
                done = f"{key} = {number * 10 + place}" if action == "set" else f"del {key}"
            else:
                done = f"{name} = {-number * 10 - place}" if action == "set" else f"del {name}"
            lines += [f"    try: {done}", "    except (KeyError, UnboundLocalError): pass"]
        lines.append("    yield")
    exec("\n".join(lines), globals_)
    return globals_["loop"]()


@given(st.lists(ACTIONS, max_size=6))
@example([[("set", False, "c")], [("set", True, "c"), ("del", True, "a")]])
@settings(deadline=None)
def test_the_names_are_those_of_the_function_and_then_the_global_ones(turns):
    globals_ = {"a": 1, "b": 2}
    running = _script(turns, globals_)
    next(running)
    scope = Scope(globals_)
    scope.enter(running.gi_frame)
    held = scope.names
    for _ in turns:
        next(running)
        assert scope.names is held
        assert held == own_first(running.gi_frame.f_locals, globals_)


@pytest.mark.parametrize("gone", ["global", "own"])
def test_a_name_that_takes_the_place_of_another_is_seen(gone):
    turn = [("del", gone == "global", "a"), ("set", gone == "global", "c")]
    globals_ = {"a": 1, "b": 2}
    running = _script([[("set", False, "d"), ("set", False, "a")], turn], globals_)
    next(running)
    next(running)
    scope = Scope(globals_)
    scope.enter(running.gi_frame)
    next(running)
    assert scope.names == own_first(running.gi_frame.f_locals, globals_)
