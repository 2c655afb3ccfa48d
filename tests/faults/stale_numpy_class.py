import numpy as np


class Model:
    def __init__(self):
        self.w = np.zeros(3)
        self.b = 0.0

    def __call__(self, x):
        return x @ self.w + self.b


rng = np.random.default_rng(1)
x = rng.normal(size=(50, 3))
y = x @ np.array([1.0, 2.0, 3.0])
model = Model()
residual = x @ model.w + model.b - y  # fault
epoch = 0
while epoch < 30:
    loss = float(np.mean(residual ** 2))
    dw = 2 * x.T @ residual / 50
    db = 2 * residual.mean()
    model.w = model.w - 0.05 * dw
    model.b = model.b - 0.05 * db
    epoch += 1
