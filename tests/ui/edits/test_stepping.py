"""What an arrow key makes of a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdtui.engine.errors import SettingError
from gdtui.engine.script.settings import MAX_EPOCHS, Setting
from gdtui.ui.edits.stepping import stepped

UP, DOWN = 1, -1


def setting(name, value, choices=()):
    return Setting(name, value, line=1, comment="", start=0, end=0, choices=choices)


RATE = setting("learning_rate", 0.01)
EPOCHS = setting("epochs", 10)
SEED = setting("seed", None)
COUNT = setting("hidden", 4)
NUMBER = setting("x_test", 5.0)

whole_on_scale = st.builds(
    lambda digit, place, sign: sign * digit * 10**place,
    st.integers(1, 9),
    st.integers(0, 15),
    st.sampled_from([1, -1]),
)
rates_on_scale = st.builds(
    lambda digit, power: float(f"{digit}e{power}"),
    st.sampled_from([1, 2, 5]),
    st.integers(-300, 300),
)


def up_from(setting, value, count):
    values = [value]
    for _ in range(count):
        values.append(stepped(setting, values[-1], UP))
    return values


def down_from(setting, value, count):
    values = [value]
    for _ in range(count):
        values.append(stepped(setting, values[-1], DOWN))
    return values


def test_a_learning_rate_moves_on_the_scale_1_2_5():
    scale = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]
    assert up_from(RATE, 0.001, 12) == scale
    assert down_from(RATE, 10.0, 12) == scale[::-1]


@pytest.mark.parametrize(
    ("value", "below", "above"),
    [(0.03, 0.02, 0.05), (0.07, 0.05, 0.1), (0.011, 0.01, 0.02), (0.0099, 0.005, 0.01), (3, 2, 5)],
)
def test_a_learning_rate_between_two_marks_moves_to_the_next(value, below, above):
    assert stepped(RATE, value, UP) == above
    assert stepped(RATE, value, DOWN) == below


def test_a_learning_rate_never_steps_down_to_0():
    assert stepped(RATE, 1e-12, DOWN) == 5e-13
    assert stepped(RATE, 0.0, DOWN) == 0.0
    assert stepped(RATE, 0.0, UP) == 0.001
    assert stepped(RATE, -1.0, DOWN) == -1.0


def test_a_whole_learning_rate_goes_on_as_a_float():
    assert repr(stepped(setting("lr", 1), 1, UP)) == "2.0"
    assert repr(stepped(setting("lr", 1), 1, DOWN)) == "0.5"


def test_epochs_move_by_their_largest_place():
    assert up_from(EPOCHS, 8, 4) == [8, 9, 10, 20, 30]
    assert up_from(EPOCHS, 90, 3) == [90, 100, 200, 300]
    assert down_from(EPOCHS, 200, 3) == [200, 100, 90, 80]
    assert down_from(EPOCHS, 20, 3) == [20, 10, 9, 8]
    assert (stepped(EPOCHS, 15, UP), stepped(EPOCHS, 15, DOWN)) == (20, 10)


def test_epochs_stay_between_1_and_the_most():
    assert stepped(EPOCHS, 1, DOWN) == 1
    assert stepped(EPOCHS, MAX_EPOCHS, UP) == MAX_EPOCHS


def test_other_whole_numbers_go_below_0():
    assert down_from(COUNT, 1, 3) == [1, 0, -1, -2]
    assert down_from(COUNT, -9, 2) == [-9, -10, -20]
    assert up_from(COUNT, -20, 2) == [-20, -10, -9]


def test_a_seed_goes_from_none_to_0_and_back():
    assert up_from(SEED, None, 2) == [None, 0, 1]
    assert down_from(SEED, 1, 3) == [1, 0, None, None]


def test_a_seed_that_stands_in_the_script_can_go_back_to_none():
    assert stepped(setting("seed", 0), 0, DOWN) is None


def test_other_numbers_move_by_a_tenth_of_their_largest_place():
    assert up_from(NUMBER, 5.0, 3) == [5.0, 5.1, 5.2, 5.3]
    assert up_from(NUMBER, -0.1, 3) == [-0.1, 0.0, 0.1, 0.2]
    assert down_from(NUMBER, 0.1, 2) == [0.1, 0.0, -0.1]
    assert up_from(NUMBER, 50.0, 2) == [50.0, 51.0, 52.0]
    assert up_from(NUMBER, 5000.0, 1) == [5000.0, 5100.0]
    assert stepped(NUMBER, 0.001, UP) == 0.1
    assert stepped(NUMBER, -0.27769268, UP) == -0.2
    assert stepped(NUMBER, -0.27769268, DOWN) == -0.3


def test_a_truth_value_changes_to_the_other():
    flag = setting("shuffle", True)
    assert stepped(flag, True, UP) is stepped(flag, True, DOWN) is False
    assert stepped(flag, False, UP) is True


@pytest.mark.parametrize("value", ["sum", [1, 2, 3, 4], (1, 2), {}])
def test_what_is_not_a_number_stays(value):
    assert stepped(setting("name", value), value, UP) is value
    assert stepped(setting("name", value), value, DOWN) is value


@given(rates_on_scale)
def test_a_learning_rate_of_the_scale_comes_back(value):
    assert stepped(RATE, stepped(RATE, value, UP), DOWN) == value
    assert stepped(RATE, stepped(RATE, value, DOWN), UP) == value


@given(whole_on_scale | st.just(0))
def test_a_round_whole_number_comes_back(value):
    assert stepped(COUNT, stepped(COUNT, value, UP), DOWN) == value
    assert stepped(COUNT, stepped(COUNT, value, DOWN), UP) == value


@given(st.integers(-98, 98).map(lambda tenths: tenths / 10))
def test_a_number_with_one_decimal_comes_back(value):
    assert stepped(NUMBER, stepped(NUMBER, value, UP), DOWN) == value
    assert stepped(NUMBER, stepped(NUMBER, value, DOWN), UP) == value


SETTINGS = [
    RATE,
    EPOCHS,
    SEED,
    COUNT,
    NUMBER,
    setting("lr", 1),
    setting("print_every", 1),
    setting("seed", 3),
    setting("note", None),
    setting("shuffle", True),
    setting("order", 2, choices=(1, 2, 3)),
]
kinds = st.sampled_from(SETTINGS)
anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**300, 10**310),
    st.integers(-5, 5),
    st.floats(),
    st.sampled_from([MAX_EPOCHS, 10**9, 2**32 - 1, 1.7976931348623157e308, 5e-324, -5e-324]),
)


@given(kinds, anything, st.sampled_from([UP, DOWN]))
def test_a_step_stays_within_what_a_setting_takes(setting, value, direction):
    try:
        value = setting.check(value)
    except SettingError:
        return
    new = stepped(setting, value, direction)
    assert repr(setting.check(new)) == repr(new)
    if value is not None and new is not None and not isinstance(value, bool):
        assert (new - value) * direction >= 0
