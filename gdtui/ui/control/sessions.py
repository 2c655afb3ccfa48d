"""Saves what is open as a session, and opens one."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.stages import KEYS
from gdtui.ui.control.opening import ENDINGS, Opening
from gdtui.ui.control.pinning import PinnedRun
from gdtui.ui.control.session_file import (
    ENDING,
    KeptPin,
    Session,
    SessionError,
    read_session,
    write_session,
)
from gdtui.ui.edits.checked_edits import carry_over

if TYPE_CHECKING:
    from gdtui.engine.run.timeline import Timeline


class Sessions(Opening):
    """The part of the app that keeps sessions: script, changes, pinned runs and position."""

    _session_path = ""
    """Where the session was saved or opened last, as typed."""

    # Saving ---------------------------------------------------------------------------

    def save_session(self) -> None:
        """Ask for a file and write the session to it."""
        from gdtui.ui.screens.save import SaveScreen

        usual = f"{Path(self._original.name).stem}{ENDING}"
        self.push_screen(
            SaveScreen(
                "Save the session",
                "The script, your changes, the pinned runs and where the run is.",
                self._session_path or usual,
                self._write_session,
                over=self._session_path,
            ),
            self._saved,
        )

    def _write_session(self, path: Path) -> None:
        write_session(self._as_session(), path)

    def _saved(self, path: Path | None) -> None:
        if path is not None:
            self._session_path = str(path)
            self.say(f"{clean_line(path.name)} is saved; gdtui open {clean_line(str(path))}")

    def _as_session(self) -> Session:
        moment = self.report.moment
        return Session(
            self._original,
            self._undo.now,
            (moment.epoch, moment.step) if moment else (0, 0),
            [
                KeptPin(
                    each.pin.label,
                    each.original,
                    each.choices,
                    each.pin.script.text,
                    each.pin.verdict,
                    each.pin.ghost.curves.as_json(),
                    each.pin.note,
                )
                for each in self._pinned
            ],
        )

    # Opening --------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Let the learner choose a script or a session."""
        from gdtui.ui.screens.file_choice import FileScreen

        recent = self._recent.read() if self._recent else ()
        endings = (*ENDINGS, ENDING)
        screen = FileScreen("Open a script or a session", endings, _read, recent=recent)
        self.push_screen(screen, self._open_either)

    async def _open_either(self, found: Script | Session | None) -> None:
        if isinstance(found, Session):
            self.ask_about(found)
        else:
            await self._open(found)

    def ask_about(self, session: Session) -> None:
        """Show the script of a session, and run it once the learner agrees."""
        from gdtui.ui.screens.agreement import AgreementScreen

        name = clean_line(session.original.name)
        what = (
            f"The session brings the script {name} as text. It runs with all that you may do, like "
            "any program that you start: agree if you trust where it comes from."
        )
        screen = AgreementScreen(f"Session {session.path}", what, session.text)
        self.push_screen(screen, partial(self._answer, session))

    async def _answer(self, session: Session, agrees: bool | None) -> None:
        if agrees:
            await self._use_session(session)
        elif not self._link.is_started:
            self._load()

    async def _use_session(self, session: Session) -> None:
        original = session.original
        self._own = None
        if original.name in KEYS:
            self._current = KEYS.index(original.name)
        else:
            self._put_in(original)
        self._undo.note(session.choices)
        self._session_path = str(session.path)
        if self._recent is not None:
            self._recent.note(session.path)
        try:
            self._keep([_pinned(pin, number) for number, pin in enumerate(session.pins)])
        except (ValueError, SessionError) as error:
            self.complain(f"the pinned runs of the session are damaged: {clean_line(str(error))}")
        self.main.show_stop(self._stop)
        await self._use(carry_over(self._base, self._changed), undo=True)
        epoch, step = session.position
        if epoch or step:
            self.ask(lambda worker: worker.perform(partial(_go_to, epoch=epoch, step=step)))
        self.lesson_changed()
        self.main.focus_run()


def _read(path: Path) -> Script | Session:
    return read_session(path) if path.suffix.lower() == ENDING else Script.from_file(path)


def _pinned(kept: KeptPin, number: int) -> PinnedRun:
    """A pinned run from what was kept of it. Raises ValueError if that is damaged."""
    from dataclasses import replace

    from gdtui.ui.plots.ghost import Ghost
    from gdtui.ui.plots.pins import LABELS, Pin
    from gdtui.ui.plots.run_curves import RunCurves

    if kept.label not in LABELS or len(kept.label) != 1:
        raise ValueError(f"label {kept.label!r}")
    script = replace(kept.original, text=kept.text)
    ghost = Ghost(script, RunCurves.from_json(kept.curves))
    pin = Pin(kept.label, -1 - number, ghost, None, kept.verdict, kept.note)
    return PinnedRun(pin, kept.choices, kept.original)


def _go_to(timeline: Timeline, epoch: int, step: int) -> None:
    """Go to a statement of an epoch, or as far as there is one."""
    moment = timeline.seek(max(0, epoch - 1))
    while (moment.epoch, moment.step) != (epoch, step) and moment.epoch <= epoch:
        before = moment.position
        moment = timeline.step()
        if moment.position == before or moment.status.is_over:
            return
