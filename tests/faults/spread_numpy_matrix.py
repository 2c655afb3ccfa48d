import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(30, 2))
y = X @ np.array([1.0, -2.0])  # fault
theta = np.zeros((2, 1))
for step in range(100):
    error = X @ theta - y  # fault
    cost = np.mean(error ** 2)
    theta = theta - 0.1 * 2 * X.T @ error.mean(axis=1, keepdims=True) / len(X)
print(cost)
