"""The runs of lessons 5 to 8 and of the bugs once more, by loops of our own: float32 tensors, with
every slope and every step written out; the theory is NumPy's. Of gdtui nothing is used but the
texts of the scripts."""

from __future__ import annotations

from importlib.resources import files
from types import SimpleNamespace

import numpy as np
import torch

X, Y = (1.0, 2.0, 3.0, 4.0), (2.0, 4.0, 6.0, 8.0)
RECORDED = (-0.27769268, -0.2588077783584595)
"""The weight and the bias that the notebook has recorded."""

# The texts of scripts --------------------------------------------------------------------


def script(name, *changes):
    """The text of a script that comes with gdtui, with other pieces of text put in."""
    folder = files("gdtui") / ("lessons/texts" if name in ("fahrenheit", "warm_day") else "stages")
    text = (folder / f"{name}.py").read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def line(text, code):
    """The number of the first line that begins with some code."""
    found = [at for at, each in enumerate(text.splitlines(), 1) if each.strip().startswith(code)]
    assert found, code
    return found[0]


# How far a step goes ---------------------------------------------------------------------


def plain(rate):
    return lambda slope: rate * slope


def momentum(rate, kept=0.9):
    velocity = 0.0

    def step(slope):
        nonlocal velocity
        velocity = kept * velocity + slope
        return rate * velocity

    return step


def adam(rate, one=0.9, two=0.999, small=1e-8):
    mean, square, count = 0.0, 0.0, 0

    def step(slope):
        nonlocal mean, square, count
        count += 1
        mean = one * mean + (1 - one) * slope
        square = two * square + (1 - two) * slope**2
        return rate * (mean / (1 - one**count)) / ((square / (1 - two**count)).sqrt() + small)

    return step


# How wrong predictions are, and what a prediction does to that -----------------------------


def mean_of_squares(predicted, y):
    errors = predicted - y
    return (errors**2).mean(), 2 / len(y) * errors


def sum_of_squares(predicted, y):
    errors = predicted - y
    return (errors**2).sum(), 2 * errors


def each_with_every_target(predicted, y):
    """The mean over a table: what comes of a column of predictions and a row of targets."""
    table = predicted[:, None] - y[None, :]
    return (table**2).mean(), (2 / table.numel() * table).sum(dim=1)


# Runs ------------------------------------------------------------------------------------


class Run:
    """A run, epoch by epoch. With one number to start from the model is w * x, with two it is
    weight * x + bias, and x and y are columns.

    Attributes:
        values: the parameters before the first epoch, and then after each.
        losses, slopes, left: of each epoch its loss, the gradient that its update used and what
            is held of it at the end.
    """

    def __init__(
        self,
        epochs,
        rate,
        start=(0.0,),
        *,
        x=X,
        y=Y,
        step=None,
        loss=mean_of_squares,
        piling_up=False,
        predicting_once=False,
        text="",
        **settings,
    ):
        self.names = ("w",) if len(start) == 1 else ("weight", "bias")
        self.text = text
        self.settings = {"learning_rate": rate, "epochs": epochs, "x_test": 5.0, **settings}
        self.x, self.y = np.array(x), np.array(y)
        self.flat_targets = loss is each_with_every_target
        inputs, targets = torch.tensor(x), torch.tensor(y)
        now = [torch.tensor(each, dtype=torch.float32) for each in start]
        steps = step or (lambda: plain(rate))
        move = [steps() for _ in now]
        held = [torch.tensor(0.0) for _ in now]
        self.values = [[each.item() for each in now]]
        self.losses, self.slopes, self.left, self.predictions = [], [], [], []
        predicted = None
        for _ in range(epochs):
            if predicted is None or not predicting_once:
                predicted = now[0] * inputs + (now[1] if len(now) == 2 else 0.0)
            how_wrong, share = loss(predicted, targets)
            slopes = [(share * inputs).sum(), share.sum()][: len(now)]
            held = [old + new for old, new in zip(held, slopes, strict=True)]
            now = [each - move[at](held[at]) for at, each in enumerate(now)]
            self.predictions.append(predicted.double().numpy())
            self.losses.append(how_wrong.item())
            self.slopes.append([each.item() for each in held])
            if not piling_up:
                held = [0.0 * each for each in held]
            self.left.append([float(each) for each in held])
            self.values.append([each.item() for each in now])

    def after(self, epoch, name):
        return self.values[epoch][self.names.index(name)]

    def loss_in(self, epoch):
        assert epoch > 0
        return self.losses[epoch - 1]

    def gradient_in(self, epoch, name):
        assert epoch > 0
        return self.slopes[epoch - 1][self.names.index(name)]

    def course(self, name):
        """A parameter before the first epoch and after each."""
        return np.array(self.values)[:, self.names.index(name)]

    @property
    def design(self):
        return np.stack([self.x, np.ones_like(self.x)][: len(self.names)], axis=1)

    @property
    def theory(self):
        """What the eigenvalues of the mean squared error's second derivative say."""
        hessian = 2 / len(self.x) * self.design.T @ self.design
        values = np.linalg.eigvalsh(hessian)[::-1]
        return SimpleNamespace(
            curvature=values[0],
            curvatures=values,
            stable_below=2 / values[0],
            best_rate=2 / (values[0] + values[-1]),
        )

    @property
    def best(self):
        return self._named(np.linalg.lstsq(self.design, self.y, rcond=None)[0])

    def _named(self, values):
        return SimpleNamespace(**dict(zip(self.names, values, strict=True)))

    def at(self, epoch, phase="end", **more):
        """What the names of a lesson mean right after a phase of an epoch: ``predict``, ``loss``,
        ``gradient`` or ``update``, or at its ``end``; before the first epoch at the end of epoch
        0. Other names may be given, such as those that a lesson keeps."""
        updates = epoch if phase in ("update", "end") else epoch - 1
        losses = epoch - 1 if phase == "predict" else epoch
        shape = (-1, 1) if len(self.names) == 2 else (-1,)
        names = {
            **self.settings,
            **vars(self._named(self.values[updates])),
            "x": self.x.reshape(shape),
            "y": self.y if self.flat_targets else self.y.reshape(shape),
            "n_samples": len(self.x),
            "epoch": epoch,
            "setting": SimpleNamespace(**self.settings),
            "start": self._named(self.values[0]),
            "best": self.best,
            "theory": self.theory,
            "loss_in": self.loss_in,
            "after": self.after,
            "gradient_in": self.gradient_in,
            "line_of": lambda code: line(self.text, code),
        }
        if losses:
            names["loss"] = self.losses[losses - 1]
        if epoch:
            names["y_pred"] = self.predictions[epoch - 1].reshape(shape)
            held = self.slopes if phase in ("gradient", "update") else [[0.0, 0.0], *self.left]
            at = epoch if phase == "end" else epoch - 1
            names["grad"] = self._named(held[at][: len(self.names)])
        before = more.pop("before", None)
        return names | more | ({"before": SimpleNamespace(**before)} if before else {})
