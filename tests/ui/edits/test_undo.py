"""Changes of settings, undone and redone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdtui import Script
from gdtui.engine.record.stopping import StopRule
from gdtui.stages import KEYS
from gdtui.ui.edits.checked_edits import apply_edits, carry_over, differences
from gdtui.ui.edits.undo import Choices, Undo

SCRIPTS = {name: Script.stage(name) for name in KEYS}

VALUES = st.one_of(
    st.tuples(st.just("learning_rate"), st.sampled_from(["0.01", "0.02", "0.05", "1", "fast"])),
    st.tuples(st.just("epochs"), st.sampled_from(["10", "20", "0", "7"])),
    st.tuples(st.just("reduction"), st.sampled_from(["'sum'", "'mean'"])),
    st.tuples(st.just("w"), st.sampled_from(["0.0", "1.5", "-0.0"])),
    st.tuples(st.just("weight"), st.sampled_from(["0.5", "None"])),
)
RULES = st.builds(StopRule, st.sampled_from([None, 0.1, 3.0]), st.sampled_from([None, 1, 5]))
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("set"), VALUES),
        st.tuples(st.just("stop"), RULES),
        st.tuples(st.just("reset"), st.none()),
        st.tuples(st.just("stage"), st.sampled_from(KEYS)),
    ),
    max_size=25,
)


class Learner:
    """Changes settings as the app does."""

    def __init__(self, undo: Undo) -> None:
        self.undo = undo
        self.stage = KEYS[0]

    @property
    def script(self) -> Script:
        return carry_over(SCRIPTS[self.stage], self.undo.now.values).script

    @property
    def seen(self) -> tuple[str, StopRule]:
        return self.script.text, self.undo.now.stop

    def change(self, how: str, what) -> None:
        now = self.undo.now
        if how == "stage":
            self.stage = what
        elif how == "reset":
            self.undo.note(Choices())
        elif how == "stop":
            self.undo.note(Choices(now.values, what))
        else:
            script = apply_edits(self.script, dict([what])).script
            if script.text != self.script.text:
                names = {setting.name for setting in script.settings}
                kept = {name: value for name, value in now.values.items() if name not in names}
                changed = script.changed_from(SCRIPTS[self.stage])
                self.undo.note(Choices(kept | changed, now.stop))


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(CHANGES, st.sampled_from([Choices(), Choices({"epochs": 33}, StopRule(0.5))]))
def test_all_undone_gives_the_first_texts_and_all_redone_the_last(changes, first):
    learner = Learner(Undo(first))
    for how, what in changes:
        learner.change(how, what)
    last = learner.seen
    texts = [last]
    while learner.undo.can_undo:
        learner.undo.undo()
        texts.append(learner.seen)
    assert learner.undo.now == first
    for stage in KEYS:
        stages = carry_over(SCRIPTS[stage], first.values).script.text
        assert carry_over(SCRIPTS[stage], learner.undo.now.values).script.text == stages
    while learner.undo.can_redo:
        assert learner.seen == texts.pop()
        learner.undo.redo()
    assert [learner.seen] == texts == [last]


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(CHANGES, st.lists(st.booleans(), max_size=15))
def test_an_undo_and_a_redo_cancel_each_other(changes, ways):
    learner = Learner(Undo(Choices()))
    for how, what in changes:
        learner.change(how, what)
    for forward in ways:
        before = learner.seen
        if forward and learner.undo.can_redo:
            learner.undo.redo()
            learner.undo.undo()
        elif learner.undo.can_undo:
            learner.undo.undo()
            learner.undo.redo()
        assert learner.seen == before


def test_what_is_changed_after_an_undo_takes_the_place_of_what_was_undone():
    undo = Undo(Choices())
    for epochs in (1, 2, 3):
        undo.note(Choices({"epochs": epochs}))
    undo.undo()
    undo.undo()
    undo.note(Choices({"epochs": 9}))
    assert not undo.can_redo
    assert undo.redo().values == {"epochs": 9}
    assert undo.undo().values == {"epochs": 1}


def test_no_change_is_no_step_and_1_is_not_true():
    undo = Undo(Choices({"a": 1}))
    undo.note(Choices({"a": 1}))
    assert not undo.can_undo
    undo.note(Choices({"a": True}))
    undo.note(Choices({"a": 1.0}))
    assert undo.undo().values["a"] is True
    assert undo.undo() == Choices({"a": 1})
    assert undo.undo() == Choices({"a": 1})


def test_many_changes_take_no_more_and_more_memory():
    undo = Undo(Choices())
    for epochs in range(1, 2000):
        undo.note(Choices({"epochs": epochs}))
    steps = 0
    while undo.can_undo:
        undo.undo()
        steps += 1
    assert steps == 500


def test_what_is_said_of_an_undo_is_what_the_script_shows():
    script = SCRIPTS["manual"]
    before = Choices({"learning_rate": 0.02, "weight": 3.0}, StopRule(0.1))
    assert list(differences(script, before, Choices())) == [
        "learning_rate is 0.01 again",
        "stop_below is None again",
    ]
    assert list(differences(script, Choices(), Choices())) == []
