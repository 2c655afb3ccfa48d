"""Which runs a lesson goes through, and where in them its steps are."""

from __future__ import annotations

import pytest

from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.parser import parse_lesson
from gdtui.lessons.walk.plan import make_plan

ASK = "### Ask: bug\n\nWhat?\n\n"
WHY = "\n\n### Why\n\nSo.\n\n"
W, X_TEST = "w = 0.0  # the weight to start from", "x_test = 5.0  # an x that training never sees"
EDIT = f"edit:\n  - find: '{W}'\n    put: w = 7.0\n"
EDITS = (
    f"edits:\n  heavy:\n    - find: '{W}'\n      put: w = 8.0\n"
    f"  far:\n    - find: '{X_TEST}'\n      put: x_test = 6.0"
)


@pytest.fixture
def plan_of(lesson_of):
    """The plan of a lesson whose steps have these moves, one string for each step."""

    def make(*steps, front=""):
        text = "".join(
            "## S\n\n"
            + "".join(f"- go: {each}\n" for each in step.split("; ") if each)
            + "\ntext\n\n"
            for step in steps
        )
        return make_plan(lesson_of(text, f"title: T\n{front}"))

    return make


def values(plan, name):
    return [run.script.value(name) for run in plan.runs]


def places(plan):
    return [
        (stop.shown.run, tuple(each.text for each in stop.shown.moves), stop.shown.mark)
        for stop in plan.stops
    ]


def test_moves_add_up_from_step_to_step(plan_of):
    plan = plan_of("", "epoch 2; loss", "", "end")
    assert places(plan) == [
        (0, (), 0),
        (0, ("epoch 2", "loss"), 0),
        (0, ("epoch 2", "loss"), 2),
        (0, ("epoch 2", "loss", "end"), 2),
    ]
    assert len(plan.runs) == 1
    assert plan.runs[0].script.name == "manual"


def test_an_answer_is_shown_after_its_moves(lesson_of):
    plan = make_plan(
        lesson_of(
            f"## S\n\n- go: epoch\n\ntext\n\n{ASK}- then: loss\n- then: update{WHY}## T\n\nb\n"
        )
    )
    first, second = plan.stops
    assert [each.text for each in first.answered.moves] == ["epoch", "loss", "update"]
    assert (first.shown.mark, first.answered.mark, second.shown.mark) == (0, 1, 3)
    assert second.shown.moves == second.answered.moves == first.answered.moves


def test_settings_of_the_front_matter_hold_from_the_start(plan_of):
    plan = plan_of("", front="stage: autograd\nsettings:\n  epochs: 4\n  w: 2")
    assert (plan.runs[0].script.name, values(plan, "epochs"), values(plan, "w")) == (
        "autograd", [4], [2.0]
    )  # fmt: skip


def test_a_setting_begins_a_run_and_those_before_stay(plan_of):
    plan = plan_of("epoch", "set w = 3.0; loss", "set epochs = 5")
    assert places(plan) == [(0, ("epoch",), 0), (1, ("loss",), 0), (2, (), 0)]
    assert values(plan, "w") == [0.0, 3.0, 3.0]
    assert values(plan, "epochs") == [10, 10, 5]
    assert [run.sets for run in plan.runs] == [frozenset(), {"w"}, {"epochs"}]


def test_several_settings_in_a_row_begin_one_run(plan_of):
    plan = plan_of("set w = 3.0; set epochs = 5; set w = 4.0; epoch")
    assert places(plan) == [(1, ("epoch",), 0)]
    assert values(plan, "w") == [0.0, 4.0]
    assert values(plan, "epochs") == [10, 5]
    assert plan.runs[1].sets == {"w", "epochs"}


def test_settings_that_only_go_together_are_set_in_a_row(plan_of):
    plan = plan_of("set inputs = [1, 2]; set targets = [3, 6]")
    assert values(plan, "inputs") == [[1, 2, 3, 4], [1, 2]]
    assert values(plan, "targets") == [[2, 4, 6, 8], [3, 6]]


def test_settings_with_a_move_between_them_begin_a_run_each(plan_of):
    plan = plan_of("set w = 3.0; epoch; set epochs = 5")
    assert places(plan) == [(2, (), 0)]
    assert values(plan, "w") == [0.0, 3.0, 3.0]


