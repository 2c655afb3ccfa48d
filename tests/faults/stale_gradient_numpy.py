import numpy as np

rng = np.random.default_rng(22)
x = rng.normal(size=(40, 2))
y = x @ np.array([2.0, -1.0]) + 4
w, b = np.zeros(2), 0.0
gap = x @ w + b - y  # fault
dw, db = 2 * x.T @ gap / 40, 2 * gap.mean()  # fault
history = []
for epoch in range(25):
    history.append(np.mean((x @ w + b - y) ** 2))
    w = w - 0.1 * dw
    b = b - 0.1 * db
