"""A lesson without the app: questions and answers line by line, panes as text."""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from gdtui.engine.printable import clean_line, clean_lines
from gdtui.engine.script.script import Script, ScriptError
from gdtui.lessons.edits import difference
from gdtui.lessons.errors import LessonError
from gdtui.lessons.format.lesson import Lesson
from gdtui.lessons.format.origin import FOREIGN_CODE
from gdtui.lessons.kinds.options import LETTERS
from gdtui.lessons.plain.pane_text import in_words, whole_script
from gdtui.lessons.walk.bookmark import begin_walk, note_walk
from gdtui.lessons.walk.navigation import Runner
from gdtui.lessons.walk.page import Page, State
from gdtui.lessons.walk.progress import Progress
from gdtui.lessons.walk.walk import Walk

_WIDTH = 80
KEYS = "h: a hint, s: skip, back: the step before, q: leave"
_WORDS = {
    **dict.fromkeys(("h", "hint", "?"), "hint"),
    **dict.fromkeys(("s", "skip"), "skip"),
    "back": "back",
    **dict.fromkeys(("q", "quit", "exit", "leave"), "leave"),
    "put back": "put back",
    "help": "help",
    "edit": "edit",
}
"""The words that are not an answer, and their commands."""

_LONGEST = 20_000
"""The most characters of a text that are shown; gdtui's own lessons have less than a quarter of
that."""


def walk_plainly(
    lesson: Lesson,
    progress: Progress,
    *,
    again: bool,
    complain: Callable[[str], object],
    edit: Callable[[str], str | None],
) -> None:
    """Lead through a lesson on standard input and output, and keep how far the learner comes. The
    walk resumes where the learner left it, or begins ``again`` at the first step. ``edit`` returns
    a text as the learner has edited it, and None for one that was left as it is."""

    def write(line: str) -> None:
        print(line, flush=True)

    def read() -> str | None:
        # input() would need an open standard error as well.
        print("> ", end="", flush=True)
        return sys.stdin.readline(_LONGEST) or None

    def note(walk: Walk) -> None:
        if complaint := note_walk(progress, walk):
            complain(complaint)

    walk = begin_walk(lesson, progress, again=again)
    if walk.at:
        write("Resuming where you left; --again begins at the first step.")
    PlainWalk(walk, read, write, note, edit).run()


