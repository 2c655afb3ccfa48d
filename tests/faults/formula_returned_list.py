import numpy as np

rng = np.random.default_rng(7)
x = np.linspace(-1, 1, 50)
y = 0.5 * x ** 3 - x + 0.2


def predict(c):
    return c[0] + c[1] * x + c[2] * x ** 2 + c[3] * x ** 3


def gradient(c):
    r = predict(c) - y
    return np.array([
        2 * r.mean(),
        2 * (r * x).mean(),
        2 * (r * x ** 3).mean(),  # fault
        2 * (r * x ** 3).mean(),
    ])


c = np.array([0.3, 0.2, 0.4, -0.1])
for i in range(400):
    loss = np.mean((predict(c) - y) ** 2)
    c = c - 0.1 * gradient(c)
    if i % 100 == 0:
        print(i, loss)
