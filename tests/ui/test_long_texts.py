"""Whatever comes from a script is bounded, and made safe, before it is laid out."""

from __future__ import annotations

import unicodedata

import pytest
from driving import drive

pytestmark = pytest.mark.slow

LOOP = "w = 1.0\nfor epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n"
LONG = 400_000
SCRIPTS = {
    "message": f"raise ValueError('word ' * 1_000_000)\n{LOOP}",
    "message without blanks": f"raise ValueError('x' * 5_000_000)\n{LOOP}",
    "title": f'"""{"t" * LONG}\n"""\n{LOOP}',
    "comment": f"rate = 0.1  # {'why ' * (LONG // 4)}\n{LOOP}",
    "choices": f"kind = 'a'  # 'a' or '{'b' * LONG}'\n{LOOP}",
    "name": f"{'n' * LONG} = 0.1\n{LOOP}",
    "text": f"label = '{'v' * LONG}'\n{LOOP}",
    "numbers": f"data = [{'1.5, ' * (LONG // 5)}]\n{LOOP}",
    "lines of numbers": f"data = [\n{'    1.5,' + chr(10)}{('    1.5,' + chr(10)) * (LONG // 9)}]\n{LOOP}",
    "printed line": f"print('p' * 5_000_000)\n{LOOP}",
    "variable": f"big = ['v' * 5_000_000] * 3\n{LOOP}",
    "dict of long keys": f"d = {{'k' * 1_000_000: 1.0}}\n{LOOP}",
    "name of an exception": f"raise type('E' * 1_000_000, (Exception,), {{}})('no')\n{LOOP}",
}
WIDEST, HIGHEST = 4000, 1000
"""How far a pane may be scrolled sideways and down, in cells: few screens' worth."""


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=list(SCRIPTS))
def test_a_long_text_of_a_script_is_cut_before_it_is_laid_out(text, tmp_path):
    path = tmp_path / "long.py"
    path.write_text(text)

    async def test(d):
        for keys in ("d", "d", "d", "d", "N", "G", "tab", "tab", "tab"):
            await d.press(keys)
        await d.until(lambda: d.moment.status in ("finished", "failed"))
        for widget in d.main.query("*"):
            assert widget.virtual_size.width < WIDEST, widget
            # The code has as many lines as the script has; nothing else gets long by it.
            assert widget.id == "code" or widget.virtual_size.height < HIGHEST, widget

    drive(test, str(path))


HOSTILE = "a\x1b[2Jb\u202ec\x9b31md\u2066"


@pytest.mark.parametrize(
    "text",
    [
        f"print({HOSTILE!r})\n{LOOP}",
        f"raise ValueError({HOSTILE!r})\n{LOOP}",
        f"import sys\nsys.stderr.write({HOSTILE!r} + chr(10))\n{LOOP}",
        f"name = {HOSTILE!r}\n{LOOP}",
        f"class X:\n    pass\nX.__name__ = {HOSTILE!r}\nx = X()\n{LOOP}",
        f"kind = 'a'  # 'a' or {HOSTILE!r}\n{LOOP}",
        f'"""Title {HOSTILE}"""\n# {HOSTILE}\n{LOOP}',
        f"p = {{{HOSTILE!r}: 1.0}}\nfor epoch in range(3):\n    loss = p[{HOSTILE!r}] ** 2\n    dp = 2\n    p[{HOSTILE!r}] -= 0.1 * dp\n",
    ],
)
def test_nothing_that_a_terminal_obeys_is_drawn(text, tmp_path):
    path = tmp_path / "hostile\u202e.py"
    path.write_text(text)

    async def test(d):
        for keys in ("d", "d", "d", "d", "N", "n", "G", "w", "escape"):
            await d.press(keys)
            drawn = {unicodedata.category(each) for each in d.screen_text().replace("\n", "")}
            assert not drawn & {"Cc", "Cf", "Cs", "Zl", "Zp"}

    drive(test, str(path))
