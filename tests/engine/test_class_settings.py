"""The optimizer and the loss of a script as settings: the class in the text is another one, and
what is recorded is what PyTorch computes with it."""

from __future__ import annotations

import itertools

import pytest
import torch
from torch import nn

from gdtui import Script, Timeline
from gdtui.engine.errors import SettingError

STAGES = ["optimizer", "model", "module"]
OPTIMIZERS = {
    "SGD": lambda p, lr: torch.optim.SGD(p, lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9),
    "Nesterov": lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9, nesterov=True),
    "RMSprop": lambda p, lr: torch.optim.RMSprop(p, lr),
    "Adam": lambda p, lr: torch.optim.Adam(p, lr),
    "AdamW": lambda p, lr: torch.optim.AdamW(p, lr),
}
LOSSES = {"MSELoss": nn.MSELoss, "L1Loss": nn.L1Loss, "HuberLoss": nn.HuberLoss}

TEXT = """import torch
from torch import nn, optim
w = torch.zeros(1, requires_grad=True)
x = torch.tensor([1.0, 2.0])
{made}
for epoch in range(3):
    loss = ((w * x - 2 * x) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
"""


def script_with(made):
    return Script(TEXT.format(made=made))


def independent(stage, optimizer, loss, epochs):
    """The losses of a loop that shares nothing with gdtui but PyTorch."""
    x = torch.tensor([1.0, 2.0, 3.0, 4.0])
    y = 2 * x
    if stage == "optimizer":
        w = torch.tensor(0.0, requires_grad=True)
        parameters, predict = [w], lambda: w * x
    else:
        model = nn.Linear(1, 1)
        with torch.no_grad():
            model.weight.fill_(-0.27769268)
            model.bias.fill_(-0.2588077783584595)
        x, y = x.reshape(4, 1), y.reshape(4, 1)
        parameters, predict = list(model.parameters()), lambda: model(x)
    made, criterion = OPTIMIZERS[optimizer](parameters, 0.01), LOSSES[loss]()
    losses = []
    for _ in range(epochs):
        value = criterion(predict(), y)
        losses.append(value.item())
        made.zero_grad()
        value.backward()
        made.step()
    return losses


@pytest.mark.slow
@pytest.mark.parametrize("stage", STAGES)
def test_every_optimizer_and_loss_records_what_an_independent_loop_computes(stage):
    for optimizer, loss in itertools.product(OPTIMIZERS, LOSSES):
        script = Script.stage(stage).with_settings(
            {"optimizer": optimizer, "criterion": loss, "epochs": 30}
        )
        with Timeline(script) as timeline:
            timeline.seek(20)
            before = timeline.seek(7).parameters
            for _ in range(5):
                timeline.step()
            for _ in range(5):
                moment = timeline.back()
            assert all(moment.parameters[name] == before[name] for name in before)
            timeline.run()
            assert list(timeline.history.loss) == independent(stage, optimizer, loss, 30)


@pytest.mark.parametrize("stage", STAGES)
def test_what_a_stage_offers(stage):
    settings = {each.name: each for each in Script.stage(stage).settings}
    assert settings["optimizer"].choices == tuple(OPTIMIZERS)
    assert settings["criterion"].choices == tuple(LOSSES)
    assert (settings["optimizer"].value, settings["criterion"].value) == ("SGD", "MSELoss")


@pytest.mark.parametrize(
    ("made", "value"),
    [
        ("opt = torch.optim.SGD([w], lr=0.1)", "SGD"),
        ("opt = optim.SGD([w], 0.1)", "SGD"),
        ("opt = optim.SGD([w], lr=0.1, momentum=0.5)", "momentum"),
        ("opt = optim.SGD([w], lr=0.1, momentum=0.0)", "SGD"),
        ("opt = optim.SGD([w], lr=0.1, momentum=0.5, nesterov=True)", "Nesterov"),
        ("opt = optim.SGD([w], lr=0.1, momentum=0.5, nesterov=False)", "momentum"),
        ("opt = optim.AdamW([w], lr=0.1, betas=(0.5, 0.9))", "AdamW"),
        # Another class would not know what to do with these, or is not to be seen.
        ("opt = optim.SGD([w], 0.1, 0.9)", None),
        ("opt = optim.SGD([w], lr=0.1, maximize=True)", None),
        ("opt = optim.SGD(*[[w]], lr=0.1)", None),
        ("opt = optim.SGD([w], **{'lr': 0.1})", None),
        ("opt = optim.LBFGS([w], lr=0.1)", None),
        ("SGD = optim.SGD\nopt = SGD([w], lr=0.1)", None),
        ("opt = optim.SGD([w], lr=0.1)\nopt = optim.Adam([w], lr=0.1)", None),
        ("opt = 'sgd'\nopt = optim.SGD([w], lr=0.1)", None),
    ],
)
def test_which_optimizers_can_be_changed(made, value):
    script = script_with(made)
    choices = script.only_classes(script.values)
    assert choices == ({} if value is None else {"opt": value})


def test_what_all_classes_take_stays_as_it_is_written():
    script = script_with(
        "opt = optim.SGD(\n    [w],  # all\n    lr=1e-1,\n    dampening=0, weight_decay=0.01)"
    )
    changed = script.with_settings({"opt": "Adam"})
    assert "opt = optim.Adam([w], lr=1e-1, weight_decay=0.01)\n" in changed.text
    assert script.with_settings({"opt": "SGD"}).text == script.text


def test_a_class_brings_settings_of_its_own():
    script = Script.stage("optimizer")
    assert "momentum" not in script.values
    changed = script.with_settings({"momentum": 0.5, "optimizer": "momentum"})
    assert changed.values["momentum"] == 0.5
    assert "torch.optim.SGD([w], lr=learning_rate, momentum=0.5)" in changed.text
    assert changed.changed_from(script) == {"optimizer": "momentum", "momentum": 0.5}
    assert script.changed_from(script) == {}


@pytest.mark.parametrize("value", ["adam", "Adagrad", "", None, 3, ["SGD"]])
def test_other_classes_are_refused(value):
    with pytest.raises(
        SettingError, match='it takes "SGD" or "momentum" or "Nesterov" or "RMSprop"'
    ):
        Script.stage("model").with_settings({"optimizer": value})


def test_a_class_in_a_branch_that_is_left_out_is_no_setting():
    by_hand = Script.stage("logistic")
    assert "optimizer" not in by_hand.values
    assert by_hand.with_settings({"use_torch": True}).values["optimizer"] == "SGD"
