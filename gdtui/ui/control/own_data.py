"""Lets scripts learn from other samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gdtui.engine.errors import ScriptError
from gdtui.engine.printable import clean_line
from gdtui.engine.script.script import Script
from gdtui.ui.control.pinning import Pinning
from gdtui.ui.edits.undo import Choices, Undo

if TYPE_CHECKING:
    from gdtui.data.csv_file import CsvFile
    from gdtui.data.samples import Samples

_ENDINGS = (".csv", ".tsv", ".txt")


class OwnData(Pinning):
    """The part of the app that takes other samples. A few are settings, and go along to other
    stages as such; of many, the text of each script reads them."""

    def _begin_with(self, samples: Samples, base: Script) -> None:
        """Begin with other samples; ``base`` is the script with them, and without other changes."""
        from gdtui.data.loading import is_literal

        self._notes.append(samples.said)
        if not is_literal(samples):
            values = self._script.changed_from(base)
            self._undo = Undo(Choices(values, texts=self._take_many(samples)))

    def choose_data(self) -> None:
        """Let the learner choose among the sets and files."""
        from gdtui.ui.screens.data_choice import DataScreen

        self.push_screen(DataScreen(), self._set_chosen)

    def _set_chosen(self, name: str | None) -> None:
        """Show a set, or the files to choose from if the name is empty."""
        from gdtui.data.csv_file import CsvFile
        from gdtui.data.sets import set_named
        from gdtui.ui.screens.file_choice import FileScreen

        if name is None:
            return
        if known := set_named(name):
            self._preview(CsvFile.open(known.path))
        else:
            screen = FileScreen("Data: a CSV file", _ENDINGS, CsvFile.open)
            self.push_screen(screen, self._preview)

    def _preview(self, file: CsvFile | None) -> None:
        from gdtui.ui.screens.data_preview import DataPreview

        if file is not None:
            self.push_screen(DataPreview(file), self._use_samples)

    async def _use_samples(self, samples: Samples | None) -> None:
        """Run the script with other samples; None changes nothing."""
        if samples is None:
            return
        from gdtui.data.loading import INPUTS, TARGETS, is_literal, with_samples

        now, original = self._undo.now, self._original
        texts = self._without_reading(now.texts)
        text = texts.get(original.name)
        base = original if text is None else replace(original, text=text)
        try:
            script = with_samples(base, samples)
        except ScriptError as error:
            self.complain(clean_line(str(error)))
            return
        values = {key: each for key, each in now.values.items() if key not in (INPUTS, TARGETS)}
        if is_literal(samples):
            self._samples = None
            values |= script.changed_from(base)
        else:
            texts |= self._take_many(samples) | {script.name: script.text}
        name = clean_line(Path(samples.file.path).name)
        self.say(f"{len(samples.x):,} samples from {name}; u takes them back.")
        self._undo.note(replace(now, values=values, texts=texts))
        await self._return()

    @property
    def _has_data(self) -> bool:
        text = self._undo.now.texts.get(self._original.name)
        return text is not None and text == self._texts_that_read.get(self._original.name)

    def _take_many(self, samples: Samples) -> dict[str, str]:
        """Take samples that the scripts are to read; returns the texts that do."""
        self._samples = samples
        self._texts_that_read = self._reading(self._scripts)
        return dict(self._texts_that_read)

    def _without_reading(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The learner's own texts, without those that only read samples."""
        reading = self._texts_that_read
        return {name: text for name, text in texts.items() if reading.get(name) != text}
