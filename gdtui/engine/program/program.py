"""A script compiled so that it reports to the engine after every statement of its loops.

The instrumented script stays an ordinary module: the loop keeps its statements, and calls
of a probe stand between them. In ``for`` the iterable is wrapped, in ``while`` the test,
so that the end of an epoch is seen however it comes about, ``continue`` included::

    for epoch in PROBE.epochs(0, PROBE.iter(range(9))):   while PROBE.turn(0) and (loss > 1e-6):
        y_pred = predict(x)                                   PROBE.begin(0)
        PROBE.ran(0)                                          ...
        ...
        w -= learning_rate * dw
        PROBE.ran(-4)
    PROBE.leave(0)

The number is that of the loop. A loop in a function may be left by ``return`` too, which becomes
``return PROBE.returns(0, -5, value)``. Which loops run inside another one, only the run shows: the
engine counts the turns of the outermost.

Both let the engine end the loop as well, between two epochs and as though it had no turns left:
``PROBE.epochs`` then yields no more, and ``PROBE.turn`` is false.

Every statement that runs is reported once, after it ran. The header of a ``with``, an
``if`` or an inner loop counts as a statement: it is reported once its expression has been
evaluated, before the statements inside. ``break`` and ``continue`` are reported just
before they jump. A report with the index inverted (``~3`` is -4) says that nothing is left
to run in the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import CodeType, ModuleType
from typing import Any

from gdtui.engine.parsing import compile_tree
from gdtui.engine.program.copied import ScriptCopy, function_reads
from gdtui.engine.program.instrumenting import Statement
from gdtui.engine.program.observing import Observing, ShiftPlace, Watched
from gdtui.engine.program.probe_calls import PROBE
from gdtui.engine.program.reports import add_reports
from gdtui.engine.program.rest import Rest, compile_rest, find_callers
from gdtui.engine.script.script import Script


@dataclass(frozen=True, eq=False)
class Program:
    """A script, compiled twice.

    Attributes:
        script: the script that it was made from.
        statements: the statements of the training loops, in the order of the text, and then those
            of the functions that train.
        whole: runs the script from its first line.
        firsts: for each of the script's loops the index of its first statement, and that of the
            first one in a function.
    """

    script: Script
    statements: tuple[Statement, ...]
    whole: CodeType
    firsts: tuple[int, ...]

    def can_enter(self, loop: int, calls: Sequence[int]) -> bool:
        """Whether one of the script's loops can be entered between two epochs. ``calls`` are the
        lines of the calls that lead to the function in which it stands, the outermost first."""
        resumable = self.script.loops[loop].resumable
        return resumable and find_callers(self.script, loop, calls) is not None

    def rest(
        self, loop: int, calls: tuple[int, ...] = (), names: tuple[tuple[str, ...], ...] = ()
    ) -> Rest | None:
        """What enters a loop and runs on to the end of the script, taking what is left to iterate
        over from the probe; None where that is not possible. ``names`` are those that each of the
        functions has then. Compiled when it is asked for: whoever never goes back does not need
        it."""
        if not self.script.loops[loop].resumable:
            return None
        return compile_rest(self.script, self.firsts, loop, calls, names)

    @cached_property
    def opened(self) -> Opened:
        """The same script with reports in all its functions. Compiled when somebody steps into
        one."""
        statements, whole, _ = _compile(self.script, opened=True)
        return Opened(statements, whole)

    @cached_property
    def batches(self) -> frozenset[int]:
        """The indices of the statements with which a batch begins."""
        return frozenset(each.index for each in self.statements if each.begins_batch)

    def statement(self, report: int) -> Statement:
        """The statement that a report is of, whether or not it ended its epoch."""
        return self.statements[report if report >= 0 else ~report]


@dataclass(frozen=True, eq=False)
class Opened:
    """A script of which all functions report. Its code has the same functions as that of the
    program, in the same order.

    Attributes:
        statements: those of the program, and then those of the other functions.
        whole: the script's code.
    """

    statements: tuple[Statement, ...]
    whole: CodeType


def codes_in(code: CodeType) -> list[CodeType]:
    """The code of all functions and classes that stand in a code, in the order of the text."""
    inside = [each for each in code.co_consts if isinstance(each, CodeType)]
    return [found for each in inside for found in (each, *codes_in(each))]


def with_probe(code: CodeType, probe: ModuleType) -> CodeType:
    """Instrumented code that reports to the functions of ``probe``: ``epochs``, ``iter``,
    ``turn``, ``begin``, ``leave``, ``returns``, ``bring``, ``gradient``, ``update``, ``loss``,
    ``used``, ``sent``, ``asked``, ``given``, ``metric``, ``collected``, ``passed``,
    ``show``, ``resumed``, ``inner``, ``about``, ``seen``, ``difference``, ``shifted``, ``ran`` and
    the values ``remaining`` and ``locals``.

    They are looked up anew every time: a run that is not to pause has a ``ran`` that costs next
    to nothing, and which one it is may change at any statement. Python finds the names of a
    module as quickly as global ones.
    """

    def put(constant: Any) -> Any:
        if isinstance(constant, CodeType):
            return with_probe(constant, probe)
        return probe if type(constant) is str and constant == PROBE else constant

    return code.replace(co_consts=tuple(map(put, code.co_consts)))


@lru_cache(maxsize=8)
def compile_program(script: Script) -> Program:
    """Instrument and compile a script. The last few are kept: a run is begun anew often."""
    statements, whole, firsts = _compile(script, opened=False)
    return Program(script, statements, whole, firsts)


def compile_observed(
    script: Script, shifts: tuple[ShiftPlace, ...] = ()
) -> tuple[Program, tuple[Watched, ...]]:
    """Compile a script for an observer, who hears of every statement and may move variables. Such
    a program runs from its start to its end and never goes back."""
    observing = Observing(script, shifts)
    statements, whole, firsts = _compile(script, opened=False, observing=observing)
    return Program(script, statements, whole, firsts), tuple(observing.watched)


def _compile(
    script: Script, *, opened: bool, observing: Observing | None = None
) -> tuple[tuple[Statement, ...], CodeType, tuple[int, ...]]:
    """The statements of a script, its code, and where the statements of each loop begin. With
    ``opened`` all its functions report."""
    statements: list[Statement] = []
    copy_ = ScriptCopy(script)
    firsts = []
    for number in range(len(script.loops)):
        firsts.append(len(statements))
        copy_.instrument(number, statements)
    firsts.append(len(statements))
    copy_.instrument_functions(statements)
    if opened:
        copy_.open_functions(statements)
    add_reports(copy_.tree, copy_.handled, function_reads(script))
    if observing is not None:
        observing.observe(copy_.tree)
    return tuple(statements), compile_tree(copy_.tree, script.path), tuple(firsts)
