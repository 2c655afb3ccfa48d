import numpy as np

rng = np.random.default_rng(6)
x = rng.uniform(0, 3, 30)
y = 12.3 * x
k = np.zeros(1)
history = []
for epoch in range(40):
    gap = k * x - y
    history.append(float(np.mean(gap ** 2)))
    slope = np.array([2 * np.mean(gap * x)])
    k = k - 0.1 * slope
    k = k.astype(np.int32)  # fault
