"""An independent account of what the lessons' runs do.

A model with one weight trained in NumPy, its theory from formulas, the notebook's figures and the lines of
the stages. No number here comes from gdtui; a walk through a lesson is only held against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from walking import Stated, listed, walk_plainly

from gdtui.lessons.format.lesson import Lesson

X = np.array([1, 2, 3, 4], dtype=np.float32)
Y = np.array([2, 4, 6, 8], dtype=np.float32)
"""The samples of every stage."""

MARKED = {"1 > 0": True, "0 > 1": False}
"""What ``[x]`` and ``[ ]`` come to before a choice."""


# Training and theory ----------------------------------------------------------------


@dataclass(frozen=True)
class Run:
    """What a training run did, epoch by epoch. The first epoch is epoch 1.

    Attributes:
        weights: w before the first epoch, and then after each.
        losses: the mean squared error in each epoch.
        gradients: what the update used in each epoch.
    """

    weights: list[np.floating]
    losses: list[np.floating] = field(default_factory=list)
    gradients: list[np.floating] = field(default_factory=list)

    def after(self, epoch: int) -> np.floating:
        return self.weights[epoch]

    def loss_in(self, epoch: int) -> np.floating:
        return self.losses[epoch - 1]

    def gradient_in(self, epoch: int) -> np.floating:
        return self.gradients[epoch - 1]

    def printed(self, epoch: int) -> str:
        """The line that stages 1 to 3 print of an epoch."""
        return f"epoch {epoch}: w = {self.after(epoch):.3f}, loss = {self.loss_in(epoch):.8f}"


def train(
    rate: float,
    epochs: int,
    *,
    start: float = 0.0,
    x: np.ndarray = X,
    y: np.ndarray = Y,
    reduction: str = "mean",
    kept: type[np.floating] = np.float32,
) -> Run:
    """Gradient descent on the mean squared error of ``w * x``.

    Args:
        rate: the learning rate.
        epochs: how many.
        start: the first w.
        x: the samples, one number each.
        y: the targets.
        reduction: whether the gradient is the ``mean`` of the samples' shares, or their ``sum``.
        kept: what w is kept in. All else is float32, as in the stages.
    """
    run = Run([kept(start)])
    for _ in range(epochs):
        errors = np.float32(run.weights[-1]) * x - y
        shares = 2 * x * errors
        gradient = shares.sum() if reduction == "sum" else shares.mean()
        run.losses.append((errors**2).mean())
        run.gradients.append(gradient)
        run.weights.append(run.weights[-1] - kept(rate) * kept(gradient))
    return run


def by_hand(rate: float, epochs: int, *, reduction: str, start: float = 0.0) -> Run:
    """The run of stage 1, which keeps w in double precision."""
    return train(rate, epochs, start=start, reduction=reduction, kept=np.float64)


def curvature(x: np.ndarray = X) -> float:
    """How fast the slope of the mean squared error changes with w."""
    return float(2 * np.mean(x.astype(np.float64) ** 2))


BEST = float(np.dot(X, Y) / np.dot(X, X))
"""The weight with the smallest loss."""


# What is on paper -------------------------------------------------------------------


def stage(name: str) -> list[str]:
    """The lines of a stage's text."""
    return (files("gdtui") / "stages" / f"{name}.py").read_text(encoding="utf-8").splitlines()


def line(name: str, begins: str) -> int:
    """The number of the one line of a stage that begins so."""
    (found,) = [
        number for number, text in enumerate(stage(name), 1) if text.lstrip().startswith(begins)
    ]
    return found


def notebook(name: str, epochs: int) -> SimpleNamespace:
    """The notebook's run of a stage: ``before``, ``after`` and ``rows``, all as printed."""
    path = Path(__file__).parent.parent / "reference" / "notebook.json"
    (found,) = [
        run
        for run in json.loads(path.read_text())["runs"]
        if (run["stage"], run["epochs"]) == (name, epochs)
    ]
    return SimpleNamespace(**found)


# A lesson held against it -----------------------------------------------------------


def agree(value: object, expected: object) -> bool:
    """Whether a value is as expected: exactly so, but a float as far as its precision goes. An
    expectation in float32 is about a float32."""
    if isinstance(expected, np.bool_ | np.integer):
        expected = expected.item()
    if isinstance(expected, str | bool | int):
        plain = value.item() if isinstance(value, np.generic) else value
        return type(plain) is type(expected) and plain == expected
    wanted, found = np.asarray(expected), np.asarray(value)
    if found.shape != wanted.shape or found.dtype.kind != "f":
        return False
    close = 1e-5 if wanted.dtype == np.float32 else 1e-9
    return bool(np.allclose(found, wanted, rtol=close, atol=1e-12, equal_nan=True))


