"""Tries the mends of findings: runs the script as it is and as mended, and compares the two."""

from __future__ import annotations

import gc
import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gdtui.analysis.diagnose.examination import examine
from gdtui.analysis.diagnose.facts.facts import Facts
from gdtui.analysis.diagnose.finding import Finding, Mend
from gdtui.analysis.diagnose.findings import find_findings
from gdtui.analysis.numerals import numeral
from gdtui.analysis.study import Study
from gdtui.engine.errors import ScriptError
from gdtui.engine.record.stopping import NO_RULE, StopRule
from gdtui.engine.run.status import Status
from gdtui.engine.run.timeline import Timeline
from gdtui.engine.script.script import Script
from gdtui.experiments.job import Recipe, settle

_LONGEST = 20.0
"""Seconds that each run may take; it ends after an epoch."""

_GRACE = 60.0
"""Seconds more after which a run is given up that does not come to the end of an epoch. A process
needs some of them to begin."""

_MOST = 3
"""So many mends are tried, those of the first findings."""

_BETTER = 0.95
"""A mend helps where the loss ends below this share of what it was."""


@dataclass(frozen=True)
class Course:
    """How a run went.

    Attributes:
        losses: the loss of each epoch.
        error: what the script failed with; empty where it did not.
        rules: the rules that find something in it.
    """

    losses: tuple[float, ...]
    error: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Proof:
    """What a mend does.

    Attributes:
        epochs: after how many epochs the two runs are compared.
        as_it_is: the loss of the script as it is; None where it has none.
        mended: the loss of the mended script.
        error: what the script fails with as it is; empty where it does not.
        text: both in a sentence.
    """

    epochs: int
    as_it_is: float | None
    mended: float | None
    error: str
    text: str

    def as_json(self) -> dict[str, object]:
        """What ``gdtui diagnose --json`` prints of it. JSON has no infinities."""
        return {
            "epochs": self.epochs,
            "as_it_is": _plain(self.as_it_is),
            "mended": _plain(self.mended),
            "error": self.error or None,
            "text": self.text,
        }


def prove(
    script: Script, findings: Sequence[Finding], stop: StopRule = NO_RULE
) -> list[tuple[Finding, Proof | None]]:
    """The findings, each with the proof of its mend. A mend that does not help is left out."""
    tried = [each for each in findings if each.mend is not None][:_MOST]
    recipe = replace(Recipe.of(script), cells=())
    recipes = [recipe]
    for each in tried:
        assert each.mend is not None
        recipes.append(replace(recipe, text=each.mend.apply(script.text)))
    courses = _run_all(recipes, stop) if tried else []
    found: list[tuple[Finding, Proof | None]] = []
    for finding in findings:
        proof = None
        if courses and any(each is finding for each in tried):
            place = next(i for i, each in enumerate(tried) if each is finding)
            proof = _compare(finding, script, courses[0], courses[place + 1])
        found.append((finding if proof else replace(finding, mend=None), proof))
    return found


# The runs -------------------------------------------------------------------------------


def run_course(recipe: Recipe, stop: StopRule, seconds: float, parent: int) -> Course:
    """Run a script, for so many seconds at most. Whatever it does becomes a course."""
    settle(parent)
    try:
        facts, findings = run_and_examine(recipe.script(), stop, seconds)
    except ScriptError as error:
        return Course((), str(error), ())
    moment = facts.moment
    failed = moment.status is Status.FAILED and moment.failure is not None
    rules = tuple(each.rule for each in findings)
    return Course(tuple(facts.losses), moment.message if failed else "", rules)


