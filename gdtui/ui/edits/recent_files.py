"""The files that were opened last."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from gdtui.state_files import state_file
from gdtui.whole_files import write_whole

_MOST = 5


class RecentFiles:
    """Keeps the paths of the files that were opened last, in a file in the user's state folder.
    Errors of that file are not raised: a learner can go on without."""

    def __init__(self, path: Path | None = None) -> None:
        """``path`` is the file; by default it is in the user's state folder."""
        self._path = path or state_file("recent.json")

    def read(self) -> Sequence[Path]:
        """The paths of files that still exist, the latest first."""
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return ()
        paths = [Path(each) for each in found if isinstance(each, str)] if _is_list(found) else []
        return [path for path in paths[:_MOST] if _is_file(path)]

    def note(self, path: Path) -> None:
        """Put a path first."""
        with contextlib.suppress(OSError, ValueError):
            here = path.resolve()
            others = [each for each in self.read() if each != here]
            self._path.parent.mkdir(parents=True, exist_ok=True)
            texts = [str(each) for each in [here, *others][:_MOST]]
            write_whole(self._path, json.dumps(texts, indent=1) + "\n")


def _is_list(found: object) -> bool:
    return isinstance(found, list)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
