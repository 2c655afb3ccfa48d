"""A session as a file: JSON with a version, read with distrust."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gdtui.engine.errors import ScriptError
from gdtui.engine.record.stopping import StopRule
from gdtui.engine.script.files import FileError, read_file
from gdtui.engine.script.script import Script
from gdtui.engine.script.settings import parse_value
from gdtui.stages import KEYS
from gdtui.ui.edits.undo import Choices
from gdtui.whole_files import write_whole

ENDING = ".gdtui"
FORMAT = 1
"""The version of the format. A session with a higher one is refused."""

_MOST_BYTES = 64_000_000
_KIND = "gdtui session"


class SessionError(ScriptError):
    """A session cannot be read. The message is one line that names the file."""


@dataclass(frozen=True)
class KeptPin:
    """A pinned run of a session.

    Attributes:
        label: its letter.
        original: its script before any change.
        choices: the learner's choices for it.
        text: the text of its script, with the settings of the run.
        verdict: how it behaved.
        curves: what was recorded, as ``RunCurves.as_json`` gives it.
        note: what it is where it is a branch.
    """

    label: str
    original: Script
    choices: Choices
    text: str
    verdict: str
    curves: Mapping[str, Any]
    note: str = ""


@dataclass(frozen=True)
class Session:
    """What is kept of an open app.

    Attributes:
        original: the script before any change.
        choices: the learner's choices: settings, the rule to stop, edited texts.
        position: the epoch and the number of the statement in it.
        pins: the pinned runs.
        path: the file that it was read from.
    """

    original: Script
    choices: Choices
    position: tuple[int, int] = (0, 0)
    pins: Sequence[KeptPin] = ()
    path: Path = field(default_factory=Path)

    @property
    def text(self) -> str:
        """The text of its script: the learner's own, if it was edited."""
        return self.choices.texts.get(self.original.name, self.original.text)


def write_session(session: Session, path: Path) -> None:
    """Write a session, whole or not at all.

    Raises:
        OSError: the file cannot be written; an old one is as it was.
    """
    kept = {
        "kind": _KIND,
        "format": FORMAT,
        "script": _script_json(session.original),
        "choices": _choices_json(session.choices),
        "position": list(session.position),
        "pins": [
            {
                "label": pin.label,
                "script": _script_json(pin.original),
                "choices": _choices_json(pin.choices),
                "text": pin.text,
                "verdict": pin.verdict,
                "curves": pin.curves,
                "note": pin.note,
            }
            for pin in session.pins
        ],
    }
    write_whole(path, json.dumps(kept, indent=1, allow_nan=False) + "\n", mode=0o666)


def read_session(path: Path) -> Session:
    """Read a session. Nothing of it runs.

    Raises:
        SessionError: the file is missing, damaged, no session, or of a later version.
    """
    try:
        text = read_file(path, _MOST_BYTES, "a session").decode("utf-8")
    except FileError as error:
        raise SessionError(f"{path}: {error}") from None
    except UnicodeDecodeError:
        raise SessionError(f"{path}: not UTF-8 text, so no session of gdtui") from None
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("\n")[0]
        raise SessionError(f"{path}: no session of gdtui, or a damaged one: {reason}") from None
    if not isinstance(kept, dict) or kept.get("kind") != _KIND:
        raise SessionError(f"{path}: no session of gdtui; ctrl+s in the app saves one")
    version = kept.get("format")
    if not isinstance(version, int) or version > FORMAT or version < 1:
        raise SessionError(
            f"{path}: format {version!r} of a session; this gdtui reads {FORMAT}, so it takes a "
            "later one"
        )
    try:
        return replace(_session(kept), path=path)
    except _DamagedError as error:
        raise SessionError(f"{path}: a damaged session: {error}") from None
    except ScriptError as error:
        raise SessionError(f"{path}: {error}") from None


class _DamagedError(Exception):
    """A part of a session is not what it has to be; the text names it."""


def _session(kept: Mapping[str, Any]) -> Session:
    epoch, step = (_whole(each, "position") for each in _list(kept, "position", 2))
    return Session(
        _script(_dict(kept, "script")),
        _choices(_dict(kept, "choices")),
        (epoch, step),
        [_pin(each) for each in _list(kept, "pins")],
    )


def _pin(kept: object) -> KeptPin:
    if not isinstance(kept, dict):
        raise _DamagedError("a pin is no object")
    return KeptPin(
        _text(kept, "label"),
        _script(_dict(kept, "script")),
        _choices(_dict(kept, "choices")),
        _text(kept, "text"),
        _text(kept, "verdict"),
        _dict(kept, "curves"),
        _text(kept, "note"),
    )


def _script_json(script: Script) -> dict[str, object]:
    if script.name in KEYS:
        return {"stage": script.name}
    return {
        "name": script.name,
        "path": script.path,
        "text": script.text,
        "arguments": list(script.arguments),
    }


def _script(kept: Mapping[str, Any]) -> Script:
    """The script. That of a notebook is read again: its text stands in cells."""
    if "stage" in kept:
        name = _text(kept, "stage")
        if name not in KEYS:
            raise _DamagedError(f"stage {name!r} is none of {', '.join(KEYS)}")
        return Script.stage(name)
    name, path, text = (_text(kept, each) for each in ("name", "path", "text"))
    arguments = _list(kept, "arguments")
    if not all(isinstance(each, str) for each in arguments):
        raise _DamagedError("arguments are no texts")
    if Path(path).suffix.lower() == ".ipynb":
        script = replace(Script.from_file(path), name=name)
        if script.text != text:
            raise SessionError(f"the notebook {path} has changed since")
    else:
        script = Script(text=text, name=name, path=path)
    return script.with_arguments(arguments)


def _choices_json(choices: Choices) -> dict[str, object]:
    return {
        "settings": {name: repr(value) for name, value in choices.values.items()},
        "stop": {"below": choices.stop.below, "stalled": choices.stop.stalled},
        "texts": dict(choices.texts),
    }


def _choices(kept: Mapping[str, Any]) -> Choices:
    settings, texts, stop = (_dict(kept, name) for name in ("settings", "texts", "stop"))
    if not all(isinstance(each, str) for each in [*settings.values(), *texts.values()]):
        raise _DamagedError("settings or texts are no texts")
    return Choices(
        {name: parse_value(name, text) for name, text in settings.items()},
        StopRule(stop.get("below"), stop.get("stalled")),
        texts,
    )


def _part(kept: Mapping[str, Any], name: str, kind: type, what: str) -> Any:
    if not isinstance(kept.get(name), kind):
        raise _DamagedError(f"{name} is missing, or no {what}")
    return kept[name]


def _dict(kept: Mapping[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = _part(kept, name, dict, "object")
    return found


def _text(kept: Mapping[str, Any], name: str) -> str:
    return str(_part(kept, name, str, "text"))


def _list(kept: Mapping[str, Any], name: str, length: int | None = None) -> list[Any]:
    found: list[Any] = _part(kept, name, list, "list")
    if length is not None and len(found) != length:
        raise _DamagedError(f"{name} has {len(found)} parts instead of {length}")
    return found


def _whole(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _DamagedError(f"{name} has {value!r} instead of a whole number from 0")
    return value
