import numpy as np

rng = np.random.default_rng(24)
x = rng.normal(size=(60, 3))
y = x @ np.array([1.0, 2.0, 0.0]) - 1
step_size = 1.4  # fault
w, b = np.zeros(3), 0.0
for epoch in range(15):
    cost = 0.0
    for rows in np.split(rng.permutation(60), 5):
        e = x[rows] @ w + b - y[rows]
        cost += np.mean(e ** 2) / 5
        w = w - step_size * 2 * x[rows].T @ e / 12
        b = b - step_size * 2 * e.mean()
