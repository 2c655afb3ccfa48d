"""What stands in the panes at every statement of two epochs, beside arithmetic of the test's own:
plain gradient descent on four samples."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

import numpy as np
import pytest
from driving import Driver, drive

SIZE = (120, 36)
"""With one pane in all the room there is, nothing is cut."""

X, Y = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 4.0, 6.0, 8.0])
X_TEST, RATE = 5.0, 0.01

NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?:e-?\d+)?(?!\w)")


@dataclass(frozen=True)
class Stage:
    """What the test knows of a stage.

    Attributes:
        start: the parameters to start from, the weight first.
        names: what the app calls them.
        reduction: how the script makes its gradient of the samples' shares.
        rate, gradients: the script's names for the learning rate and the gradients.
        statements: what the statements of the first epoch do, in their order.
        print_every: the second epoch prints nothing unless this is 1.
        settings: names that never change, with the numbers in them.
        operations: what autograd notes from the leaf or leaves to the loss, beside the
            plain words for it.
        cleared: what is left in a gradient once it has been zeroed.
    """

    start: tuple[float, ...]
    names: tuple[str, ...]
    reduction: str
    rate: str
    gradients: tuple[str, ...]
    statements: tuple[str, ...]
    print_every: int
    settings: dict[str, tuple[float, ...]]
    operations: tuple[tuple[str, str], ...] = ()
    cleared: str = "None"


_COMMON = {
    "inputs": tuple(X),
    "targets": tuple(Y),
    "x_test": (X_TEST,),
    "learning_rate": (RATE,),
    "x": tuple(X),
    "y": tuple(Y),
}
_LINEAR = {
    "start": (-0.27769268, -0.2588077783584595),
    "reduction": "mean",
    "rate": "lr",
    "statements": (
        *("predict", "loss", "gradient", "update", "zero"),
        *("report", "names", "report"),
    ),
    "print_every": 10,
    "settings": {
        **_COMMON,
        "epochs": (200,),
        "print_every": (10,),
        "weight": (-0.27769268,),
        "bias": (-0.2588077783584595,),
        "n_samples": (4,),
        "n_features": (1,),
        "seed": (),
        "model": (),
        "criterion": (),
        "optimizer": (),
    },
    "operations": (
        ("transpose", "TBackward0"),
        ("linear layer, x·Wᵀ + b", "AddmmBackward0"),
        ("mean squared error", "MseLossBackward0"),
    ),
}
STAGES = {
    "manual": Stage(
        start=(0.0,),
        names=("w",),
        reduction="sum",
        rate="learning_rate",
        gradients=("dw",),
        statements=("predict", "loss", "gradient", "update", "report", "report"),
        print_every=1,
        settings={**_COMMON, "epochs": (10,), "print_every": (1,), "reduction": ()},
    ),
    "autograd": Stage(
        start=(0.0,),
        names=("w",),
        reduction="mean",
        rate="learning_rate",
        gradients=("w.grad",),
        statements=(
            *("predict", "loss", "gradient", "header", "update", "zero"),
            *("report", "report"),
        ),
        print_every=2,
        settings={**_COMMON, "epochs": (20,), "print_every": (2,)},
        operations=(
            ("multiply", "MulBackward0"),
            ("subtract", "SubBackward0"),
            ("power", "PowBackward0"),
            ("mean", "MeanBackward0"),
        ),
        cleared="0",
    ),
    "optimizer": Stage(
        start=(0.0,),
        names=("w",),
        reduction="mean",
        rate="lr",
        gradients=("w.grad",),
        statements=("predict", "loss", "gradient", "update", "zero", "report", "report"),
        print_every=10,
        settings={
            **_COMMON,
            "epochs": (100,),
            "print_every": (10,),
            "criterion": (),
            "optimizer": (),
        },
        operations=(("multiply", "MulBackward0"), ("mean squared error", "MseLossBackward0")),
    ),
    "model": Stage(names=("weight", "bias"), gradients=("weight.grad", "bias.grad"), **_LINEAR),
    "module": Stage(names=("weight", "bias"), gradients=("weight.grad", "bias.grad"), **_LINEAR),
}


@dataclass(frozen=True)
class Sums:
    """The arithmetic of one epoch, in double precision."""

    before: np.ndarray
    after: np.ndarray
    predicted: np.ndarray
    errors: np.ndarray
    shares: np.ndarray
    gradient: np.ndarray

    @property
    def loss(self) -> float:
        return float(np.mean(self.errors**2))


def sums_of(stage: Stage, epochs: int) -> list[Sums]:
    """The epochs of a stage, from the first on."""
    found = []
    at = np.array(stage.start)
    design = np.stack([X, np.ones(4)], axis=1)[:, : len(at)]
    for _ in range(epochs):
        errors = design @ at - Y
        shares = 2 * design * errors[:, np.newaxis]
        gradient = shares.sum(axis=0) if stage.reduction == "sum" else shares.mean(axis=0)
        after = at - RATE * gradient
        found.append(Sums(at, after, design @ at, errors, shares, gradient))
        at = after
    return found


# Reading what is drawn ----------------------------------------------------------------


def numbers(text: str) -> list[float]:
    """The numbers in a text, in their order. A minus with a blank behind it is a sign between
    two of them."""
    return [float(each) for each in NUMBER.findall(text)]


class Drawn:
    """The screen as it is drawn now."""

    def __init__(self, app: Driver) -> None:
        self._main = app.main
        self._lines = app.screen_text().splitlines()

    def text(self, selector: str) -> list[str]:
        """The lines of a pane, with its borders."""
        # Every character on the screen is one column wide.
        region = self._main.query_one(selector).region
        rows = self._lines[region.y : region.bottom]
        return [row[region.x : region.right] for row in rows]

    def pane(self, selector: str) -> tuple[str, list[str]]:
        """The title of a pane and the lines in it."""
        top, *inside, bottom = self.text(selector)
        assert top[0] + top[-1] + bottom[0] + bottom[-1] == "╭╮╰╯"
        return top.strip("╭╮─ "), [line[1:-1].rstrip() for line in inside]

    def below(self, selector: str) -> str:
        """What stands in the lower border of a pane."""
        return self.text(selector)[-1].strip("╰╯─ ")


def formulas(lines: list[str]) -> dict[str, list[str]]:
    """What stands on the right of each formula, by what stands on its left."""
    found: dict[str, list[str]] = {}
    left = ""
    for line in lines:
        if begun := re.match(r"(\S+) = (.+)", line):
            left = begun[1]
            found[left] = [begun[2]]
        elif more := re.match(r" +(= )?(.+)", line):
            if more[1]:
                found[left].append(more[2])
            else:
                found[left][-1] += f" {more[2]}"
        else:
            assert "=" not in line
    return found


def close(found, expected) -> None:
    """Compare with what float32 makes of it."""
    found, expected = np.atleast_1d(found), np.atleast_1d(expected)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=5.1e-5, atol=5e-5)


def about(found, expected) -> None:
    """Compare six digits."""
    np.testing.assert_allclose(
        np.atleast_1d(found), np.atleast_1d(expected), rtol=5.1e-5, atol=5e-5
    )


def worked_out(text: str):
    """What the numbers of a formula make when one works them out."""
    return eval(text.replace("·", "*"), {"__builtins__": {}})


# The panes ----------------------------------------------------------------------------


QUEUES = 60
"""Turns of the event loop that a key takes at most."""


async def press(app, *keys):
    """Press keys, as the driver does, but without waiting for the machine to be idle."""
    for key in keys:
        app.app.simulate_key(key)
        # It goes from the field or pane with the focus up to the app, from queue to queue.
        for _ in range(QUEUES):
            await asyncio.sleep(0)
        while not app.app.idle:
            assert app.app.is_running
            await app.pilot.pause(0)
        await app.pilot.pause(0)


class Walk:
    """The app at one statement after another, and what it should be showing there."""

    def __init__(self, app: Driver, stage: Stage) -> None:
        self.app = app
        self.stage = stage
        self.sums = sums_of(stage, 2)

    async def go(self, check) -> None:
        """Go to the start and through two epochs, and check at every statement."""
        await press(self.app, "g")
        assert self.app.moment.position == (0, 0)
        for epoch in (1, 2):
            kinds = list(self.stage.statements)
            if epoch == 2 and self.stage.print_every > 1:
                # What is printed, and what is named to be printed.
                kinds = kinds[: kinds.index("report") + 1]
            for step, kind in enumerate(kinds, 1):
                await self._step()
                assert self.app.moment.position == (epoch, step)
                self.epoch, self.kind = epoch, kind
                self.done = kinds[:step]
                self.ended = step == len(kinds)
                self.drawn = Drawn(self.app)
                check()

    async def _step(self) -> None:
        # As a key press, without waiting for the machine to be idle as the pilot does.
        before = self.app.moment
        self.app.app.simulate_key("n")
        while self.app.moment is before or not self.app.app.idle:
            assert self.app.app.is_running
            await asyncio.sleep(0)

    @property
    def now(self) -> Sums:
        return self.sums[self.epoch - 1]

    @property
    def parameters(self) -> np.ndarray:
        """The parameters as they are now."""
        return self.now.after if "update" in self.done else self.now.before

    @property
    def loss(self) -> float | None:
        """What the script's loss holds now."""
        if "loss" in self.done:
            return self.now.loss
        return self.sums[0].loss if self.epoch == 2 else None

    @property
    def held(self) -> np.ndarray | None:
        """What the gradients hold now; None where they have been taken away, or are not there
        yet."""
        if "zero" in self.done or (self.epoch == 2 and "gradient" not in self.done):
            if self.stage.gradients == ("dw",):
                return self.sums[0].gradient
            return np.zeros(1) if self.stage.cleared == "0" else None
        return self.now.gradient if "gradient" in self.done else None

    # Numbers, header and diagnosis --------------------------------------------------------

    def check_numbers(self) -> None:
        title, lines = self.drawn.pane("#numbers")
        special = {"header": "update", "names": f"line {self.app.moment.line}"}
        assert title == f"Numbers: {special.get(self.kind, self.kind)}"
        at = next(place for place, line in enumerate(lines) if line.startswith("x "))
        said = [line for line in lines[:at] if line]
        check = {"report": self._report, "names": self._report}.get(self.kind)
        (check or getattr(self, f"_{self.kind}"))(said)
        self._check_table([line for line in lines[at:] if line])
        self._check_header()
        self._check_diagnosis()

    def _predict(self, said: list[str]) -> None:
        symbols, terms, results = formulas(said[1:])["y_pred"]
        if len(self.stage.start) == 1:
            assert symbols == "w·x"
            expected = [(self.now.before[0], x) for x in X]
        else:
            assert symbols == "weight·x + bias"
            weight, bias = self.now.before
            sign = "-" if bias < 0 else "+"
            assert terms.count(f" {sign} ") == 4
            expected = [(weight, x, abs(bias)) for x in X]
        close(numbers(terms), np.ravel(expected))
        close(worked_out(terms), self.now.predicted)
        close(numbers(results), self.now.predicted)

    def _loss(self, said: list[str]) -> None:
        symbols, squares, result = formulas(said[1:])["loss"]
        assert symbols == "mean((y_pred - y)²)"
        close(numbers(squares), [*self.now.errors**2, 4])
        close(worked_out(squares), self.now.loss)
        close(numbers(result), self.now.loss)

    def _gradient(self, said: list[str]) -> None:
        found = formulas([line for line in said if "=" in line])
        short = self.stage.names
        # The sum is 4 times the derivative of a loss that is the mean over 4 samples.
        times = "4·" if self.stage.reduction == "sum" else ""
        assert list(found) == [f"{times}dJ/d{name}" for name in short]
        for place, (symbols, terms, result) in enumerate(found.values()):
            times = "·x" if not place else ""
            assert symbols == f"{self.stage.reduction}(2{times}·(y_pred - y))"
            factors = [X, self.now.errors] if not place else [self.now.errors]
            expected = np.stack([np.full(4, 2.0), *factors], axis=1).ravel()
            mean = self.stage.reduction == "mean"
            close(numbers(terms), [*expected, 4] if mean else expected)
            close(worked_out(terms), self.now.gradient[place])
            close(numbers(result), self.now.gradient[place])
        for name, expected in zip(self.stage.gradients, self.now.gradient, strict=True):
            (holds,) = (line for line in said if line.startswith(f"{name} holds "))
            close(numbers(holds), expected)
        notes = [line for line in said if "adds the 4 shares and does not divide" in line]
        assert bool(notes) == (self.stage.reduction == "sum")

    def _header(self, said: list[str]) -> None:
        assert len(said) == 1
        assert "autograd records nothing" in said[0]

    def _update(self, said: list[str]) -> None:
        assert "downhill" in said[0]
        found = formulas(said[1:])
        assert list(found) == list(self.stage.names)
        for place, (name, (symbols, terms, result)) in enumerate(found.items()):
            rate, gradient = self.stage.rate, self.stage.gradients[place]
            assert symbols == f"{name} - {rate}·{gradient}"
            now = self.now
            close(numbers(terms), [now.before[place], RATE, now.gradient[place]])
            close(worked_out(terms), now.after[place])
            close(numbers(result), now.after[place])

    def _zero(self, said: list[str]) -> None:
        assert len(said) == len(self.stage.names)
        for line, name, was in zip(said, self.stage.gradients, self.now.gradient, strict=True):
            before, _, after = line.partition("; now it is ")
            assert before.startswith(f"{name} was ")
            close(numbers(before), was)
            assert re.match(r"\w+", after)[0] == self.stage.cleared

    def _report(self, said: list[str]) -> None:
        assert said[0] == "Nothing that is trained changes."
        every, turn = self.stage.print_every, self.epoch - 1
        tested = [
            "if = epoch % print_every == 0",
            f"   = {turn} % {every} == 0",
            f"   = {turn % every} == 0",
            f"   = {turn % every == 0}",
        ]
        text = self.app.app.script.lines[self.app.moment.line - 1].strip()
        if text.startswith("if "):
            assert said[1:] == tested
        elif text.startswith("w, b = "):
            weight, bias = self.parameters
            assert said[1].startswith("w, b = (model.")
            close(numbers(said[-1].partition("=")[2]), np.array([weight, bias]))
        else:
            assert said[1:] == []

    def _check_table(self, lines: list[str]) -> None:
        now = self.now
        headings, columns = ["x"], [X]
        if "loss" in self.done:
            headings, columns = ["x", "y"], [X, Y]
        headings.append("y_pred")
        columns.append(now.predicted)
        under = len(headings)
        if "loss" in self.done:
            headings += ["error", "error²"]
            columns += [now.errors, now.errors**2]
        if "gradient" in self.done:
            headings += ["2·x·err", "2·err"][: len(self.stage.names)]
            columns += list(now.shares.T)
        assert lines[0].split() == headings
        for line, row in zip(lines[1:5], np.stack(columns, axis=1), strict=True):
            close(numbers(line), row)
        totals = {line.split()[0]: numbers(line) for line in lines[5:]}
        assert list(totals) == (["sum", "mean"] if "loss" in self.done else [])
        for name, found in totals.items():
            close(found, [getattr(np, name)(each) for each in columns[under:]])
        # What stands below one another ends in one place.
        ends = [[each.end() for each in re.finditer(r"\S+", line)] for line in lines[:5]]
        assert all(each == ends[0] for each in ends)
        for line in lines[5:]:
            assert [each.end() for each in re.finditer(r"\S+", line)][1:] == ends[0][under:]

    def _check_header(self) -> None:
        (header,) = self.drawn.text("#header")
        loss, values = re.search(r"loss (\S+) +(.*?)   ", header).groups()
        assert f" epoch {self.epoch}/" in header
        if self.loss is None:
            assert loss == "-"
        else:
            close(float(loss), self.loss)
        shown = values.split()
        assert shown[::2] == list(self.stage.names)
        about([float(each) for each in shown[1::2]], self.parameters)

    def _check_diagnosis(self) -> None:
        (said,) = self.drawn.text("#diagnosis")
        if self.epoch == 1:
            # One epoch proves nothing.
            assert "%" not in said
            return
        if not self.ended:
            assert "Too early to tell" in said
            return
        design = np.stack([X, np.ones(4)], axis=1)[:, : len(self.stage.names)]
        scale = 4 if self.stage.reduction == "sum" else 1
        curvatures = np.linalg.eigvalsh(scale * 2 / 4 * design.T @ design)
        flat, steep = curvatures[0], curvatures[-1]
        left = 1 - RATE * flat
        arithmetic = [1, RATE, flat] if len(curvatures) == 1 else []
        expected = [100 * left, *arithmetic, 2 / steep, 2 / (steep + flat)]
        np.testing.assert_allclose(numbers(said), expected, rtol=6e-4)
        assert said.startswith(" Smooth")
        assert ("a sum, not a mean" in said) == (scale == 4)

    # Variables ----------------------------------------------------------------------------

    def check_variables(self) -> None:
        title, lines = self.drawn.pane("#variables")
        assert title == "Variables"
        since, *rest = [line for line in lines if line.strip()]
        assert since.startswith(f"Changed by line {self.app.moment.line}: ")
        marked = [line for line in rest if line.startswith("● ")]
        assert since.endswith(f": {len(marked) or 'nothing'}")
        # The changed ones stand first, above a line.
        assert rest[len(marked)].strip("─") == ""
        assert rest[: len(marked)] == marked
        shown, changed = {}, set()
        for line in marked + rest[len(marked) + 1 :]:
            name, kind = line[2:].split()[:2]
            value, grads, gradient = line[line.index(kind) + len(kind) :].partition("  grad ")
            value = re.sub(r"^( (float|int)\d+)?( \d(x\d)*)? ", "", value)
            if kind == "parameter":
                # The settings of a stage may have the same names as its parameters.
                name = f"own {name.removeprefix('linear.')}"
            shown[name] = (kind, value.strip(), gradient if grads else None)
            changed |= {name} if line in marked else set()
        assert changed == self._changed
        assert set(shown) == set(self._values)
        for name, expected in self._values.items():
            kind, value, gradient = shown[name]
            if expected:
                close(numbers(value), expected)
            place = self._place_of(name)
            noted = place is not None or name in ("y_pred", "loss")
            assert (gradient is not None) == (noted and kind in ("Tensor", "parameter"))
            if gradient is None:
                continue
            if self.held is None or place is None:
                assert gradient == "None"
            else:
                close(*numbers(gradient), self.held[place])

    def _place_of(self, name: str) -> int | None:
        """The place among the parameters of one that is tracked; None for other variables."""
        if len(self.stage.names) == 1:
            return 0 if name == "w" else None
        own = name.removeprefix("own ")
        return None if own == name else self.stage.names.index(own)

    @property
    def _changed(self) -> set[str]:
        """The script's own names that this statement has changed."""
        own = {"w"} if len(self.stage.names) == 1 else {"own weight", "own bias"}
        return {
            "predict": {"epoch", "y_pred"},
            "loss": {"loss"},
            "gradient": {"dw"} if self.stage.gradients == ("dw",) else own,
            "update": own,
            "zero": own,
            "names": {"w", "b"},
        }.get(self.kind, set())

    @property
    def _values(self) -> dict[str, tuple[float, ...]]:
        """The script's variables that there are by now, with the numbers in them."""
        found = dict(self.stage.settings)
        found["epoch"] = (self.epoch - 1,)
        found["y_pred"] = tuple(self.now.predicted)
        if self.loss is not None:
            found["loss"] = (self.loss,)
        if len(self.stage.names) == 1:
            found["w"] = tuple(self.parameters)
        else:
            for name, value in zip(self.stage.names, self.parameters, strict=True):
                found[f"own {name}"] = (value,)
            if "names" in self.done or self.epoch == 2:
                found |= {"w": (self.sums[0].after[0],), "b": (self.sums[0].after[1],)}
        if self.stage.gradients == ("dw",) and self.held is not None:
            found["dw"] = tuple(self.held)
        return found

    # Graph --------------------------------------------------------------------------------

    def check_graph(self) -> None:
        title, lines = self.drawn.pane("#graph")
        assert title == "Graph"
        lines = [line for line in lines if line]
        if not self.stage.operations:
            assert "There is no autograd graph here" in lines[0]
            source = self.app.app.report.script.lines[55].strip()
            assert lines[1] == f"Line 56: {source}"
            assert source == "dw = gradient(x, y, y_pred)"
            assert lines[2:] == ["It follows the chain rule: sum(2·x·(y_pred - y))."]
            return
        leaves = [line for line in lines if "●" in line]
        assert len(leaves) == len(self.stage.names)
        for line in leaves:
            name, value, grad, gradient = re.sub("[●│]", "", line).split()
            place = self.stage.names.index(name.removeprefix("linear."))
            about(float(value), self.parameters[place])
            assert grad == "grad"
            if self.held is None:
                assert gradient == "None"
            else:
                about(float(gradient), self.held[place])
        done = [line for line in lines if "○" in line]
        wanted = list(self.stage.operations)
        if "loss" not in self.done:
            made = next(n for n, each in enumerate(wanted) if each[0] in ("multiply", _LAYER))
            wanted = wanted[: made + 1]
        assert [line.split()[-1] for line in done] == [each for _, each in wanted]
        for line, (words, _) in zip(done, wanted, strict=True):
            said = re.sub("[○│]", "", line).strip()
            assert said.startswith(f"{words}  ") or said.startswith(f"{words} = ")
            if " = y_pred " in said:
                about(numbers(said.partition(" = y_pred ")[2]), self.now.predicted)
            elif " = loss " in said:
                about(numbers(said.partition(" = loss ")[2]), self.now.loss)
        assert sum(" = " in line for line in done) == (2 if "loss" in self.done else 1)
        root = "loss" if "loss" in self.done else "y_pred"
        gone = "gradient" in self.done
        assert lines[-1].startswith(
            "backward() has gone through it" if gone else f"{root}.backward() would go"
        )

    # Fit and landscape ----------------------------------------------------------------------

    def check_fit(self) -> None:
        title, _ = self.drawn.pane("#fit")
        equation = title.removeprefix("Fit ").removeprefix("y_pred = ")
        weight, *bias = self.parameters
        assert equation.count("·x") == 1
        about(worked_out(equation.replace("·x", "")), weight + sum(bias))
        about(numbers(equation), [weight, *map(abs, bias)])
        said = self.drawn.below("#fit")
        assert "╌ " in said
        value = re.search(r"◆ f\(5\)[ =]+(\S+)$", said)[1]
        about(float(value), weight * X_TEST + sum(bias))

    def check_landscape(self) -> None:
        title, _ = self.drawn.pane("#landscape")
        weight, *bias = self.parameters
        loss = np.mean((weight * X + sum(bias) - Y) ** 2)
        about(float(title.removeprefix("Landscape J ")), loss)
        assert re.findall("[●✕◇]", self.drawn.below("#landscape")) == ["●", "✕", "◇"]


