"""Going back in loops that stand in functions: their frames are entered anew."""

from __future__ import annotations

import contextvars
import random

import pytest

from gdtui import Script, Timeline
from gdtui.engine.run import rewinding as module
from gdtui.engine.state.checkpoint import Checkpoint

LOOP = """\
for epoch in range(EPOCHS):
    loss = (w - 3.0) ** 2 + random.random()
    dw = 2 * (w - 3.0)
    if epoch % 2:
        seen.append(round(loss, 6))
    w -= 0.05 * dw
"""


def indented(text, by=1):
    return "".join("    " * by + line for line in text.splitlines(keepends=True))


HEAD = "import random\nimport sys\nrandom.seed(3)\nEPOCHS = 12\nseen = []\n"
TRAIN = f"def train(w):\n{indented(LOOP)}    return w\n"
SCRIPTS = {
    "a call alone": f"{TRAIN}print('before')\ntrain(8.0)\nprint(seen, random.random())\n",
    "a result that is kept": f"{TRAIN}result: float = train(8.0)\nprint(result, seen)\n",
    "below an if": f"{TRAIN}if __name__ == '__main__':\n    w = train(8.0)\n    print(w)\nprint('end')\n",
    "from main": f"{TRAIN}def main(start):\n    noise = random.random()\n    w = train(start)\n"
    "    return w + noise\nprint('go')\nend = main(8.0)\nprint(end, seen)\n",
    "returned at once": f"{TRAIN}def main():\n    return train(8.0)\nend = main()\nprint(end)\n",
    "with an exit code": f"{TRAIN}def main():\n    print(train(8.0))\n    return 0\nsys.exit(main())\n",
    "in a method": "class Trainer:\n    def __init__(self):\n        self.seen = []\n"
    "    def fit(self, w, *more, rate=0.5, **options):\n        seen = self.seen\n"
    f"{indented(LOOP, 2)}        self.w = w\n        return more, options\n"
    "trainer = Trainer()\nprint(trainer.fit(8.0, 1, 2, deep=True))\nprint(trainer.w, trainer.seen)\n",
    "a global name": f"total = 0\ndef train(w):\n    global total\n{indented(LOOP)}        total += 1\n"
    "    print(total)\ntrain(8.0)\nprint(total)\n",
    "a while loop": "def train(w):\n    turns = 0\n    while turns < EPOCHS:\n"
    f"{indented(LOOP.partition(chr(10))[2]).replace('epoch', 'turns')}        turns += 1\n"
    "    return turns, w\nprint(train(8.0))\n",
    "a break": f"def train(w):\n{indented(LOOP)}        if epoch == 9: break\n    else:\n"
    "        print('never')\n    return w\nprint(train(8.0))\n",
    "a return": f"def train(w):\n{indented(LOOP)}        if epoch == 9: return w\nprint(train(8.0))\n",
    "two calls": f"{TRAIN}train(8.0)\nprint(len(seen))\ntrain(2.0)\nprint(seen)\n",
    "a name that is not there": f"def train(w):\n    if w < 0:\n        other = 1\n    gone = 2\n    del gone\n"
    f"{indented(LOOP)}    print(sorted(locals()))\ntrain(8.0)\n",
    "a global name that a comprehension has as well": "i = 5\ndef train(w):\n"
    f"    squares = [i * i for i in range(3)]\n{indented(LOOP)}        seen.append(i)\n"
    "    return squares\nout = train(8.0)\nprint(out, seen)\n",
    "a name that is rebound": "class Thing:\n    pass\ndef train(w):\n    thing = Thing()\n"
    f"{indented(LOOP)}        seen.append(sys.getrefcount(thing) <= 4)\n"  # the engine looks at it now and then
    "        thing = thing if epoch % 4 else Thing()\n    return w\nout = train(8.0)\nprint(out, seen)\n",
    "a function that fails": f"def train(w):\n{indented(LOOP)}        1 / (9 - epoch)\ntrain(8.0)\n",
    "an exception that is caught": f"def train(w):\n{indented(LOOP)}    raise ValueError(w)\n"
    "def main():\n    train(8.0)\nmain()\n",
}
"""Those that can be entered in the middle."""

OTHERS = {
    "in the middle of a statement": f"{TRAIN}print('w', train(8.0))\n",
    "below a with": f"{TRAIN}import contextlib\nwith contextlib.nullcontext():\n    train(8.0)\nprint(seen)\n",
    "in a loop": f"{TRAIN}for start in (8.0, 2.0):\n    print(start)\ndef all():\n"
    "    for start in (8.0,):\n        print(train(start))\nall()\n",
    "names that another function keeps": f"def main():\n    w = 8.0\n    def show():\n        return w\n"
    f"{indented(LOOP)}        seen.append(show())\n    return w\nmain()\nprint(seen)\n",
    "called by a library": f"{TRAIN}print(list(map(train, [8.0])), seen)\n",
    "a generator": f"def train(w):\n{indented(LOOP)}    yield w\nprint(list(train(8.0)))\n",
    "a try around the call": f"{TRAIN}def main():\n    try:\n        return train(8.0)\n"
    "    finally:\n        print('over')\nmain()\n",
}
"""Those that are run from their start again."""


