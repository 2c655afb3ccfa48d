import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(40, 4)) + 1
y = X @ np.array([0.5, -0.5, 0.5, 0.5]) + 1.0
w, b = rng.normal(size=4), 0.0
for epoch in range(200):
    loss = np.mean((X @ w + b - y) ** 2)
    w = w - 0.1 * 2 * X.T @ (X @ w + b - y) / len(y)
    b = b - 0.1 * 2 * np.mean(X @ w + b - y)
print(loss)
