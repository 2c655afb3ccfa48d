import numpy as np


def step(w, X, y, lr):
    residual = y - X @ w
    grad = -2 * X.T @ residual / len(y)
    return w + lr * grad, (residual ** 2).mean()  # fault


rng = np.random.default_rng(14)
X = rng.normal(size=(40, 2))
y = X @ [1.0, 2.0]
w = np.zeros(2)
for t in range(50):
    w, loss = step(w, X, y, 0.05)
    if t % 10 == 0:
        print(t, loss)
