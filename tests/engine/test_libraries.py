"""Libraries are imported once, by a thread that nothing interrupts."""

from __future__ import annotations

import sys
import threading
import types

import pytest

from gdtui import Script, Timeline, Worker
from gdtui.engine.libraries import LIBRARIES, imported, imports_library

LOOP = "for epoch in range(3):\n    loss = w * w\n    w -= 0.1 * w\n"
PLAIN = Script(text=f"w = 1.0\n{LOOP}", name="plain")
PATIENCE = 60


class Gate:
    """What a slow library waits at while it is imported."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reached, self.opened = threading.Event(), threading.Event()
        self.imports = 0

    def wait(self) -> None:
        self.imports += 1
        self.reached.set()
        assert self.opened.wait(PATIENCE)


@pytest.fixture
def gate(tmp_path, monkeypatch, request):
    """A library of its own name for each test, which is imported for as long as the test wants."""
    name = f"slow_{abs(hash(request.node.name))}"
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / f"{name}.py").write_text(
        f"import sys\nsys.modules['{name}_gate'].gate.wait()\nrate = 0.1\n"
    )
    gate = Gate(name)
    holder = types.ModuleType(f"{name}_gate")
    holder.gate = gate
    monkeypatch.setitem(sys.modules, f"{name}_gate", holder)
    monkeypatch.syspath_prepend(str(folder))
    yield gate
    gate.opened.set()
    sys.modules.pop(name, None)


def _using(gate: Gate, how: str = "import {name}") -> Script:
    text = f"{how.format(name=gate.name)}\nw = 1.0\n{LOOP}"
    return Script(text=text, name="using")


def test_a_script_can_be_left_while_its_library_is_imported(gate, worker, listener):
    worker.load(_using(gate))
    assert gate.reached.wait(PATIENCE)
    worker.load(PLAIN)
    assert listener.wait_for(lambda report: report.script is PLAIN)
    assert LIBRARIES.importing == gate.name
    assert imported(gate.name) is None  # it is in sys.modules, but not to be touched
    assert gate.name in sys.modules
    again = _using(gate)
    worker.load(again)
    gate.opened.set()
    report = listener.wait_for(lambda report: report.script is again and report.moment.status)
    assert report.moment.status == "ready"
    assert gate.imports == 1
    assert imported(gate.name).rate == 0.1


def test_what_is_asked_while_a_library_is_imported_is_done_in_order(gate, worker, listener):
    script = _using(gate)
    worker.load(script)
    assert gate.reached.wait(PATIENCE)
    worker.next_epoch()
    worker.step()
    worker.step()
    worker.back()
    gate.opened.set()
    listener.wait_for(lambda report: report.moment.position == (2, 2))
    report = listener.wait_for(lambda report: report.moment.position == (2, 1))
    assert report.script is script


def test_a_worker_can_be_stopped_while_a_library_is_imported(gate):
    worker = Worker(lambda report: None)
    worker.load(_using(gate))
    assert gate.reached.wait(PATIENCE)
    assert worker.stop()
    assert LIBRARIES.importing == gate.name
    assert LIBRARIES.is_busy


def test_no_exception_is_thrown_into_an_import_that_a_script_hides(gate, listener):
    # As PyTorch does in the first step of an optimizer.
    worker = Worker(listener)
    hidden = _using(gate, 'import importlib\nimportlib.import_module("{name}")')
    worker.load(hidden)
    assert gate.reached.wait(PATIENCE)
    thread, folder = worker._thread, hidden.folder
    assert imports_library(thread.ident, folder)
    assert not worker.stop(timeout=0.0)
    successor = Worker(listener, after=worker)
    successor.load(PLAIN)
    assert worker.is_alive  # it is waited for, not cut off
    gate.opened.set()
    listener.wait_for(lambda report: report.script is PLAIN)
    assert not worker.is_alive
    assert imported(gate.name).rate == 0.1
    assert successor.stop()


@pytest.mark.parametrize(
    "hangs",
    ["while True:\n    pass\n", "import helper\n", "def f():\n    while True: pass\nf()\n"],
    ids=["script", "module", "function"],
)
def test_a_script_that_hangs_in_its_own_code_is_left(hangs, tmp_path, listener):
    (tmp_path / "helper.py").write_text("while True:\n    pass\n")
    path = tmp_path / "own.py"
    path.write_text(f"print('begun')\n{hangs}w = 1.0\n{LOOP}")
    begun = threading.Event()
    worker = Worker(lambda report: begun.set())
    worker.load(Script.from_file(path))
    assert begun.wait(PATIENCE)
    successor = Worker(listener, after=worker)
    successor.load(PLAIN)
    listener.wait_for(lambda report: report.script is PLAIN)
    assert not worker.is_alive
    assert successor.stop()


def test_a_library_that_fails_fails_in_the_script_as_under_python(tmp_path, monkeypatch):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "fails_on_import.py").write_text(
        "print('almost')\nraise RuntimeError('no licence')\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    with Timeline(Script(text=f"import fails_on_import\nw = 1.0\n{LOOP}")) as timeline:
        moment = timeline.start()
    assert moment.message == "RuntimeError: no licence"
    assert moment.line == 1


def test_what_a_library_prints_as_it_is_imported_is_printed_by_the_script(tmp_path, monkeypatch):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "says_hello.py").write_text("print('hello')\n")
    monkeypatch.syspath_prepend(str(folder))
    with Timeline(Script(text=f"import says_hello\nw = 1.0\n{LOOP}")) as timeline:
        timeline.run()
        assert timeline.transcript.text == "hello\n"
    sys.modules.pop("says_hello", None)


def test_what_a_script_sets_before_an_import_holds_in_it(tmp_path, monkeypatch):
    folder = tmp_path / "site-packages"
    folder.mkdir()
    (folder / "looks_around.py").write_text("import os\nseen = os.environ.get('GDTUI_TEST')\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delenv("GDTUI_TEST", raising=False)
    text = f"import os\nos.environ['GDTUI_TEST'] = 'yes'\nimport looks_around\nw = 1.0\n{LOOP}"
    with Timeline(Script(text=text)) as timeline:
        timeline.start()
        assert timeline.moment.status == "ready"
    assert sys.modules.pop("looks_around").seen == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "import no_such_library_at_all\n",
        "from no_such_library_at_all import part\n",
        "import no_such_library_at_all.part\n",
    ],
)
def test_a_library_that_is_not_there(text):
    with Timeline(Script(text=f"{text}w = 1.0\n{LOOP}")) as timeline:
        moment = timeline.start()
    assert moment.message == "ModuleNotFoundError: No module named 'no_such_library_at_all'"


def test_an_import_in_the_training_loop_is_one_statement():
    text = (
        "w = 1.0\nfor epoch in range(2):\n    import colorsys\n    loss = w * w\n    w -= 0.1 * w\n"
    )
    with Timeline(Script(text=text)) as timeline:
        timeline.start()
        assert timeline.step().line == 3
        assert timeline.step().line == 4
        assert timeline.step().epoch_over
