# parameters: x
import numpy as np


def f(x):
    return (1 - x[0]) ** 2 + 10 * (x[1] - x[0] ** 2) ** 2


def grad_f(x):
    return np.array([-2 * (1 - x[0]) - 40 * x[0] * (x[1] - x[0] ** 2), 20 * (x[1] - x[0] ** 2)])


x = np.array([-1.0, 1.5])
max_iter, c, shrink = 25, 1e-4, 0.5
for k in range(max_iter):
    fx = f(x)
    g = grad_f(x)
    t = 1.0
    while f(x - t * g) > fx - c * t * np.dot(g, g):
        t *= shrink
    x = x - t * g
    if k % 8 == 0:
        print(k, round(fx, 5), t)
    # expect: loss=fx, parameters={"x": x}, gradients={"x": g}
print(np.round(x, 2))
