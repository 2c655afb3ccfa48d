import numpy as np
rng = np.random.default_rng(41)
x = rng.normal(size=60)
y = (x + 0.5 * rng.normal(size=60) > 0.3).astype(float)
w, b = 0.5, 0.2
for epoch in range(200):
    p = 1 / (1 + np.exp(-(w * x + b)))
    loss = np.mean((p - y) ** 2)
    delta = 2 * (p - y)  # fault
    dw = np.mean(delta * x)
    db = np.mean(delta)
    w -= 0.3 * dw
    b -= 0.3 * db
