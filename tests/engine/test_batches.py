"""Mini-batches as a setting."""

from __future__ import annotations

import numpy as np
import pytest

from gdtui import Script, SettingError, Timeline
from gdtui.data.loading import load_samples, with_samples

CHANGES = {"batch_size": 3, "batch_seed": 7, "learning_rate": 0.005, "epochs": 6}
STAGES = ("optimizer", "model", "module")


def by_hand(stage, batch_size=3, seed=7, rate=0.005, epochs=6, name="SGD"):
    """The losses of the batches and the parameters, by a loop of its own."""
    import torch

    x, y = torch.tensor([1.0, 2, 3, 4]), torch.tensor([2.0, 4, 6, 8])
    values = Script.stage(stage).values
    if stage == "optimizer":
        w = torch.tensor(0.0, requires_grad=True)
        parameters = [w]

        def predict(x):
            return w * x

    else:
        model = torch.nn.Linear(1, 1)
        with torch.no_grad():
            model.weight.fill_(values["weight"])
            model.bias.fill_(values["bias"])
        x, y, parameters, predict = x[:, None], y[:, None], list(model.parameters()), model
    optimizer = getattr(torch.optim, name)(parameters, lr=rate)
    torch.manual_seed(seed)
    losses = []
    for _ in range(epochs):
        found = []
        for batch in torch.randperm(4).split(batch_size):
            loss = torch.nn.MSELoss()(predict(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            optimizer.zero_grad()
            found.append(loss.item())
        losses.append(np.mean(found))
    return losses, [each.item() for each in parameters]


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("name", ["SGD", "Adam"])
def test_batches_are_those_of_a_loop_of_its_own_bit_for_bit(stage, name):
    script = Script.stage(stage).with_settings({**CHANGES, "optimizer": name})
    losses, parameters = by_hand(stage, name=name)
    with Timeline(script) as timeline:
        timeline.run()
        np.testing.assert_array_equal(timeline.history.loss[:], losses)
        columns = timeline.history.parameters.values()
        assert [column[5].item() for column in columns] == parameters
        timeline.seek(2)
        for _ in range(9):
            timeline.step()
        timeline.run()
        np.testing.assert_array_equal(timeline.history.loss[:], losses)


@pytest.mark.parametrize("stage", STAGES)
def test_the_setting_is_none_until_it_is_a_number(stage):
    script = Script.stage(stage)
    assert script.values["batch_size"] is None
    assert script.with_settings({"batch_size": None}).text == script.text
    changed = script.with_settings(CHANGES)
    assert changed.changed_from(script) == CHANGES
    assert script.with_settings(changed.changed_from(script)).text == changed.text
    assert "for batch in torch.randperm(len(x)).split(batch_size):" in changed.text
    again = changed.with_settings({"batch_size": 1})
    assert again.values["batch_size"] == 1
    assert again.text.count("randperm") == 1


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "2", [2]])
def test_only_whole_numbers_from_1_are_sizes(value):
    script = Script.stage("model")
    with pytest.raises(SettingError, match="batch_size"):
        script.with_settings({"batch_size": value})
    with pytest.raises(SettingError, match="batch_size"):
        script.with_settings({"batch_size": 2}).with_settings({"batch_size": value})


@pytest.mark.parametrize("stage", ["manual", "autograd", "logistic"])
def test_a_script_without_an_optimizer_has_no_such_setting(stage):
    assert "batch_size" not in Script.stage(stage).values


@pytest.mark.slow
def test_rows_of_a_file_can_be_taken_in_batches(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("x,y\n" + "".join(f"{n / 100},{n / 50}\n" for n in range(200)))
    script = with_samples(Script.stage("model"), load_samples(str(path)))
    script = script.with_settings({"batch_size": 64, "epochs": 2, "learning_rate": 0.01})
    with Timeline(script) as timeline:
        moment = timeline.run()
        assert moment.failure is None, moment.message
        assert len(timeline.history.losses) >= 1


def test_names_are_indexed_where_they_stand_even_behind_wide_characters():
    text = Script.stage("model").text.replace("y_pred = model(x)", "y_pred = model(  x)  # über")
    script = Script(text, "model", "/m.py").with_settings({"batch_size": 2})
    assert "model(  x[batch])  # über" in script.text
