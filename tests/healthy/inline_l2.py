import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(40, 4))
y = X @ np.array([1.0, -2.0, 0.0, 0.5]) + 1.0
w, b = rng.normal(size=4), 0.0
for epoch in range(200):
    error = X @ w + b - y
    loss = np.mean(error ** 2)
    w -= 0.1 * (2 * X.T @ error / len(y) + 0.1 * w)
    b -= 0.1 * 2 * np.mean(error)
print(loss)
