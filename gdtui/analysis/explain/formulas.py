"""The arithmetic of an epoch on a linear or a logistic model, as formulas with the numbers of its
samples."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from gdtui.analysis.affine import MEAN, LossForm
from gdtui.analysis.explain.updates import Formula
from gdtui.analysis.numerals import SHORT, Numerals, joined, rounding
from gdtui.analysis.samples import MOST_COLUMNS, Samples, SampleTable

Short = Callable[[str], str]
"""Returns the short name of a parameter."""


def prediction_formulas(
    samples: Samples, short: Short, write: Numerals = SHORT
) -> Iterator[Formula]:
    """``y_pred = w·x + b``, or the sigmoid of it, for every sample; nothing if the model has more
    than one input."""
    problem, vector = samples.problem, samples.vector
    if problem is None or vector is None or problem.line is None:
        return
    slope, intercept = problem.line
    bias = added = ""
    if intercept is not None:
        value = vector[intercept]
        bias = f" + {short(problem.names[intercept])}"
        added = f" {'+' if value >= 0 else '-'} {write(abs(value))}"
    weight, x = write(vector[slope]), problem.x[:, slope]
    takes_sigmoid = samples.logistic is not None and not samples.logistic.of_logits

    def of(text: str) -> str:
        return f"sigmoid({text})" if takes_sigmoid else text

    yield Formula(
        samples.prediction_name,
        (
            of(f"{short(problem.names[slope])}·{problem.heading(slope)}{bias}"),
            joined(len(x), lambda place: of(f"{weight}·{write.factor(x[place])}{added}"), ", "),
            joined(len(x), lambda place: write(samples.predicted[place]), ", "),
        ),
    )


def loss_formula(
    samples: Samples, name: str, loss: float, *, whole: bool, write: Numerals = SHORT
) -> Formula:
    """The loss as a formula of what each sample loses; ``whole`` begins with the symbols. The
    samples must have the form of the loss."""
    form = samples.form or MEAN
    before, behind = "", ""
    if form.times == 0.5:
        behind = "/2"
    elif form.times != 1:
        before = f"{write(form.times)}·"
    lost = samples.sample_losses
    rights = [
        f"{before}{'sum' if form.summed else 'mean'}({_loss_in_symbols(samples)}){behind}",
        f"{before}{_whole(len(lost), lambda at: write(lost[at]), form)}{behind}",
        write(loss),
    ]
    return Formula(name, tuple(rights if whole else rights[1:]))


def gradient_formulas(
    samples: Samples,
    table: SampleTable,
    short: Short,
    *,
    whole: bool,
    without: Collection[str] = (),
    write: Numerals = SHORT,
) -> Iterator[Formula]:
    """The gradient for each parameter, except those in ``without``, as the sum or the mean of the
    samples' shares; ``whole`` begins with the symbols. Where the script takes the sum for a loss
    that is a mean, or the other way round, the left side says which multiple it is.

    Source: the chain rule on ``mean((w*x + b - y)**2)``, or on the cross-entropy of
    ``sigmoid(w*x + b)``.
    """
    problem, errors = samples.problem, samples.errors
    if problem is None:
        return
    for place, name in enumerate(problem.names[:MOST_COLUMNS]):
        is_bias = problem.bias is not None and place == problem.features
        if (problem.bias if is_bias else problem.weight) in without:
            continue
        times = "" if place == problem.ones else f"{problem.heading(place)}·"

        def term(row: int, column: int | None = None if times == "" else place) -> str:
            x = "" if column is None else f"{write.factor(problem.x[row, column])}·"
            return f"{problem.before_share}{x}{write.factor(errors[row])}"

        column = table.headings.index(samples.share_heading(place))
        factors = f"{problem.before_share}{times}"
        error = f"{samples.compared_name} - {samples.y_name}"
        error = f"({error})" if factors else error
        average = table.used == "mean"
        rights = [
            f"{table.used}({factors}{error})",
            _mean(len(errors), term) if average else joined(len(errors), term),
            write(
                (table.means if average else table.sums)[column],
                noise=rounding((table.mean_sizes if average else table.sizes)[column], single=True),
            ),
        ]
        left = f"{_multiple(problem.form, table.used, len(errors))}dJ/d{short(name)}"
        yield Formula(left, tuple(rights if whole else rights[1:]))


def _multiple(form: LossForm, used: str, samples: int) -> str:
    """What the script's gradient is times the derivative of its loss, with a dot behind it: the
    sum of the shares is ``4·`` the derivative of a mean over 4 samples. Empty where it is 1."""
    if samples == 1 or form.summed == (used == "sum"):
        return ""
    return f"1/{samples}·" if form.summed else f"{samples}·"


def _loss_in_symbols(samples: Samples) -> str:
    """What one sample loses, in the script's names."""
    predicted, y = samples.prediction_name, samples.y_name
    if samples.logistic is None:
        return samples.measure.symbols.format(f"{predicted} - {y}")
    if samples.logistic.of_logits:
        return f"log(1 + exp({predicted})) - {y}·{predicted}"
    return f"-{y}·log({predicted}) - (1 - {y})·log(1 - {predicted})"


def _whole(count: int, term: Callable[[int], str], form: LossForm) -> str:
    """The mean or the sum of ``count`` terms, in brackets if a factor stands beside it."""
    if not form.summed:
        return _mean(count, term)
    total = joined(count, term)
    return f"({total})" if form.times != 1 and count > 1 else total


def _mean(count: int, term: Callable[[int], str]) -> str:
    return f"({joined(count, term)})/{count}" if count > 1 else term(0)
