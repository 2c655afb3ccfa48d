"""Compares the present script with another one, side by side."""

from __future__ import annotations

from gdtui.engine.script.script import Script
from gdtui.stages import KEYS, STAGES
from gdtui.ui.control.sessions import Sessions


class Comparing(Sessions):
    """The part of the app that compares scripts."""

    def choose_other(self) -> None:
        """Let the learner choose what to compare the present script with: a pinned run or another
        script; first the next stage."""
        from gdtui.ui.screens.side_by_side import OtherScreen

        scripts, names = self._others()
        stage = self._script.name
        wanted = KEYS.index(stage) + 1 if stage in KEYS else len(scripts)
        following = [each.name for each in scripts]
        first = following.index(KEYS[wanted]) if wanted < len(KEYS) else 0

        def compare(chosen: int | None) -> None:
            if chosen is not None:
                self._compare_with(scripts[chosen], names[chosen][0])

        self.push_screen(OtherScreen(names, 0 if self.pins else first), compare)

    def _others(self) -> tuple[list[Script], list[tuple[str, str]]]:
        """The scripts to compare with, and what to call them."""
        from gdtui.ui.plots.pins import differences

        scripts = [pin.script for pin in self.pins]
        said = differences([*scripts, self._script])[:-1]
        names = [(f"pinned {pin.label}", text) for pin, text in zip(self.pins, said, strict=True)]
        for number, each in enumerate(self._scripts):
            if each.name != self._script.name:
                scripts.append(each)
                title = STAGES[number].title if number < len(STAGES) else "your script"
                names.append((f"{number + 1} {each.name}", title))
        if self._script.text != self._original.text:
            scripts.append(self._original)
            names.append(("the original", "this script before your changes"))
        return scripts, names

    def _compare_with(self, other: Script, name: str) -> None:
        from gdtui.ui.screens.side_by_side import SideBySideScreen

        mine = f"{self._script.name}, as it is now"
        self.push_screen(SideBySideScreen((self._script, other), (mine, name), self._stop))
