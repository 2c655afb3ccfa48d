import numpy as np

rng = np.random.default_rng(19)
X = rng.normal(size=(70, 2))
y = X @ [1.0, -1.0] + 2
w, b = np.zeros(2), 0.0
vw, vb = np.zeros(2), 0.0
for epoch in range(150):
    e = X @ w + b - y
    loss = (e ** 2).mean()
    gw = 2 * X.T @ np.abs(e) / 70  # fault
    gb = 2 * e.mean()
    vw = 0.9 * vw - 0.02 * gw
    vb = 0.9 * vb - 0.02 * gb
    w, b = w + vw, b + vb
    if epoch % 30 == 0:
        print(epoch, loss)
