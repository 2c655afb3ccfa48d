"""The present moment of a run, frozen once for all who look at it."""

from __future__ import annotations

from gdtui.engine.record.recording import Recorder
from gdtui.engine.run.execution import Execution
from gdtui.engine.run.moment import Moment, freeze_moment
from gdtui.engine.script.script import Script
from gdtui.engine.workings.chain import Chain
from gdtui.engine.workings.kept import NOTHING_KEPT, keep
from gdtui.engine.workings.working import Working


class Freezer:
    """Freezes the moments of a run. A moment is asked for several times at each pause, and in a
    large net there is much to read, so each is frozen once.

    Whoever runs one statement calls :meth:`begin_statement` before it; else there is nothing to
    work out behind it.
    """

    def __init__(self, run: int, script: Script, execution: Execution, recorder: Recorder) -> None:
        self._run = run
        self._script = script
        self._execution = execution
        self._recorder = recorder
        # The last moment that was frozen, and after how many changes.
        self._frozen: tuple[int, Moment] | None = None
        # What the last statement may have overwritten; that statement worked out, and after how
        # many changes.
        self._kept = NOTHING_KEPT
        self._worked: tuple[int, Working | None] | None = None
        # The chain rule, after how many changes, and in which epoch.
        self._chained: tuple[int, int, Chain | None] | None = None

    def moment(self) -> Moment:
        """The present moment, compared with none."""
        now = self._execution
        if self._frozen is None or self._frozen[0] != now.changes:
            self._frozen = now.changes, freeze_moment(self._run, now, self._recorder)
        return self._frozen[1]

    def forget(self) -> None:
        """Something was changed while the run is paused."""
        self._frozen = None

    def begin_statement(self, *, is_looked_at: bool) -> Moment:
        """Keep what the next statement may overwrite. Returns the moment before it. Unless it
        ``is_looked_at``, the chain rule is not read off a graph that it may use up."""
        before = self.moment()
        self._kept = keep(self._script, self._execution.names)
        if is_looked_at and before.graph is not None and not before.graph.freed:
            self.chain(before)  # before it is used up
        return before

    def working(self) -> Working | None:
        """The statement that has just run, worked out; None where it computes no number."""
        now = self._execution
        if self._worked is None or self._worked[0] != now.changes:
            self._worked = now.changes, now.work_out(self._kept)
        return self._worked[1]

    def chain(self, moment: Moment) -> Chain | None:
        """The chain rule through the graph of the present moment. Once ``backward`` has used the
        graph up, what it was before that."""
        graph, now = moment.graph, self._execution
        if graph is None:
            return None
        if not graph.freed:
            if self._chained is None or self._chained[0] != now.changes:
                self._chained = now.changes, now.epoch, now.chain(graph.root)
            return self._chained[2]
        if self._chained is None or self._chained[1] != now.epoch:
            return None
        chain = self._chained[2]
        operations = tuple(each.operation for each in graph.nodes)
        is_same = chain is not None and (chain.root, chain.operations) == (graph.root, operations)
        return chain if is_same else None
