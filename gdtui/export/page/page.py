"""A run as one HTML file that plays it without a server or a network."""

from __future__ import annotations

import base64
import hashlib
import html
from functools import cache
from importlib import resources
from string import Template
from typing import Any

import numpy as np

from gdtui.analysis.diagnose.diagnosis import count
from gdtui.analysis.logistic.problem import LogisticProblem
from gdtui.analysis.study import Study
from gdtui.engine.printable import clean_line
from gdtui.engine.record.history import Column, Kind
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.pipeline import called_lines, find_jobs, has_batches, statement_lines
from gdtui.engine.script.script import Script
from gdtui.export.page.code_lines import code_lines
from gdtui.export.page.encoding import encoded, number, numbers
from gdtui.export.page.keys import PAGE_KEYS
from gdtui.export.page.recording import Recording, printed_lines, record
from gdtui.export.page.rows import NUMBER_BYTES, column_object, kept_epochs, page_columns
from gdtui.export.page.views import line_at

LARGEST = 2_000_000
"""The most bytes of a page."""

_FOR_VIEWS, _FOR_CODE, _FOR_PRINTED = 1_100_000, 200_000, 150_000
_RESERVE = 20_000
"""What is kept free for names, settings and notes."""

_MOST_SAMPLES = 500
_FEWEST_EPOCHS = 10
_SCRIPTS = ("numbers.js", "run.js", "plots.js", "show.js", "play.js")
_LONGEST = 200
_CURVES_OF_FIT = 2


def page_text(timeline: Timeline) -> str:
    """The text of an HTML file that plays a run: of ASCII characters, and of at most
    :data:`LARGEST` bytes.

    Plays the run to its end. The page has every statement of as many epochs as there is room for,
    and the numbers of the epochs after those; of a long run, those of some. It says what it lacks.
    """
    data = page_data(timeline)
    script = "\n".join(map(_file, _SCRIPTS))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return Template(_file("page.html")).substitute(
        title=_escaped(f"{data['title']} - gdtui"),
        style=_file("page.css"),
        script=script,
        digest=digest,
        data=encoded(data),
    )


def page_data(timeline: Timeline) -> dict[str, Any]:
    """What the page of a run holds, as a JSON object. Plays the run to its end."""
    script = timeline.script
    first, lines = code_lines(script, _FOR_CODE)
    found = record(timeline, _FOR_VIEWS)
    moment = timeline.moment
    data: dict[str, Any] = {
        "title": clean_line(script.title, _LONGEST),
        "name": clean_line(script.name, _LONGEST),
        "arguments": clean_line(script.typed_arguments, _LONGEST),
        "jobs": [[str(each.phase), clean_line(each.who, _LONGEST)] for each in find_jobs(script)],
        "batches": has_batches(script),
        "code": {"first": first, "lines": lines, "numbers": _cell_numbers(script, first)},
        "loop": script.loop.line,
        "places": _places(script, found),
        "keys": [each._asdict() for each in PAGE_KEYS],
        "total": moment.epochs_total,
        "status": str(moment.status),
        "message": clean_line(moment.message, _LONGEST),
        "views": found.views,
        "shared": found.shared.values,
        "printed": printed_lines(timeline.transcript, _FOR_PRINTED),
        "samples": _samples(found.study),
        "best": _best(found.study),
    }
    room = LARGEST - len(encoded(data)) - _frame_size() - _RESERVE
    _add_rows(data, timeline, found, room)
    data["left_out"] = _left_out(data, script, found)
    return data


