import numpy as np

rng = np.random.default_rng(45)
x = rng.normal(size=(200, 2))
y = x @ [1.0, -1.5] + 0.3 * rng.normal(size=200)
w, b = np.zeros(2), 0.0
for step in range(200):
    loss = np.mean((x @ w + b - y) ** 2)
    chosen = rng.choice(200, size=16, replace=False)
    error = x[chosen] @ w + b - y[chosen]
    dw = 2 * x[chosen].T @ error / 16
    db = 2 * error.mean()
    w -= 0.05 * dw
    b -= 0.05 * db
