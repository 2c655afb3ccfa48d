import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(20, 2))
y = X @ [1.0, 2.0]
w = np.array([0, 0])  # fault
for epoch in range(20):
    error = X @ w - y
    loss = np.mean(error ** 2)
    w -= 0.1 * 2 * X.T @ error / len(y)
print(loss)
