"""Generated training scripts with every kind of flow: what hypothesis runs the engine on."""

from __future__ import annotations

from hypothesis import strategies as st

# A script updates w, so that it has a training loop, and logs what it does. Loops end by
# themselves: every `while` counts `budget` down.
_HEAD = """\
import random
w = 8.0
budget = 25
log = []
def half(x):
    return x / 2
"""

_simple = st.sampled_from(
    [
        "w -= 0.1 * half(w)",
        "loss = w * w",
        "print('w', w)",
        "print(epoch, end=' ')",
        "log.append((epoch, round(w, 6)))",
        "loss: float = w + 1",
        "x, y = epoch, w",
        "squares = [i * w for i in range(3)]",
        "budget -= 1",
        "pass",
        "def half(x, factor=0.5):\n    return x * factor",
        "log.append(random.random())",
        "if (n := len(log)) > 5: log.clear()",
        "exec('extra = w')",
        "globals()['other'] = epoch",
        "kind = type('Kind', (), {'w': w})",
    ]
)
_jump = st.sampled_from(["break", "continue"])
_test = st.sampled_from(["epoch % 2", "w > 6", "budget > 10", "len(log) < 3", "True", "False"])


def _indent(lines):
    return ["    " + line for text in lines for line in text.split("\n")]


@st.composite
def _body(draw, depth, jumps=True):
    statements = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.integers(0, 9))
        if kind <= 4 or depth == 0:
            statements.append(draw(_simple))
        elif kind == 5:
            lines = [f"if {draw(_test)}:", *_indent(draw(_body(depth - 1, jumps)))]
            if draw(st.booleans()):
                lines += [f"elif {draw(_test)}:", *_indent(draw(_body(depth - 1, jumps)))]
            if draw(st.booleans()):
                lines += ["else:", *_indent(draw(_body(depth - 1, jumps)))]
            statements.append("\n".join(lines))
        elif kind == 6:
            lines = [f"for i in range({draw(st.integers(0, 3))}):"]
            lines += _indent(draw(_body(depth - 1)))
            if draw(st.booleans()):
                lines += ["else:", *_indent(draw(_body(depth - 1, jumps)))]
            statements.append("\n".join(lines))
        elif kind == 7:
            lines = ["while (budget := budget - 1) > 0:", *_indent(draw(_body(depth - 1)))]
            if draw(st.booleans()):
                lines += ["else:", *_indent(draw(_body(depth - 1, jumps)))]
            statements.append("\n".join(lines))
        elif kind == 8:
            raised = draw(st.sampled_from(["w / 0", "w", "[][0]"]))
            lines = ["try:", *_indent([raised, *draw(_body(depth - 1, jumps))])]
            lines += ["except ZeroDivisionError as error:"]
            lines += _indent(["log.append(str(error))", *draw(_body(depth - 1, jumps))])
            lines += ["except IndexError:", *_indent(draw(_body(depth - 1, jumps)))]
            if draw(st.booleans()):
                lines += ["else:", *_indent(draw(_body(depth - 1, jumps)))]
            if draw(st.booleans()):
                lines += ["finally:", *_indent(["print('finally')"])]
            statements.append("\n".join(lines))
        else:
            lines = ["with open('/dev/null') as file, open('/dev/null'):"]
            lines += _indent(draw(_body(depth - 1, jumps)))
            statements.append("\n".join(lines))
    if jumps and draw(st.integers(0, 5)) == 0:
        statements.append(f"if {draw(_test)}:\n    {draw(_jump)}")
    return statements


@st.composite
def training_scripts(draw):
    """The text of a script that ends by itself."""
    body = ["w -= 0.25 * w", *draw(_body(depth=2))]
    if draw(st.booleans()):
        header = draw(
            st.sampled_from(
                [
                    "for epoch in range(4):",
                    "for epoch in [3, 1, 2]:",
                    "for epoch, name in enumerate('abc'):",
                    "for epoch in (e for e in range(3)):",
                    "for epoch in iter({5: 1, 6: 2}):",
                ]
            )
        )
    else:
        header = "while (epoch := epoch + 1) < 5:"
    loop = [header, *_indent(body)]
    if draw(st.booleans()):
        loop += ["else:", *_indent(["print('no break')", "w -= 0.5 * w"])]
    around = draw(st.integers(0, 3))
    if around == 0:
        loop = ["if __name__ == '__main__':", *_indent(["print('main')", *loop, "late = w"])]
    elif around == 1:
        loop = ["try:", *_indent(loop), "finally:", "    print('over')"]
    return (
        _HEAD + "\n".join(["epoch = 0", "random.seed(1)", *loop, "print('after', w, log)"]) + "\n"
    )
