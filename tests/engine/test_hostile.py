"""Scripts that do odd things do what they do under Python: same output, same exit code."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gdtui import Script, Timeline

pytestmark = pytest.mark.slow

# A loop around which the odd things stand; the names with `odd` are put in.
_LOOP = "w = 1.0\nfor epoch in range(3):\n    w -= 0.5 * w\n    print('epoch', epoch, w)\n"

_RAISING = "def no(*arguments, **named):\n    raise ValueError('no')\n"

_ODD = {
    "GreenletExit": "from greenlet import GreenletExit\n" + _LOOP + "raise GreenletExit('mine')\n",
    "GreenletExit in the loop": "import greenlet\n"
    + _LOOP.replace("print(", "if epoch == 1: raise greenlet.GreenletExit\n    print("),
    "GreenletExit that is caught": "import greenlet\n"
    + _LOOP
    + "try:\n    raise greenlet.GreenletExit\nexcept greenlet.GreenletExit:\n    print('caught')\n",
    "the engine's old names": "__gdtui__ = 5\n__gdtui_ran__ = 6\n"
    + _LOOP
    + "print(__gdtui__, __gdtui_ran__)\n",
    "all names": _LOOP
    + "print(sorted(set(globals()) - {'__spec__', '__loader__', '__cached__', '__warningregistry__'}))\n"
    + "print(sorted(dir()) == sorted(vars()) == sorted(locals()) == sorted(globals()))\n",
    "names inside": "def show():\n    loss = 1\n    print(sorted(locals()))\n"
    "    exec('print(len(globals()) == len(vars(__import__(\"__main__\"))))')\n"
    + _LOOP.replace("print(", "show(); print("),
    "sys.exit(3)": "import sys\n" + _LOOP + "sys.exit(3)\n",
    "sys.exit(0)": "import sys\n" + _LOOP + "sys.exit(0)\n",
    "sys.exit()": "import sys\n" + _LOOP + "sys.exit()\n",
    "sys.exit(True)": "import sys\n" + _LOOP + "sys.exit(True)\n",
    "sys.exit(-1)": "import sys\n" + _LOOP + "sys.exit(-1)\n",
    "sys.exit(256)": "import sys\n" + _LOOP + "sys.exit(256)\n",
    "sys.exit of a text": "import sys\n" + _LOOP + "sys.exit('enough')\n",
    "sys.exit of a tuple": "import sys\n" + _LOOP + "sys.exit((1, 2))\n",
    "sys.exit of an object": _RAISING
    + "class Odd:\n    __str__ = __eq__ = __repr__ = no\n    __hash__ = None\n"
    + _LOOP
    + "import sys\nsys.exit(Odd())\n",
    "exit()": _LOOP + "exit()\n",
    "exit(4) in the loop": _LOOP.replace("print(", "exit(4); print("),
    "SystemExit": _LOOP + "raise SystemExit(3)\n",
    "an exit that is caught": "import sys\n"
    + _LOOP
    + "try:\n    sys.exit(3)\nexcept SystemExit as error:\n    print(error.code)\n",
    "a loop over a number": "w = 1.0\nfor epoch in 5:\n    w -= 0.1 * w\n    print(w)\n",
    "an iterable that fails": "def numbers():\n    yield 1\n    1 / 0\n"
    "w = 1.0\nfor epoch in numbers():\n    w -= 0.1 * w\n    print(w)\n",
    "a test that fails": "w = 1.0\nwhile (1 /\n    (w - 0.25)):\n    w -= 0.5 * w\n    print(w)\n",
    "an exception": _LOOP + "1 / 0\n",
    "a BaseException": "class Own(BaseException): pass\n" + _LOOP + "raise Own('bye')\n",
    "GeneratorExit": _LOOP + "raise GeneratorExit\n",
    "a hook": "import sys\n"
    "def hook(kind, error, trace):\n"
    "    print('hook', kind.__name__, error, trace.tb_lineno, trace.tb_next)\n"
    "sys.excepthook = hook\n" + _LOOP + "raise ValueError('no')\n",
    "a hook that exits": "import sys\n"
    "sys.excepthook = lambda *error: sys.exit(7)\n" + _LOOP + "raise ValueError('no')\n",
    "no hook for an exit": "import sys\n"
    "sys.excepthook = lambda *error: print('never')\n" + _LOOP + "sys.exit(2)\n",
    "a closed stream": "import sys\n" + _LOOP + "sys.stdout.close()\n",
    "print after closing": "import sys\n" + _LOOP + "sys.stdout.close()\nprint('x')\n",
    "closing in the loop": "import sys\n"
    + _LOOP
    + "sys.stdout.close()\nprint(sys.stdout.closed, file=sys.stderr)\nsys.exit(sys.stdout.closed)\n",
    "another stream": "import io, sys\nreal, sys.stdout = sys.stdout, io.StringIO()\n"
    + _LOOP
    + "text = sys.stdout.getvalue()\nsys.stdout = real\nprint(len(text))\n",
    "no stream": "import sys\nsys.stdout = None\n" + _LOOP,
    "bytes": "import sys\n"
    + _LOOP
    + "sys.stdout.flush()\nsys.stdout.buffer.write(b'bytes\\n')\nsys.stdout.buffer.flush()\nprint('x')\n",
    "os.write": "import os, sys\n" + _LOOP + "sys.stdout.flush()\nos.write(1, b'low\\n')\n",
    "not a text": "import sys\n" + _LOOP + "sys.stdout.write(5)\n",
    "a lone surrogate": _LOOP + "print('\\ud800')\n",
    "letters": _LOOP + "print('größe → 0')\n",
    "no type at all": "w = 1.0\nodd = type('Odd', (), {'__class__': property(lambda s: 1 / 0)})()\n"
    + _LOOP,
    "__module__ of a number": "class Odd(BaseException):\n    __module__ = 5\n"
    + _LOOP
    + "try:\n    raise Odd\nexcept Odd:\n    print('caught')\n",
    "a frame's names": "import sys\n"
    + _LOOP
    + "print(sorted(n for n in sys._getframe().f_globals if 'gdtui' in n))\n",
    "its own builtins": "import builtins\nbuiltins.extra = 4\n"
    + _LOOP
    + "print(extra)\ndel builtins.extra\n",
}
for _name in [
    "__class__",
    "__float__",
    "__eq__",
    "__hash__",
    "__deepcopy__",
    "__repr__",
    "__str__",
    "__len__",
    "__getattr__",
    "__getattribute__",
    "__reduce_ex__",
    "__bool__",
    "__iter__",
    "__array__",
    "__int__",
    "__index__",
    "__lt__",
    "__format__",
    "__sizeof__",
    "__dir__",
    "__copy__",
    "__getstate__",
    "__contains__",
    "__call__",
    "shape",
    "grad",
    "dtype",
]:
    _value = "property(no)" if _name in ("__class__", "shape", "grad", "dtype") else "no"
    _ODD[f"a raising {_name}"] = (
        f"{_RAISING}class Odd:\n    {_name} = {_value}\n"
        "w = 1.0\nodd = Odd()\nheld = [Odd()]\nnamed = {'odd': odd}\n"
        "for epoch in range(3):\n    w -= 0.5 * w\n    loss = w\n    other = Odd()\n"
        "    print('epoch', epoch, w)\n"
    )
_ODD["a raising type of its own"] = (
    f"{_RAISING}class Meta(type):\n    __instancecheck__ = __eq__ = no\n    __hash__ = type.__hash__\n"
    "class Odd(metaclass=Meta):\n    pass\nodd = Odd()\n" + _LOOP
)
_ODD["a copy that ends everything"] = (
    "import sys\nclass Odd:\n    def __deepcopy__(self, memo):\n"
    "        print('copied'); sys.exit(9)\nodd = [Odd()]\n" + _LOOP
)
_ODD["a copy that draws and prints"] = (
    "import random\nrandom.seed(1)\nclass Odd:\n    def __deepcopy__(self, memo):\n"
    "        print('copied', random.random())\n        return self\nodd = Odd()\n"
    + _LOOP.replace("print(", "print(random.random(), ")
)


# What the tests run in encodes otherwise than Python does.
_ELSEWHERE = ("a lone surrogate",)


def in_process(path, capfd):
    """Output, what was written to standard error, and the exit code of a script run here."""
    with Timeline(Script.from_file(path)) as timeline:
        moment = timeline.run()
    low = capfd.readouterr().out  # past Python
    code = moment.failure.exit_code if moment.failure else 0
    assert moment.status in ("finished", "failed")
    text = timeline.transcript.text + low
    return text, timeline.transcript.error_text, code & 0xFF


def under_python(*paths):
    """The same of scripts in processes of their own, all at once."""
    started = [
        subprocess.Popen(
            [sys.executable, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={"PYTHONIOENCODING": "utf-8", "PATH": "/usr/bin"},
        )
        for path in paths
    ]
    results = []
    for process in started:
        out, err = process.communicate(timeout=120)
        results.append((out, err, process.returncode))
    return results


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """What Python makes of every odd script."""
    folder = tmp_path_factory.mktemp("odd")
    paths = {}
    for number, (name, text) in enumerate(_ODD.items()):
        paths[name] = folder / f"odd_{number}.py"
        paths[name].write_text(text, encoding="utf-8")
    names, found = list(paths), {}
    for at in range(0, len(names), 4):
        part = names[at : at + 4]
        results = under_python(*(paths[name] for name in part))
        found.update(zip(part, results, strict=True))
    return {name: (paths[name], found[name]) for name in paths}


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", [name for name in _ODD if name not in _ELSEWHERE])
def test_an_odd_script_does_what_it_does_under_python(name, python, capfd):
    path, (out, err, code) = python[name]
    ours, our_errors, our_code = in_process(path, capfd)
    assert (ours, our_code) == (out, code)
    assert our_errors == err


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", [name for name in _ODD if name.startswith("a raising")])
def test_an_odd_script_can_be_stepped_both_ways(name, python):
    path, (out, _, _) = python[name]
    with Timeline(Script.from_file(path)) as timeline:
        while timeline.step().status == "paused":
            pass
        for _ in range(4):
            timeline.back()
        timeline.seek(1)
        assert timeline.run().status == "finished"
        assert timeline.transcript.text == out


@pytest.mark.parametrize(
    "name",
    [
        "GreenletExit",
        "sys.exit(3)",
        "sys.exit of a text",
        "a hook",
        "os.write",
        "bytes",
        *_ELSEWHERE,
    ],
)
def test_an_odd_script_on_the_command_line(name, python):
    path, (out, err, code) = python[name]
    process = subprocess.run(
        [sys.executable, "-m", "gdtui", "run", str(path)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert (process.stdout, process.returncode) == (out, code)
    assert process.stderr == err