def disagreements(
    found: Iterable[Stated], expected: Mapping[str, Mapping[str, object]]
) -> list[str]:
    """What a lesson states otherwise than expected, without an expectation, or not at all.

    The expectations stand by step and expression. One is a value for every time that the step
    states it, or a tuple with a value for each time, in the order of the walk.
    """
    values: dict[tuple[str, str], list[object]] = {}
    for each in found:
        values.setdefault((each.step, each.expression), []).append(each.value)
    wanted = {(step, text): value for step, of in expected.items() for text, value in of.items()}
    told = [f"{key}: never stated" for key in wanted if key not in values]
    for key, stated in values.items():
        if key not in wanted:
            told.append(f"{key}: {stated}, and nothing is expected")
            continue
        each_time = wanted[key] if isinstance(wanted[key], tuple) else (wanted[key],) * len(stated)
        if len(each_time) != len(stated) or not all(map(agree, stated, each_time)):
            told.append(f"{key}: {stated}, expected {list(each_time)}")
    return told


def written(lesson: Lesson) -> dict[str, set[float]]:
    """The numbers that each step writes out itself, in digits or in words, but for code and the
    numbers of lessons and bugs."""
    found = {}
    for step in lesson.steps:
        texts = [step.text]
        if question := step.question:
            texts += [question.prompt, *question.hints, question.why]
            texts += [each.text for each in (*question.kind.remarks, *listed(question))]
        prose = " ".join(each.source for each in texts)
        prose = re.sub(r"`[^`]*`|\{[^}]*\}|\b(lesson|bug) \d", " ", prose, flags=re.IGNORECASE)
        numbers = {float(each) for each in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?", prose)}
        words = {each.lower() for each in re.findall(r"[A-Za-z]+", prose)}
        numbers |= {number for word, number in _WORDS.items() if word in words}
        if numbers:
            found[step.title] = numbers
    return found


_WORDS = {"twice": 2, "three": 3, "four": 4, "six": 6, "half": 0.5, "quarter": 0.25}


def unwrapped(text: str) -> str:
    """A text as one line without Markdown's marks, to look for sentences in it."""
    return " ".join(re.sub(r"\*\*|`", "", text).split())


def assert_full_score(lesson: Lesson, right: Mapping[str, str]) -> None:
    """Walk with right answers, given by the step's title in the order in which they are asked."""
    walk, output = walk_plainly(lesson, right.values())
    assert list(right) == [step.title for step in lesson.steps if step.question]
    assert walk.state == "over"
    score, count = walk.score, len(right)
    assert (score.total, score.right) == (count, count), unwrapped(output)
    assert (score.again, score.skipped, score.hints, score.missed) == (0, 0, 0, ())
    assert f"{lesson.title}: {count} of {count} right." in unwrapped(output)


def assert_remarks(
    lesson: Lesson, right: Mapping[str, str], wrong: Mapping[str, Sequence[float]]
) -> None:
    """Walk with the wrong numbers that a lesson has remarks about, given by the step's title in
    the order of its remarks. Each remark has to be made to its own number, and to no other."""
    remarks = {
        step.title: [_pattern(each.text.source) for each in step.question.kind.remarks]
        for step in lesson.steps
        if step.question and step.question.kind.remarks
    }
    assert {title: len(of) for title, of in remarks.items()} == {
        title: len(numbers) for title, numbers in wrong.items()
    }
    for at in range(max(map(len, wrong.values()))):
        said = {title: f"{of[at]:.5g}" for title, of in wrong.items() if at < len(of)}
        second = [answer for title, answer in right.items() if title in said]
        walk, output = walk_plainly(lesson, [*(right | said).values(), *second])
        output = unwrapped(output)
        assert walk.state == "over"
        assert (walk.score.right, walk.score.again) == (len(right) - len(said), len(said))
        for title, number in said.items():
            before = rf"You said {re.escape(number)}; it is \S+\. "
            for place, remark in enumerate(remarks[title]):
                made = re.search(before + remark, output)
                assert bool(made) == (place == at), (title, number, remark)


def _pattern(source: str) -> str:
    """What a text matches, whatever stands in its braces."""
    return ".+?".join(map(re.escape, re.split(r"\{[^}]*\}", unwrapped(source))))
