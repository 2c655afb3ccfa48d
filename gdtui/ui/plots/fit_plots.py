"""The plots of the fit."""

from __future__ import annotations

import numpy as np
from textual.content import Content

from gdtui.analysis.logistic.problem import LogisticProblem, sigmoid
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.analysis.samples import Data, Samples, find_data, find_samples
from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray
from gdtui.engine.script.pipeline import has_batches
from gdtui.ui.plots.picture import (
    BEAD,
    NOTHING,
    Curve,
    Palette,
    Picture,
    Points,
    Sketch,
    Stem,
)

Plot = tuple[Content, Sketch, str]
"""The title, the picture, and the line below it."""

SAMPLE, LINE, BEST, TEST, THEN = (
    "text-warning",
    "text-primary",
    "text-success",
    "text-accent",
    "text-secondary",
)
"""The colours of what several plots show, by their names in the theme."""

_CURVE_POINTS = 121
_MOST_STEMS = 60
"""The most samples of a curve whose residuals are drawn."""
_MARGIN = 0.08


def fit_plot(study: Study, cursor: int | None, write: Numerals = SHORT) -> Plot:
    """The samples with the line that the parameters of the moment make, or the curve of a logistic
    model with its decision boundary; its residuals, the best line or curve, and the prediction for
    an input that training never sees. ``cursor`` is an epoch whose line is drawn as well.

    If the model has more than one input or is not known, the plot shows predictions over targets,
    or the samples alone with the reason."""
    problem, moment = study.problem, study.moment
    vector = problem.vector(moment.parameters) if problem and moment else None
    line = problem.line if problem is not None else None
    if problem is None or line is None:
        return _predictions_plot(study) or _samples_plot(study)
    if vector is None:
        data = Data(problem.x, problem.y, problem.x_name, problem.y_name)
        why = "nothing else is drawn, for the parameters are not finite"
        return _plain_samples(data, line[0], why)
    logistic = problem if isinstance(problem, LogisticProblem) else None
    slope, intercept = line
    x, y = problem.x[:, slope], problem.y
    test = test_input(study)
    ends = _range(np.append(x, [] if test is None else [test]))
    then = study.parameters_at(cursor) if cursor is not None else None

    def at(parameters: FloatArray, where: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):
            added = 0.0 if intercept is None else parameters[intercept]
            line: FloatArray = parameters[slope] * where + added
        return line if logistic is None else sigmoid(line)

    best = problem.minimum
    boundary = None if logistic is None else logistic.boundary(vector)
    if boundary is not None and not ends[0] <= boundary <= ends[1]:
        boundary = None
    across = np.linspace(*ends, 2 if logistic is None else _CURVE_POINTS)
    predicted = at(vector, x)

    def picture(colour: Palette) -> Picture:
        lines = [Curve(across, at(vector, across), colour(LINE))]
        if then is not None:
            lines.insert(0, Curve(across, at(then, across), colour(THEN)))
        if best is not None:
            lines.insert(0, Curve(across, at(best, across), colour(BEST), dashed=True))
        stems = [Stem(*each, colour("text-error")) for each in zip(x, y, predicted, strict=True)]
        if boundary is not None:
            stems.append(Stem(boundary, 0.0, 1.0, colour(TEST)))
        marks = [Points(x, y, "●", colour(SAMPLE))]
        if test is not None:
            marks.append(Points(np.array([test]), at(vector, np.array([test])), "◆", colour(TEST)))
        return Picture(
            curves=lines,
            stems=stems,
            points=marks,
            x_limits=ends,
            x_label=problem.heading(slope),
            y_label=problem.y_name,
            round_ends=True,
        )

    equation = _equation(study, vector, write)
    if intercept is not None:  # there is no room for all of it
        equation = equation.partition(" = ")[2]
    title = Content.assemble("Fit ", (equation, f"bold ${LINE}"))
    sketch = Sketch(
        (id(problem), vector.tobytes(), None if then is None else then.tobytes()), picture
    )
    if then is not None:
        # All digits of the parameters stand in the line of the diagnosis.
        _, _, terms = _equation(study, then, write).partition(" = ")
        return title, sketch, f"epoch {cursor}: {terms}"
    told = [] if best is None else ["╌ best"]
    if test is None:
        told.insert(0, "● samples")
    else:
        answer = float(at(vector, np.array([test]))[0])
        told.append(f"◆ f({write(test)}) {write(answer)}")
    if boundary is not None:
        # Where there is not the room, the marks of every fit are what is cut off.
        told = [f"│ half at {write(boundary)}", *reversed(told)]
    return title, sketch, " ".join(told)


