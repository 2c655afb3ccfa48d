"""Our own reading of a script's values causes no warning."""

from __future__ import annotations

import warnings

import pytest

from gdtui import Script, Timeline

HEAD = "import numpy as np\nimport torch\nfrom torch import nn\nw = 8.0\n"
LOOP = "for epoch in range(4):\n    loss = w * w\n    w -= 0.5 * w\n"
ABOVE = {
    "a result with a graph": "a = torch.ones(2, requires_grad=True)\nb = a * 2\nc = [b]\nd = {'k': b}\n",
    "an object with a result": "class H: pass\nh = H()\nh.b = torch.ones(2, requires_grad=True) * 2\n",
    "a long double": "a = np.array([1, 2], dtype=np.longdouble) * np.longdouble('1e400')\nb = a[0]\n",
    "huge numbers": "a = np.full(100, 1e200)\nb = np.array([1e308] * 3)\nc = np.float32(3e38)\n",
    "numbers too large for float32": "a = torch.full((100,), 3e38)\n",
    "complex": "a = torch.tensor([1j])\nb = np.array([1j])\nc = 1j\n",
    "sparse": "a = torch.eye(3).to_sparse()\n",
    "meta": "a = torch.empty(3, device='meta')\n",
    "NaN": "a = np.array([np.nan, np.inf])\nb = torch.tensor(float('nan'))\nc = np.float64('nan')\n",
    "lazy": "a = nn.LazyLinear(2)\n",
    "records": "a = np.zeros(3, dtype=[('n', int), ('v', float)])\nb = np.ma.array([1, 2], mask=[0, 1])\n",
    "integers": "a = torch.arange(100)\nb = np.arange(100)\nc = np.uint8(255)\n",
}
LOOPS = {
    "rebinding w": (
        "w = torch.tensor(1.0, requires_grad=True)\nfor epoch in range(3):\n"
        "    loss = (w - 3.0) ** 2\n    loss.backward()\n"
        "    w = w - 0.1 * (w.grad if w.is_leaf else 0.0)\n    if epoch < 2:\n        w.retain_grad()\n"
        "    w = w.detach().requires_grad_() if epoch == 1 else w\n"
    ),
    "rebinding w to what keeps its gradient": (
        "w = torch.tensor(1.0, requires_grad=True)\nfor epoch in range(3):\n"
        "    loss = (w - 3.0) ** 2\n    loss.backward()\n"
        "    w = w - 0.1 * w.grad\n    w.retain_grad()\n"
    ),
    "a number that becomes an array": (
        "w = 1.0\nfor epoch in range(6):\n    loss = 1.0\n    dw = 0.5\n    w = w - 0.1 * dw\n"
        "    if epoch == 2:\n        w = np.array([w])\n    if epoch == 4:\n        w = np.array([w, w])\n"
    ),
    "a loss that overflows": (
        "w = np.float32(1e20)\nfor epoch in range(3):\n    loss = w * w\n    w -= np.float32(0.5) * w\n"
    ),
    "a parameter that overflows its norm": (
        "p = torch.full((200,), 1e30, requires_grad=True)\nfor epoch in range(3):\n"
        "    loss = (p * 1e-30).sum()\n    loss.backward()\n    with torch.no_grad():\n        p -= p.grad\n"
    ),
    "an array that overflows its norm": (
        "w = np.full(200, 1e200)\nfor epoch in range(3):\n    loss = 1.0\n    dw = w * 1.0\n    w -= 0.5 * dw\n"
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("text", [*(above + LOOP for above in ABOVE.values()), *LOOPS.values()])
@pytest.mark.parametrize("stepped", [False, True])
def test_reading_warns_of_nothing(text, stepped):
    with warnings.catch_warnings(record=True) as found, Timeline(Script(HEAD + text)) as timeline:
        warnings.simplefilter("always")
        moment = timeline.start()
        assert moment.failure is None, moment.message
        if stepped:
            for _ in range(12):
                timeline.step()
            timeline.back()
        timeline.run()
        timeline.seek(1)
        assert timeline.moment.failure is None, timeline.moment.message
    assert [str(each.message) for each in found] == []