@pytest.fixture
def often(monkeypatch):
    """A checkpoint after every epoch."""
    monkeypatch.setattr(module, "SPACING", 0.0)
    monkeypatch.setattr(module, "_SHARE", 0)


def told(moment):
    return (
        *(moment.position, moment.line, moment.status, moment.loss, moment.calls, moment.batch),
        sorted((each.name, each.text) for each in moment.variables),
        moment.message,
    )


def walk(timeline, chance, seen, moves=30):
    """Go about at random; wherever it has been before, all is as it was."""
    for _ in range(moves):
        how = chance.choice(["step", "back", "seek", "next_epoch", "previous_epoch"])
        moment = timeline.seek(chance.randrange(13)) if how == "seek" else getattr(timeline, how)()
        known = seen.setdefault((moment.position, str(moment.status)), told(moment))
        assert told(moment) == known, how


@pytest.mark.slow
@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("case", [*SCRIPTS, *OTHERS])
def test_a_run_that_goes_back_in_a_function_goes_on_as_it_did(case):
    text = HEAD + {**SCRIPTS, **OTHERS}[case]
    with Timeline(Script(text)) as timeline:
        end, out = timeline.run(), timeline.transcript.text
        kept = timeline._rewinder.checkpoints
        assert (kept is not None and len(kept) > 1) == (case in SCRIPTS)
        walk(timeline, random.Random(case), {})
        again = timeline.run()
        assert told(again) == told(end)
        assert timeline.transcript.text == out
        assert (again.failure and again.failure.exit_code) == (
            end.failure and end.failure.exit_code
        )


@pytest.mark.usefixtures("often")
@pytest.mark.parametrize("case", ["from main", "in a method"])
def test_it_is_not_run_from_its_start(case, monkeypatch):
    with Timeline(Script(HEAD + SCRIPTS[case])) as timeline:
        timeline.run()
        monkeypatch.setattr(timeline._execution, "start", lambda: pytest.fail("from the start"))
        assert timeline.seek(7).position[0] == 7
        assert timeline.back().position[0] == 7
        assert timeline.run().status == "finished"


@pytest.mark.usefixtures("often")
def test_what_functions_share_stays_shared():
    text = HEAD + (
        "class Box:\n    pass\nbox = Box()\ndef inner(box, w):\n"
        + indented(LOOP)
        + "        box.w = w\n    return box\ndef main():\n    mine = [box]\n"
        "    got = inner(mine[0], 8.0)\n    return got is mine[0] is box, got.w\n"
        "same = main()\nprint(same, same[1] == box.w)\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        timeline.seek(5)
        timeline.run()
        assert timeline.transcript.text.startswith("(True, ")
        assert timeline.transcript.text.endswith(") True\n")


@pytest.mark.usefixtures("often")
def test_the_memory_of_what_functions_hold_is_counted():
    text = HEAD + (
        "import numpy as np\ndef train(w):\n    data = np.zeros(100_000)\n"
        + indented(LOOP)
        + "        data[epoch] = w\n    return data\nout = train(8.0)\n"
    )
    with Timeline(Script(text)) as timeline:
        timeline.run()
        assert timeline._rewinder.checkpoints.nearest(9).nbytes > 800_000


@pytest.mark.usefixtures("often")
def test_a_traceback_after_going_back_is_the_script_s_own():
    text = HEAD + SCRIPTS["a function that fails"].replace(
        "1 / (9",
        "import traceback\n"
        "        if epoch == 9: print(''.join(traceback.format_stack()))\n        1 / (9",
    )
    shown = []
    for goes_back in (False, True):
        with Timeline(Script(text)) as timeline:
            timeline.seek(6)
            if goes_back:
                timeline.seek(3)
            moment = timeline.run()
            shown.append((moment.message, moment.line))
            stack = timeline.transcript.text
            assert "in train\n" in stack
            assert stack.count("in <module>") == 1
    assert shown[0] == shown[1]


def test_frames_of_a_checkpoint_are_copies():
    names = {"data": [1, 2]}
    here = contextvars.copy_context()
    checkpoint = Checkpoint.take(1, {}, None, _Nothing(), here, None, 0, [names], (3,))
    names["data"].append(3)
    *_, (found,) = checkpoint.restore()
    found["data"].append(9)
    assert checkpoint.frames == ({"data": [1, 2]},)
    assert checkpoint.calls == (3,)


class _Nothing:
    """What a script owns of the process: nothing."""

    nbytes = 0