def test_settings_of_two_steps_begin_a_run_each(plan_of):
    assert len(plan_of("set w = 3.0", "set epochs = 5").runs) == 3


def test_a_stage_begins_with_the_settings_of_the_front_matter_that_it_has(plan_of):
    plan = plan_of(
        "set w = 3.0", "stage model; epoch", front="settings:\n  epochs: 4\n  reduction: mean"
    )
    run = plan.runs[2]
    assert (run.script.name, run.script.value("epochs")) == ("model", 4)
    assert places(plan)[1] == (2, ("epoch",), 0)
    back = plan_of("set w = 3.0", "stage autograd", "stage manual")
    assert values(back, "w") == [0.0, 3.0, 0.0, 0.0]


def test_a_setting_right_behind_a_stage_belongs_to_its_run(plan_of):
    plan = plan_of("stage autograd; set epochs = 3")
    assert values(plan, "epochs") == [10, 3]
    assert plan.runs[1].sets == {"epochs"}
    assert plan.runs[1].script.name == "autograd"


def test_edits_begin_a_run_each_and_add_up(plan_of):
    plan = plan_of("set learning_rate = 0.5", "edit heavy", "edit far; epoch", front=EDITS)
    assert values(plan, "learning_rate") == [0.01, 0.5, 0.5, 0.5]
    assert values(plan, "w") == [0.0, 0.0, 8.0, 8.0]
    assert values(plan, "x_test") == [5.0, 5.0, 5.0, 6.0]
    assert places(plan)[-1] == (3, ("epoch",), 0)


def test_mended_takes_all_edits_away_and_keeps_settings(plan_of):
    plan = plan_of("set epochs = 4", "edit far", "mended; loss", front=EDIT + EDITS)
    assert values(plan, "w") == [7.0, 7.0, 7.0, 0.0]
    assert values(plan, "x_test") == [5.0, 5.0, 6.0, 5.0]
    assert values(plan, "epochs") == [10, 4, 4, 4]
    assert places(plan)[-1] == (3, ("loss",), 0)


def test_the_healthy_script_has_the_settings_but_no_edit(plan_of):
    plan = plan_of("", front=EDIT + "settings:\n  epochs: 4")
    assert (plan.healthy.value("w"), plan.healthy.value("epochs")) == (0.0, 4)
    assert (values(plan, "w"), values(plan, "epochs")) == ([7.0], [4])


def test_another_stage_has_no_edits(plan_of):
    assert values(plan_of("stage autograd", front=EDIT), "w") == [7.0, 0.0]


def test_a_script_beside_the_lesson(tmp_path, lesson_of):
    (tmp_path / "mine.py").write_text(
        "v = 1.0\nfor epoch in range(2):\n    loss = v * v\n    v -= 0.1 * 2 * v\n"
    )
    path = tmp_path / "lesson.md"
    plan = make_plan(parse_lesson("---\ntitle: T\nstage: mine.py\n---\n## S\n\na\n", path))
    assert values(plan, "v") == [1.0]


@pytest.mark.parametrize(
    ("step", "front", "line", "says"),
    [
        ("set wight = 3", "", 8, "unknown setting 'wight'; the settings are inputs"),
        ("epoch; set w = 'a'", "", 9, "setting w: 'a' is not allowed"),
        (
            "set reduction = 'mean'; stage autograd; set reduction = 'sum'",
            "",
            10,
            "unknown setting",
        ),
        ("stage six", "", 8, "the stages are manual, autograd, optimizer, model, module"),
        ("stage six.py", "", 8, "six.py: there is no such file"),
        ("edit faster", "", 8, "no edit is called 'faster'; the lesson has none"),
        ("edit fast", EDITS, 14, "no edit is called 'fast'; there are heavy, far"),
        ("edit heavy; edit heavy", EDITS, 3, f"the line '{W}' occurs nowhere"),
        ("", "settings:\n  wight: 3\n  height: 2", 1, "settings: manual has no wight, height"),
        ("", "stage: six", 1, "the stages are manual"),
        ("", "settings:\n  epochs: 0", 1, "setting epochs: 0 is not allowed"),
        ("", EDIT.replace("7.0", "("), 1, "this is not Python"),
    ],
)
def test_what_cannot_be_had_is_said_with_its_line(plan_of, step, front, line, says):
    with pytest.raises(LessonError) as error:
        plan_of(step, front=front)
    assert says in str(error.value)
    assert error.value.line == line
