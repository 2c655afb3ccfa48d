import numpy as np
rng = np.random.default_rng(0)
year = rng.integers(1950, 2020, size=40).astype(float)  # fault
temperature = 0.02 * (year - 1950) + rng.normal(0, 0.1, 40)
X = np.column_stack([np.ones(40), year])  # fault
theta = np.zeros(2)
alpha = 0.1  # fault
for i in range(30):
    error = X @ theta - temperature
    cost = np.mean(error ** 2) / 2
    theta -= alpha * X.T @ error / len(X)
    print(cost)