def _predictions_plot(study: Study) -> Plot | None:
    """Predictions over targets, for a model that is not a line over one input; None if this epoch
    has no predictions yet."""
    samples = find_samples(study)
    if samples is None:
        return None
    y, predicted = samples.y, samples.predicted
    data = find_data(study)
    if data is not None and data.x.shape == (len(y), 1) and np.array_equal(data.y, y):
        return _curve_plot(study, data, samples)
    ends = _range(y)

    def picture(colour: Palette) -> Picture:
        return Picture(
            curves=[Curve(np.array(ends), np.array(ends), colour(BEST), dashed=True)],
            stems=[Stem(*each, colour("text-error")) for each in zip(y, y, predicted, strict=True)],
            points=[Points(y, predicted, "●", colour(SAMPLE))],
            x_limits=ends,
            x_label=samples.y_name,
            y_label=samples.prediction_name,
        )

    sketch = Sketch(key_of(study, y, predicted), picture)
    return Content("Fit"), sketch, f"{samples.prediction_name} over {samples.y_name}"


def _curve_plot(study: Study, data: Data, samples: Samples) -> Plot:
    """The samples of a model of one input that is no line, such as a net: its predictions, joined
    in the order of the inputs, and its residuals."""
    x, y, predicted = data.x[:, 0], samples.y, samples.predicted
    order = np.argsort(x, kind="stable")

    def picture(colour: Palette) -> Picture:
        stems = [Stem(*each, colour("text-error")) for each in zip(x, y, predicted, strict=True)]
        return Picture(
            curves=[Curve(x[order], predicted[order], colour(LINE))],
            stems=stems if len(x) <= _MOST_STEMS else [],
            points=[Points(x, y, "●" if len(x) <= _MOST_STEMS else BEAD, colour(SAMPLE))],
            x_limits=_range(x),
            x_label=data.x_name,
            y_label=data.y_name,
            round_ends=True,
        )

    title = Content.assemble("Fit ", (samples.prediction_name, f"bold ${LINE}"))
    said = f"{samples.prediction_name} joined at the samples"
    return title, Sketch(key_of(study, x, y, predicted), picture), said


def _samples_plot(study: Study) -> Plot:
    """The samples alone, or the reason why there is nothing to draw."""
    data, moment = find_data(study), study.moment
    over = moment is not None and moment.status.is_over
    if data is None:
        why = "nothing to draw: no inputs and targets are in sight"
        if has_batches(study.script):
            why = "not drawn: the loop takes its samples a part at a time"
        elif not over:
            why += " so far"
        return Content("Fit"), NOTHING, why
    lacking = _lacking(study, over=over)
    if data.x.shape[1] > 1:
        what = f"{data.x_name} has {data.x.shape[1]} columns, so predictions are drawn"
        return Content("Fit"), NOTHING, f"{what} over {data.y_name}; {lacking}"
    return _plain_samples(data, 0, lacking)


def _lacking(study: Study, *, over: bool) -> str:
    """The reason why the model's predictions cannot be drawn."""
    prediction, moment = study.names.prediction, study.moment
    if not prediction:
        return "the predictions have no name"
    if moment is not None and prediction in moment.assigned:
        return study.mismatch or f"{prediction} is not seen to come of them"
    return f"no {prediction}" if over else f"no {prediction} yet"


def _plain_samples(data: Data, column: int, lacking: str) -> Plot:
    x, y = data.x[:, column], data.y

    def picture(colour: Palette) -> Picture:
        return Picture(
            points=[Points(x, y, "●", colour(SAMPLE))],
            x_limits=_range(x),
            x_label=data.x_name,
            y_label=data.y_name,
        )

    return Content("Fit"), Sketch((x.tobytes(), y.tobytes()), picture), f"● samples; {lacking}"


def key_of(study: Study, *arrays: FloatArray | None) -> object:
    """A key that tells pictures apart, within a run and between runs."""
    run = study.moment.run if study.moment else 0
    parts = (None if each is None else each.tobytes() for each in arrays)
    return (run, study.epochs, study.problem is not None, *parts)


def test_input(study: Study) -> float | None:
    """The input that training never sees; None if the script has none."""
    name, moment = study.names.test_input, study.moment
    variable = moment.loop_variable(name) if moment and name else None
    value = variable.value if variable else None
    return float(value) if isinstance(value, int | float) else None


def _equation(study: Study, vector: FloatArray, number: Numerals) -> str:
    """The line of some parameters, or the sigmoid of it, for a problem with one input."""
    problem = study.problem
    assert problem is not None
    assert problem.line is not None
    slope, intercept = problem.line
    name = study.names.prediction or "y_pred"
    text = f"{number(float(vector[slope]))}·{problem.heading(slope)}"
    if intercept is not None:
        sign = "+" if vector[intercept] >= 0 else "-"
        text += f" {sign} {number(abs(float(vector[intercept])))}"
    if isinstance(problem, LogisticProblem):
        name, text = f"sigmoid({name})" if problem.of_logits else name, f"sigmoid({text})"
    return f"{name} = {text}"


def _range(values: FloatArray) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    room = (high - low) * _MARGIN or max(abs(low) * 0.5, 1e-300) or 1.0
    return low - room, high + room
