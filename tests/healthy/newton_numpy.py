import numpy as np

rng = np.random.default_rng(47)
x = np.column_stack([np.ones(80), rng.normal(size=(80, 2))])
y = (x @ [0.3, 1.0, -2.0] + rng.logistic(size=80) > 0).astype(float)
theta = np.zeros(3)
for turn in range(12):
    p = 1 / (1 + np.exp(-x @ theta))
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    gradient = x.T @ (p - y) / len(y)
    curvature = x.T @ (x * (p * (1 - p))[:, None]) / len(y)
    step = np.linalg.solve(curvature, gradient)
    theta = theta - 0.5 * step
    print(turn, loss)