class PlainWalk:
    """Leads a learner through a lesson on a terminal, or through a pipe.

    Each step waits for one line: an answer to a question, or an empty line to go on.
    """

    def __init__(
        self,
        walk: Walk,
        read: Callable[[], str | None],
        write: Callable[[str], object],
        note: Callable[[Walk], object] = lambda walk: None,
        edit: Callable[[str], str | None] = lambda text: None,
    ) -> None:
        """``read`` returns the next line, and None after the last; ``write`` takes a line; ``note``
        is called after every change of the walk; ``edit`` returns an edited text, or None."""
        self._walk = walk
        self._read = read
        self._write_line = write
        self._note = note
        self._edited = edit
        self._left = False
        self._said: dict[str, list[str]] = {}
        self._script: Script | None = None

    def run(self) -> bool:
        """Lead through the lesson. Returns whether the learner reached its end."""
        walk = self._walk
        lesson = walk.lesson
        minutes = f", about {lesson.minutes} minutes" if lesson.minutes else ""
        self._say(f"{lesson.title}{minutes}.")
        if lesson.runs_foreign_code:
            self._say(FOREIGN_CODE)
        self._say(f"Enter goes on. {KEYS}.")
        shown: tuple[object, ...] = ()
        with Runner() as runner:
            while not self._left:
                self._move(runner)
                self._note(walk)
                page = walk.page
                key = (page.place + page.title, page.state, page.hints)
                if key != shown:
                    self._show(page, anew=shown[:1] != key[:1])
                    shown = key
                if walk.state is State.OVER:
                    return True
                self._ask()
        self._write("")
        self._say(f"Left at {walk.page.place}. So far: {walk.score.text}.")
        return False

    def _move(self, runner: Runner) -> None:
        """Carry out the tasks of the walk until it waits for the learner."""
        while self._walk.state is State.MOVING:
            self._walk.arrive(runner.carry_out(self._walk.task))

    # Saying it ------------------------------------------------------------------------

    def _show(self, page: Page, *, anew: bool) -> None:
        if page.state is State.OVER:
            self._heading(page.title)
            self._say(page.text)
            return
        if anew:
            self._heading(f"{page.place[0].upper()}{page.place[1:]}: {page.title}")
            if page.note:
                self._say(page.note)
        if page.state is State.STUCK:
            back = " `put back` puts the lesson's own settings back." if page.can_put_back else ""
            self._say(f"This step cannot go on: {page.trouble}.{back} Enter goes to the next.")
            return
        if page.state is State.ANSWERED:
            if anew:  # as after going back
                self._say(page.text)
                self._say(f"Question: {page.prompt}")
            self._write("")
            self._say(page.said)
            self._say(page.why)
            self._say_panes(page)
        elif page.hints and not anew:
            self._say(f"Hint: {page.hints[-1]}")
        else:
            self._say(page.text)
            self._say_panes(page)
            self._say_question(page)

    def _say_panes(self, page: Page) -> None:
        snapshot = self._walk.snapshot
        if snapshot is None:
            return
        for pane in page.look:
            if pane == "code":
                self._say_script(snapshot.script)
            words = in_words(pane, snapshot)
            if self._said.get(pane) == words:
                continue  # shown before, and unchanged
            self._said[pane] = words
            self._write("")
            self._write(f"[{pane}]")
            for line in words:
                for each in [line] if pane == "code" else _wrapped(line):
                    self._write(each)

    def _say_script(self, script: Script) -> None:
        """Show the whole script the first time, and later what has changed in it."""
        before = self._script
        if before is not None and before.text == script.text:
            return
        self._script = script
        self._write("")
        # The changes that make a bug are for the learner to find.
        if before is not None and before.path == script.path and not self._walk.lesson.edit:
            self._write("[what has changed in the script]")
            lines = difference(before, script)
        else:
            self._write(f"[the script, {script.title}]")
            lines = whole_script(script)
        for line in lines:
            self._write(line)

    def _say_question(self, page: Page) -> None:
        if not page.prompt:
            return
        self._write("")
        self._say(f"Question: {page.prompt}")
        for letter, option in zip(LETTERS, page.options, strict=False):
            self._say(f"{letter}) {option}")
        edit = "; or edit: mend it in your editor" if page.takes_script else ""
        self._say(f"Answer with {page.form}{edit}.")

    def _write(self, line: str) -> None:
        # A terminal must not get control characters from a lesson.
        self._write_line(clean_line(line))

    def _heading(self, text: str) -> None:
        self._write("")
        self._write(text)
        self._write("-" * min(len(text), _WIDTH))

    def _say(self, text: str) -> None:
        for line in plain_lines(text):
            self._write(line)

    # Asking ---------------------------------------------------------------------------

    def _ask(self) -> None:
        line = self._read()
        text = "q" if line is None else line.strip()
        walk = self._walk
        match _WORDS.get(" ".join(text.lower().split())):
            case "leave":
                self._left = True
            case "back":
                walk.back()
            case "put back":
                walk.put_back()
            case "help":
                self._say(f"Enter goes on. {KEYS}.")
            case "hint":
                self._hint()
            case "skip" if walk.state is State.ASKING:
                walk.skip()
            case "edit" if walk.state is State.ASKING and walk.page.takes_script:
                self._edit()
            case None if walk.state is State.ASKING:
                self._answer(text)
            case _:
                walk.go_on()

    def _answer(self, text: str) -> None:
        try:
            self._walk.answer(text)
        except LessonError as error:
            self._say(f"{error}. {KEYS}.")

    def _edit(self) -> None:
        """Answer with the script as the learner leaves it in their own editor."""
        assert self._walk.snapshot is not None
        script = self._walk.snapshot.script
        text = self._edited(script.text)
        if text is None:
            self._say(f"Nothing is changed. {KEYS}.")
            return
        try:
            self._walk.answer_with(replace(script, text=text))
        except (LessonError, ScriptError) as error:
            self._say(f"{error}. {KEYS}.")

    def _hint(self) -> None:
        if self._walk.state is not State.ASKING:
            self._say("Nothing is asked here. Enter goes on.")
        elif self._walk.page.hints_left:
            self._walk.hint()
        else:
            self._say("There are no more hints.")


def plain_lines(text: str) -> Iterator[str]:
    """A Markdown text as plain lines: without markup, and wrapped except for code."""
    fenced = False
    paragraph: list[str] = []
    for line in [*clean_lines(text, _LONGEST).split("\n"), ""]:
        if line.startswith("```"):
            fenced = not fenced
        elif fenced:
            yield line
        elif not line.strip() or re.match(r"\s*([-*]|\d+\.)\s", line) or line.startswith("|"):
            yield from _wrapped(" ".join(paragraph))
            paragraph = [line.strip()] if line.strip() else []
        else:
            quoted = paragraph and paragraph[0].startswith(">")
            paragraph.append(line.strip().removeprefix(">").strip() if quoted else line.strip())


def _wrapped(text: str) -> Iterable[str]:
    bare = re.sub(r"(\*\*|`)(.+?)\1", r"\2", text)
    later = "  " if re.match(r"([-*]|\d+\.|[a-h]\))\s", bare) else ""
    return textwrap.wrap(bare, _WIDTH, subsequent_indent=later, break_on_hyphens=False)
