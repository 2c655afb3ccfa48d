"""The plots of the loss over the parameters: the landscape, and slices through it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from textual.color import Color
from textual.content import Content

from gdtui.analysis.landscape.landscape import LossCurve, LossSurface
from gdtui.analysis.landscape.loss_slice import LossSlice
from gdtui.analysis.landscape.parameter_slice import ParameterSlice
from gdtui.analysis.numerals import SHORT, Numerals
from gdtui.analysis.study import Study
from gdtui.engine.arrays import FloatArray
from gdtui.engine.script.names import short_name
from gdtui.engine.script.pipeline import has_batches
from gdtui.ui.plots.fit_plots import BEST, LINE, SAMPLE, TEST, THEN, Plot, key_of
from gdtui.ui.plots.picture import (
    BEAD,
    NOTHING,
    Colour,
    Curve,
    Heat,
    Palette,
    Picture,
    Points,
    Sketch,
)
from gdtui.ui.themes import VISIBLE, contrast

_PATH = "foreground"
_SHADES = 24
_STEPS = 40
_LEAST = 0.12
_SLICE_LINES = 7
_FEW_DIGITS = Numerals(2)
"""For the ends of the scale beside a label that is long."""


def landscape_plot(
    study: Study,
    view: LossCurve | LossSurface | None,
    cursor: int | None,
    write: Numerals = SHORT,
    cut: LossSlice | ParameterSlice | None = None,
) -> Plot:
    """The loss over the parameters, with the path of the run. ``cursor`` is an epoch whose place is
    marked. Where the model has no landscape, the slice ``cut``, if it was made."""
    if view is None and isinstance(cut, ParameterSlice):
        return _parameter_slice_plot(cut, cursor, write)
    if view is None and isinstance(cut, LossSlice):
        return _slice_plot(cut, write)
    if view is None:
        return Content("Landscape"), NOTHING, _why_no_landscape(study)
    problem = study.problem
    then = study.parameters_at(cursor) if cursor is not None else None
    said = "● here" + (" ✕ minimum" if view.best else "") + (" ◇ next" if view.next else "")
    if then is not None and problem is not None:
        said = f"○ epoch {cursor}: J {write(problem.loss(then))}"
    title = Content.assemble("Landscape ", (f"J {write(view.here.loss)}", f"bold ${SAMPLE}"))
    marked = (each.at if each else None for each in (view.best, view.next))
    key = key_of(study, view.here.at, *marked, then)
    if isinstance(view, LossSurface):
        return title, Sketch(key, lambda colour: _surface(study, view, then, colour)), said
    return title, Sketch(key, lambda colour: _curve(study, view, then, colour)), said


def _slice_plot(cut: LossSlice, write: Numerals) -> Plot:
    """A slice through the loss of any model."""
    title = Content.assemble("Landscape slice ", (f"J {write(cut.loss)}", f"bold ${SAMPLE}"))
    if not _is_seen(cut.losses):
        return title, NOTHING, _UNSEEN

    def picture(colour: Palette) -> Picture:
        here, before = np.zeros(1), np.array(cut.before)
        return Picture(
            curves=[Curve([before[0], 0.0], [before[1], 0.0], colour(_PATH))],
            points=[
                Points(before[:1], before[1:], BEAD, colour(_PATH)),
                Points(here, here, "●", colour(SAMPLE)),
            ],
            heat=_heat(cut.losses, colour),
            x_limits=(-cut.reach, cut.reach),
            y_limits=(-cut.reach, cut.reach),
            x_label=cut.names[0],
            y_label=cut.names[1],
        )

    said = f"● epoch {cut.epoch}; up: {cut.names[1]}"
    return title, Sketch(("slice", id(cut)), picture), said


def _parameter_slice_plot(cut: ParameterSlice, cursor: int | None, write: Numerals) -> Plot:
    """The loss over two numbers of a model, with the path of the run as it looks from above."""
    kind = "Slice" if cut.others else "Landscape"
    title = Content.assemble(f"{kind} ", (f"J {write(cut.loss)}", f"bold ${SAMPLE}"))
    if not _is_seen(cut.losses):
        return title, NOTHING, _UNSEEN
    then = None
    if cursor is not None and cursor <= cut.epoch:
        then = int(np.argmin(np.abs(np.array(cut.path_epochs) - cursor)))

    def picture(colour: Palette) -> Picture:
        x, y = cut.path.T
        marks = [Points(x, y, BEAD, colour(_PATH))]
        if then is not None:
            marks.append(Points(x[[then]], y[[then]], "○", colour(TEST)))
        return Picture(
            curves=[Curve(x, y, colour(_PATH))],
            points=[*marks, Points(cut.here[:1], cut.here[1:], "●", colour(SAMPLE))],
            heat=replace(_heat(cut.losses, colour, _FEW_DIGITS), label_first=True),
            x_limits=cut.x_limits,
            y_limits=cut.y_limits,
            x_label=str(cut.elements[0]),
            y_label=str(cut.elements[1]),
        )

    if then is not None:
        x, y = map(write, cut.path[then].tolist())
        said = f"○ epoch {cut.path_epochs[then]}: {x}, {y}"
    elif cut.others_moved:
        said = f"{BEAD} projected, ● epoch {cut.epoch}"
    else:
        said = f"{'others stay, ' if cut.others else ''}● epoch {cut.epoch}"
    return title, Sketch(("parameter slice", id(cut), then), picture), said


_UNSEEN = "not drawn: no loss around here is finite and above 0"


def _is_seen(losses: FloatArray) -> bool:
    return bool((np.isfinite(losses) & (losses > 0)).any())


def _heat(losses: FloatArray, colour: Palette, write: Numerals = SHORT) -> Heat:
    """Losses, some of them finite and above 0, as shades of their logarithm, with lines."""
    with np.errstate(divide="ignore", invalid="ignore"):
        heights = np.log10(losses)
    kept = heights[np.isfinite(heights)]
    levels = np.linspace(kept.min(), kept.max(), _SLICE_LINES + 2)[1:-1]
    low, high = (write(float(10**each)) for each in (kept.min(), kept.max()))
    return Heat(heights, _shades(colour), levels.tolist(), (low, high))


def _why_no_landscape(study: Study) -> str:
    """The reason why there is no landscape, and which keys draw something else."""
    problem, moment = study.problem, study.moment
    slices = "" if has_batches(study.script) else "; L draws a slice and M one along two numbers"
    if problem is None:
        over = moment is not None and moment.status.is_over
        if study.mismatch:
            return f"not drawn: {study.mismatch}{slices}"
        if study.epochs or over:
            return f"not drawn: no linear or logistic model was recognised{slices}"
        return "drawn from the first loss on, if the model is linear or logistic"
    count = problem.design.shape[1]
    if count > 2:
        told = f"the model has {count} numbers to learn; a landscape shows one or two"
        return f"not drawn: {told}{slices}"
    if not study.loss_is_seen:
        return "drawn from the first loss on"
    return "not drawn: the parameters are too large, or not finite"


def _curve(study: Study, view: LossCurve, then: FloatArray | None, colour: Palette) -> Picture:
    top = float(np.max(view.y[np.isfinite(view.y)], initial=1e-300))
    marks = [
        Points(view.path_x, view.path_y, "∙", colour(THEN)),
    ]
    if view.best is not None:
        marks.append(Points(view.best.at, [view.best.loss], "✕", colour(BEST)))
    if view.next is not None:
        marks.append(Points(view.next.at, [view.next.loss], "◇", colour(TEST)))
    if then is not None and study.problem is not None:
        marks.append(Points(then, [study.problem.loss(then)], "○", colour(TEST)))
    marks.append(Points(view.here.at, [view.here.loss], "●", colour(SAMPLE)))
    x_limits = float(view.x[0]), float(view.x[-1])
    y_limits = min(0.0, view.best.loss if view.best else 0.0) - 0.03 * top, top
    return Picture(
        curves=[
            Curve(*view.tangent(y_limits), colour(TEST), dashed=True),
            Curve(view.x, view.y, colour(LINE)),
        ],
        points=marks,
        x_limits=x_limits,
        y_limits=y_limits,
        x_label=_short(study, view.name),
        y_label="J",
    )


def _surface(study: Study, view: LossSurface, then: FloatArray | None, colour: Palette) -> Picture:
    def mark(at: FloatArray, symbol: str, name: str) -> Points:
        return Points(at[:1], at[1:], symbol, colour(name))

    marks = [Points(view.path[:, 0], view.path[:, 1], BEAD, colour(_PATH))]
    if view.best is not None:
        marks.append(mark(view.best.at, "✕", BEST))
    if view.next is not None:
        marks.append(mark(view.next.at, "◇", TEST))
    if then is not None:
        marks.append(mark(then, "○", TEST))
    marks.append(mark(view.here.at, "●", SAMPLE))
    factor, levels = view.contours
    lowest, highest = view.ends
    return Picture(
        curves=[Curve(view.path[:, 0], view.path[:, 1], colour(_PATH))],
        points=marks,
        heat=Heat(view.log_loss, _shades(colour), levels.tolist(), (SHORT(lowest), SHORT(highest))),
        x_limits=view.x_limits,
        y_limits=view.y_limits,
        x_label=f"{_short(study, view.names[0])}, J x {factor:g} a line",
        y_label=_short(study, view.names[1]),
    )


def _shades(colour: Palette) -> list[Colour]:
    """The shades from the valley up: the theme's colour, or the nearest on which the path and the
    marks can be seen, fading towards the background."""
    background, strong = Color(*colour("background")), Color(*colour("primary"))
    drawn = [Color(*colour(each)) for each in (_PATH, SAMPLE, BEST, TEST)]
    steps = (background.blend(strong, 1 - step / _STEPS) for step in range(_STEPS))
    low = next(
        (each for each in steps if min(contrast(each, own) for own in drawn) >= VISIBLE), background
    )
    high = background.blend(strong, _LEAST)
    return [low.blend(high, place / (_SHADES - 1)).rgb for place in range(_SHADES)]


def _short(study: Study, name: str) -> str:
    return short_name(name, study.moment.parameters if study.moment else [name])
