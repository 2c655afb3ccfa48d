"""Training scripts in many styles, each compared with what plain Python computes.

Comments of a script say what a recording of it has to hold. Python runs it once more with these
comments turned into code:

``# expect: loss=..., parameters={...}, gradients={...}, metrics={...}``
    what the row of the epoch that ends here holds; what is left out is not compared. It may go on
    in the comments below, indented by four more spaces.
``# keep: ...``
    a statement that remembers what is gone by then.
``# parameters: NAME, NAME``
    in the first line: all parameters that there are, by gdtui's names.

The loss is the mean of those that ``backward`` ran on in the epoch, or the one by hand; a gradient
is what the last update of the epoch used.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from forking import gdtui, python

SCRIPTS = Path(__file__).parent.parent / "scripts"
RELATIVE = 1e-6
WHOLE = 64

# What Python runs: the script with its comments as code, beside a function that takes copies.
ORACLE = """
import json
import sys

import numpy as np

path, kept_at = sys.argv[1:]
kept = []


def plain(value):
    if value is None:
        return None
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    if hasattr(value, "detach"):
        value = value.detach().double().numpy()
    return np.asarray(value, dtype=float).tolist()


def expect(**groups):
    return plain(groups)


sys.argv = [path]
with open(path) as file:
    code = compile(file.read(), path, "exec")
names = {"__name__": "__main__", "__file__": path, "KEPT": kept, "EXPECT": expect, "np": np}
exec(code, names)
with open(kept_at, "w") as file:
    json.dump(kept, file)
"""


def with_comments_as_code(text):
    joined = re.sub(r"(?<=,)\n *#     +", " ", text)
    kept = re.sub(r"^( *)# keep: ", r"\1", joined, flags=re.MULTILINE)
    return re.sub(r"^( *)# expect: (.*)$", r"\1KEPT.append(EXPECT(\2))", kept, flags=re.MULTILINE)


def run_by_python(name, folder):
    """What the script prints, and what its comments say of each epoch."""
    text = (SCRIPTS / f"{name}.py").read_text()
    (folder / "oracle.py").write_text(ORACLE)
    (folder / f"{name}.py").write_text(with_comments_as_code(text))
    done = python("oracle.py", f"{name}.py", "kept.json", cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads((folder / "kept.json").read_text())


def all_parameters(name):
    """The names in the script's first line; None where it does not list them."""
    first = (SCRIPTS / f"{name}.py").read_text().partition("\n")[0]
    found = re.fullmatch(r"# parameters: (.*)", first)
    return found and set(found[1].split(", "))


def nothing(value):
    """Whether no number is there; where a quantity has a shape, null stands for each of them."""
    if isinstance(value, dict):
        return value["norm"] is None
    return value is None or (isinstance(value, list) and all(map(nothing, value)))


def agree(found, expected):
    if nothing(found) or expected is None:
        return nothing(found) and expected is None
    expected = np.asarray(expected, dtype=float)
    if isinstance(found, dict):
        large = expected.size > WHOLE and found["shape"] == list(expected.shape)
        return large and found["norm"] == pytest.approx(np.linalg.norm(expected), rel=RELATIVE)
    if expected.size == 1:  # recorded as a number, in however many brackets it is
        expected = expected.reshape(())
    if np.shape(found) != expected.shape:
        return False
    off = np.abs(np.asarray(found, dtype=float) - expected)
    # What cancels out is rounded differently when it is added up in another order.
    return bool(np.all(off <= RELATIVE * np.max(np.abs(expected)) + 1e-12))


def differences(row, expected):
    """In which quantities the row of an epoch is not as expected, in words."""
    pairs = {}
    for group, values in expected.items():
        if isinstance(values, dict):
            found = row[group] if isinstance(row[group], dict) else {}
            pairs |= {f"{group} {key}": (found.get(key), each) for key, each in values.items()}
        else:
            pairs[group] = row[group], values
    return [
        f"epoch {row['epoch']}, {what}: {found} is not {each}"
        for what, (found, each) in pairs.items()
        if not agree(found, each)
    ]


NAMES = sorted(path.stem for path in SCRIPTS.glob("*.py"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_each_epoch_is_recorded_as_python_computes_it(name, tmp_path):
    printed, kept = run_by_python(name, tmp_path)
    assert kept
    plain = gdtui("run", f"{name}.py", cwd=SCRIPTS)
    assert (plain.returncode, plain.stdout) == (0, printed)
    lines = gdtui("run", f"{name}.py", "--json", cwd=SCRIPTS).stdout.splitlines()
    *rows, end = map(json.loads, lines)
    assert (end["status"], len(rows)) == ("finished", len(kept))
    wrong = [each for row, one in zip(rows, kept, strict=True) for each in differences(row, one)]
    assert not wrong, "\n".join(wrong[:10])
    listed = all_parameters(name)
    if listed is not None:
        assert {each for row in rows for each in row["parameters"]} == listed
