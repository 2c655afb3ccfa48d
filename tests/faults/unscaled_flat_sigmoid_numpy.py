import numpy as np

rng = np.random.default_rng(8)
weight = rng.uniform(200, 900, size=(60, 1))  # fault
waist = rng.uniform(50, 120, size=(60, 1))  # fault
heavy = (weight / 4 + waist > 220).astype(float)
table = np.hstack([weight, waist])  # fault
theta, bias = np.zeros((2, 1)), 0.0
costs = []
for epoch in range(120):
    score = np.clip(table @ theta + bias, -25, 25)
    p = 1 / (1 + np.exp(-score))
    costs.append(float(-np.mean(heavy * np.log(p) + (1 - heavy) * np.log(1 - p))))
    theta = theta - 0.3 * (table.T @ (p - heavy)) / 60
    bias = bias - 0.3 * np.mean(p - heavy)