def run_and_examine(script: Script, stop: StopRule, seconds: float) -> tuple[Facts, list[Finding]]:
    """Run a script, for so many seconds at most, and find out what is wrong with it; warnings are
    not shown.

    Raises:
        ScriptError: the script is nested too deeply to be compiled.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Timeline(script, stop=stop) as timeline:
            study = Study(script)
            study.catch_up(timeline.start(), timeline.history)
            timeline.run_for(seconds)
            moment = timeline.moment
            study.catch_up(moment, timeline.history)
            facts = examine(
                script, moment, timeline.history, study.diagnosis, study.learning_rate, stop
            )
            return facts, find_findings(facts)


def _run_all(recipes: Sequence[Recipe], stop: StopRule) -> list[Course]:
    """Run scripts, each in another process than this; no courses where one of them hangs or its
    process dies."""
    import os

    from joblib import cpu_count
    from joblib.externals.loky import ProcessPoolExecutor

    executor: Any = ProcessPoolExecutor(max_workers=min(len(recipes), cpu_count()))
    courses: list[Course] = []
    try:
        jobs = [executor.submit(run_course, each, stop, _LONGEST, os.getpid()) for each in recipes]
        ends = time.monotonic() + len(recipes) * _LONGEST + _GRACE
        courses = [each.result(max(0.0, ends - time.monotonic())) for each in jobs]
    except Exception:  # of several libraries, whichever finds that a process is gone or hangs
        courses = []
    finally:
        executor.shutdown(kill_workers=not courses)
        # Its semaphores go with it, which the process that keeps track of them has to hear of.
        del executor
        gc.collect()
    return courses


# What they show -------------------------------------------------------------------------


def _compare(finding: Finding, script: Script, old: Course, new: Course) -> Proof | None:
    """The proof that a mend helps; None where it does not."""
    assert finding.mend is not None
    if new.error or not new.losses or not math.isfinite(new.losses[-1]):
        return None
    with_mend = f"with {_quoted(finding.mend, script)}"
    if old.error:
        epochs = len(new.losses)
        text = (
            f"{with_mend} the script runs, and the loss after {epochs} epochs is "
            f"{numeral(new.losses[-1], 4)}; as it is, it stops with {old.error.rstrip('.')}"
        )
        return Proof(epochs, None, new.losses[-1], old.error, text)
    if not old.losses:
        return None
    # A run that has diverged ends early; its last loss stands for all later ones.
    diverged = not math.isfinite(old.losses[-1])
    epochs = len(new.losses) if diverged else min(len(old.losses), len(new.losses))
    before, after = old.losses[min(epochs, len(old.losses)) - 1], new.losses[epochs - 1]
    if finding.rule == "growing_graph":
        same = math.isclose(before, after, rel_tol=1e-3)
        if finding.rule in new.rules or not same:
            return None
        text = f"{with_mend} no graph is kept, and the loss is the same, {numeral(after, 4)}"
        return Proof(epochs, before, after, "", text)
    # A mend that only keeps the run from diverging, and lets it learn nothing, does not help.
    least = min(before, new.losses[0]) if math.isfinite(before) else new.losses[0]
    if not after < least - (1 - _BETTER) * abs(least):
        return None
    text = (
        f"{with_mend} the loss after {epochs} epochs is {numeral(after, 4)}; as it is "
        f"{numeral(before, 4) if math.isfinite(before) else before}"
    )
    return Proof(epochs, before, after, "", text)


def _quoted(mend: Mend, script: Script) -> str:
    """The mend in words: ``line 14 as `loss = criterion(pred, y.reshape(pred.shape))` ``; of lines
    that only stand in another place, from where to where."""
    old = {line: script.lines[line - 1].strip() for line in mend.lines}
    gone = [line for line, new in mend.lines.items() if not new]
    kept = {line: new for line, new in sorted(mend.lines.items()) if new}
    if gone and len(kept) == 1:
        ((place, new),) = kept.items()
        moved = [each.strip() for each in new if each.strip() != old[place]]
        if moved == [old[line] for line in sorted(gone)] and len(moved) == len(new) - 1:
            return f"{_lines(gone)} moved to before line {place}"
    parts = []
    for line, new in sorted(mend.lines.items()):
        if new:
            said = "; ".join(each.strip() for each in new).replace(":; ", ": ")
            parts.append(f"line {line} as `{said}`")
    return " and ".join([*parts, *([f"{_lines(gone)} left out"] if gone else [])])


def _lines(numbers: Sequence[int]) -> str:
    """``line 3``, or ``lines 3, 4 and 7``."""
    *most, last = map(str, sorted(numbers))
    return f"lines {', '.join(most)} and {last}" if most else f"line {last}"


def _plain(value: float | None) -> float | str | None:
    return value if value is None or math.isfinite(value) else str(value)
