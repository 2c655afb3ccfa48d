"""Writes the script, its run and pictures of it into files."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.ui.control.comparing import Comparing

if TYPE_CHECKING:
    from gdtui.export.output_file import OutputFile
    from gdtui.ui.plots.fit_plots import Plot
    from gdtui.ui.plots.picture import Palette

    Writer = Callable[[OutputFile], object]
    """Writes a file, or returns an awaitable that does. Either raises ``ScriptError``."""

_PLOT, _SCREEN = "plot", "screen"
_PICTURES = {
    _PLOT: ("svg", "the plot with the focus, or that of the loss, as a picture"),
    _SCREEN: ("svg", "the screen as it is now, as a picture"),
}

_RUNS = "At work: a process of its own runs the script from its start to its end…"
_DRAWS = "At work: a process of its own draws it…"


class TakingHome(Comparing):
    """The part of the app that writes files to take home, as ``gdtui export`` does."""

    def take_home(self) -> None:
        """Let the learner choose what to write, and where."""
        from gdtui.export.formats import FORMATS
        from gdtui.ui.plot_pictures import alone
        from gdtui.ui.screens.take_home import TakeHomeScreen

        # Of the screen as it is: soon the list stands above it.
        screen = alone(self.export_screenshot(title="gdtui"))
        formats = {kind: (kind, what) for kind, what in FORMATS.items()} | _PICTURES

        def ask(kind: str | None) -> None:
            if kind is not None:
                self._ask_where(kind, *formats[kind], screen)

        self.push_screen(TakeHomeScreen(formats), ask)

    def _ask_where(self, kind: str, ending: str, what: str, screen: str) -> None:
        """Ask for the name of a file, and write it."""
        from gdtui.ui.screens.save import SaveScreen

        stem = Path(self._script.name).stem
        notes: list[str] = []
        if kind == _PLOT:
            taken = self.main.plot_to_take()
            stem += f"-{taken[0]}"
            write = self._plot_writer(*taken)
        elif kind == _SCREEN:
            stem += "-screen"
            write = _text_writer(lambda: screen)
        else:
            write = self._writer(kind, notes)

        def written(path: Path | None) -> None:
            if path is not None:
                said = "".join(f": {clean_line(each)}" for each in notes)
                self.say(f"{clean_line(str(path))} is written{said}")

        self.push_screen(
            SaveScreen(
                f"Take home as .{ending}",
                f"{what[0].upper()}{what[1:]}.",
                free_name(stem, ending),
                lambda path: _into(path, write),
                meanwhile=_DRAWS if kind == _PLOT else _RUNS,
            ),
            written,
        )

    def _writer(self, kind: str, notes: list[str]) -> Writer:
        """What writes the script, or the run that a process of its own makes; ``notes`` takes what
        there is to say of the run."""
        from gdtui.export.formats import OF_SCRIPTS, script_text

        script, stop = self._script, self._stop
        if kind in OF_SCRIPTS:
            return _text_writer(lambda: script_text(script, kind))

        from gdtui.analysis.diagnose.diagnosis import count as counted
        from gdtui.experiments.elsewhere import elsewhere
        from gdtui.experiments.job import Recipe
        from gdtui.experiments.run_file import write_run

        recipe = Recipe.of(script)

        async def write(file: OutputFile) -> None:
            epochs, message = await elsewhere(
                write_run, recipe, stop, kind, file, parent=os.getpid()
            )
            notes.append(message or counted(epochs, "epoch"))

        return write

    def _plot_writer(self, name: str, plot: Plot, palette: Palette) -> Writer:
        """What draws a plot, in a process of its own: it takes an app of its own."""
        from gdtui.experiments.elsewhere import elsewhere
        from gdtui.ui.plot_pictures import made_picture
        from gdtui.ui.plots.picture import NOTHING

        title, sketch, said = plot
        if sketch.key == NOTHING.key:
            return _text_writer(lambda: _no_plot(name, said))
        picture, theme = sketch(palette), self.theme

        async def write(file: OutputFile) -> None:
            text = await elsewhere(made_picture, title, picture, said, theme=theme)
            _text_writer(lambda: text)(file)

        return write


def free_name(stem: str, ending: str) -> str:
    """The name of a file that is not yet there, in the working folder."""
    names = (f"{stem}{f'-{number}' if number > 1 else ''}.{ending}" for number in count(1))
    return next(name for name in names if not Path(name).exists())


def _text_writer(text: Callable[[], str]) -> Writer:
    """What writes a text into a file. Raises ``ScriptError`` if that cannot be done."""
    from gdtui.export.output_file import OutputError

    def write(file: OutputFile) -> None:
        try:
            file.write(text())
        except OutputError as error:
            raise ScriptError(str(error)) from None

    return write


def _into(path: Path, write: Writer) -> object:
    """Write a file whose name is agreed. Raises ``ScriptError`` if it cannot be written."""
    from gdtui.export.output_file import OutputError, OutputFile

    file = OutputFile(str(path), force=True, instead="give the name of a file")
    try:
        file.check()
    except OutputError as error:
        raise ScriptError(str(error)) from None
    return write(file)


def _no_plot(name: str, reason: str) -> str:
    raise ScriptError(f"there is no plot of the {name}: {reason}")
