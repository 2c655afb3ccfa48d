import numpy as np

rng = np.random.default_rng(73)
weight = rng.uniform(200, 900, 50)
age = rng.uniform(0, 4, 50)
cost = 0.01 * weight + 0.5 * age + 1.0
design = np.stack([np.ones(50), weight, age], axis=1)  # fault
beta = np.zeros(3)
for step in range(80):
    miss = design @ beta - cost
    loss = np.mean(miss**2)
    beta = beta - 0.05 * 2 * design.T @ miss / 50
