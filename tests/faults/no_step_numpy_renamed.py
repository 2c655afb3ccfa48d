import numpy as np

rng = np.random.default_rng(1)
X = rng.normal(size=(30, 2))
y = X @ np.array([1.0, 2.0])
w = np.zeros(2)
losses = []
for epoch in range(100):
    error = X @ w - y
    losses.append(np.mean(error ** 2))
    grad = 2 * X.T @ error / len(y)  # fault
    new_w = w - 0.1 * grad  # fault
print(losses[-1])