def _add_rows(data: dict[str, Any], timeline: Timeline, found: Recording, room: int) -> None:
    """Add the recorded epochs, as far as there is room for them."""
    history, study = timeline.history, found.study
    columns, missing = page_columns(history)
    width = sum(each.field.width for each in columns) + 1 + _CURVES_OF_FIT
    most = max(_FEWEST_EPOCHS, room // (width * NUMBER_BYTES))
    epochs = kept_epochs(np.asarray(history.loss[:]), found.detailed, most)
    data["epochs"] = epochs
    data["recorded"] = len(history)
    data["columns"] = [
        column_object(each, history, epochs, _start_of(each, study)) for each in columns
    ]
    data["columns_left_out"] = len(missing)
    data["fits"] = [line_at(study, study.parameters_at(epoch)) for epoch in epochs]


def _start_of(column: Column, study: Study) -> object:
    is_parameter = column.field.kind is Kind.PARAMETER
    return study.start.get(column.field.name) if is_parameter else None


def _samples(study: Study) -> dict[str, Any] | None:
    """The samples of a model with one input, and its best line; None for any other."""
    problem = study.problem
    if problem is None or problem.line is None:
        return None
    slope, _ = problem.line
    kept = np.unique(np.linspace(0, problem.samples - 1, _MOST_SAMPLES).astype(int))
    best = problem.minimum if study.is_proved else None
    return {
        "x": numbers(problem.x[kept, slope]),
        "y": numbers(problem.y[kept]),
        "x_name": clean_line(problem.heading(slope), _LONGEST),
        "y_name": clean_line(problem.y_name, _LONGEST),
        "logistic": isinstance(problem, LogisticProblem),
        "best": line_at(study, best),
        "least_loss": _least_loss(study),
        "left_out": problem.samples - len(kept),
    }


def _best(study: Study) -> dict[str, float | str]:
    """The parameters at the minimum of the loss by name; empty where they are not known."""
    problem = study.problem if study.is_proved else None
    best = problem.best_parameters() if problem else {}
    return {name: number(value) for name, value in best.items()}


def _least_loss(study: Study) -> float | str | None:
    least = study.problem.least_loss if study.problem and study.is_proved else None
    return None if least is None else number(least)


def _places(script: Script, found: Recording) -> dict[int, dict[str, Any]]:
    """For each line that a view marks, the last line of its statement, and the first and the last
    lines of the functions that it calls."""
    lines = sorted({view["line"] for view in found.views} - {None})
    return {
        line: {
            "last": statement_lines(script, line)[-1],
            "called": [[each[0], each[-1]] for each in called_lines(script, line)],
        }
        for line in lines
    }


def _cell_numbers(script: Script, first: int) -> list[str] | None:
    """What stands beside each line of a notebook: its number in its cell. None for a script."""
    if not script.cells:
        return None
    found = [""] * len(script.lines)
    for cell in script.cells:
        for place, line in enumerate(range(cell.first, cell.last + 1), 1):
            found[line - 1] = str(place)
    return found[first - 1 :]


def _left_out(data: dict[str, Any], script: Script, found: Recording) -> list[str]:
    """What the page lacks of the run, in sentences."""
    said = []
    epochs, recorded = data["epochs"], data["recorded"]
    whole, step = found.detailed, found.last_step
    if not found.is_whole and (recorded > whole or step):
        parts = [f"every statement of the first {count(whole, 'epoch')}"] if whole else []
        if step:
            parts.append(f"the first {count(step, 'statement')} of epoch {whole + 1}")
        rest = "; of the epochs after that it has the numbers at their end" if recorded else ""
        said.append(f"This page has {' and '.join(parts)}{rest}.")
    if len(epochs) < recorded:
        said.append(
            f"Of {recorded:,} epochs it has {len(epochs):,}: the others are left out evenly, and "
            "the smallest and the largest losses between are kept."
        )
    if data["columns_left_out"]:
        said.append(
            f"It has no room for {data['columns_left_out']:,} of the recorded parameters and "
            "gradients."
        )
    if data["printed"]["left_out"]:
        said.append(f"{data['printed']['left_out']:,} lines that were printed are left out.")
    if (left := len(script.lines) - len(data["code"]["lines"])) > 0:
        said.append(f"{left:,} lines of the script, far from its training loop, are left out.")
    if data["samples"] and data["samples"]["left_out"]:
        said.append(f"{data['samples']['left_out']:,} samples are not drawn.")
    return said


@cache
def _file(name: str) -> str:
    return (resources.files("gdtui.export.page") / name).read_text("utf-8")


def _frame_size() -> int:
    """The bytes of a page without its data."""
    return sum(len(_file(each).encode()) for each in ("page.html", "page.css", *_SCRIPTS))


def _escaped(text: str) -> str:
    """A text for HTML, of ASCII characters."""
    return html.escape(text).encode("ascii", "xmlcharrefreplace").decode()
