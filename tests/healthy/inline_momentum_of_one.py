import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(40, 4))
y = X @ np.array([1.0, -2.0, 0.0, 0.5]) + 1.0
w, b = rng.normal(size=4), 0.0
v = np.zeros(4)
for epoch in range(200):
    error = X @ w + b - y
    loss = np.mean(error ** 2)
    v = 0.9 * v + 2 * X.T @ error / len(y)
    w -= 0.05 * v
    b -= 0.05 * 2 * np.mean(error)
print(loss)
