import numpy as np


def gradients(w, b, x, y):
    e = w * x + b - y
    dw = 2 * np.mean(e * x)
    db = 2 * np.mean(e * e)  # fault
    return dw, db


rng = np.random.default_rng(1)
x = rng.uniform(-1, 1, 30)
y = 1.5 * x - 0.5
w, b = 0.0, 0.0
for i in range(100):
    loss = np.mean((w * x + b - y) ** 2)
    dw, db = gradients(w, b, x, y)  # fault
    w -= 0.1 * dw
    b -= 0.1 * db
print(loss)