_LAYER = "linear layer, x·Wᵀ + b"


@pytest.mark.slow
@pytest.mark.parametrize("name", STAGES)
def test_every_number_of_two_epochs(name):
    stage = STAGES[name]

    async def test(app):
        walk = Walk(app, stage)
        # Before anything has run.
        drawn = Drawn(app)
        said = [line for line in drawn.pane("#numbers")[1] if line.strip()]
        assert said[0] == "Nothing in the training loop has run yet."
        for line, parameter, value in zip(said[1:], stage.names, stage.start, strict=True):
            assert line.startswith(f"{parameter} starts at ")
            close(numbers(line.rstrip(".")), value)
        assert drawn.pane("#fit")[0] == "Fit"
        # The samples alone are known so far.
        assert "".join(drawn.text("#fit")).count("●") == 4 + 1
        assert "no y_pred yet" in drawn.below("#fit")
        await press(app, "v", "tab", "z", "d")
        _, lines = Drawn(app).pane("#variables")
        assert not [line for line in lines if "●" in line or "Changed" in line]
        own = ["w"] if len(stage.names) == 1 else []
        assert {line.split()[0] for line in lines if line} >= {*stage.settings, *own}
        await press(app, "d")
        _, lines = Drawn(app).pane("#graph")
        assert not [line for line in lines if "●" in line or "chain rule" in line]
        # At every statement.
        await press(app, "d", "d")
        for check in (walk.check_numbers, walk.check_variables, walk.check_graph):
            await walk.go(check)
            await press(app, "d")
        await press(app, "z", "tab", "tab", "tab", "z")
        assert app.main.focused.id == "landscape"
        # Samples and model are known by now, so that there is something to see from the start on.
        for check in (walk.check_landscape, walk.check_fit):
            await walk.go(check)
            await press(app, "v")

    drive(test, stage=name, size=SIZE)
