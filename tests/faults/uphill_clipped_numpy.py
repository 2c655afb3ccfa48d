import numpy as np

rng = np.random.default_rng(14)
x = rng.normal(size=(50, 2))
t = (x[:, 0] > 0.1).astype(float)
v, c = np.zeros(2), 0.0
log = []
for epoch in range(80):
    p = np.clip(1 / (1 + np.exp(-(x @ v + c))), 1e-5, 1 - 1e-5)
    log.append(-np.mean(t * np.log(p) + (1 - t) * np.log(1 - p)))
    dv = x.T @ (p - t) / 50
    dc = np.mean(p - t)
    v += 0.8 * dv  # fault
    c += 0.8 * dc  # fault
