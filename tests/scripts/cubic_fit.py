# parameters: a, b, c, d
import math

import numpy as np

x = np.linspace(-math.pi, math.pi, 200)
y = np.cos(x)
np.random.seed(6)
a, b, c, d = np.random.randn(4)
learning_rate = 2e-6
for t in range(120):
    y_pred = a + b * x + c * x**2 + d * x**3
    loss = np.square(y_pred - y).sum()
    if t % 40 == 39:
        print(t, loss)
    grad_y_pred = 2.0 * (y_pred - y)
    grad_a = grad_y_pred.sum()
    grad_b = (grad_y_pred * x).sum()
    grad_c = (grad_y_pred * x**2).sum()
    grad_d = (grad_y_pred * x**3).sum()
    a -= learning_rate * grad_a
    b -= learning_rate * grad_b
    c -= learning_rate * grad_c
    d -= learning_rate * grad_d
    # expect: loss=loss, parameters={"a": a, "b": b, "c": c, "d": d},
    #     gradients={"a": grad_a, "b": grad_b, "c": grad_c, "d": grad_d}
print(f"Result: y = {a:.4f} + {b:.4f} x + {c:.4f} x^2 + {d:.4f} x^3")
