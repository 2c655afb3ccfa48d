import numpy as np

x = np.linspace(0, 4, 20)
y = 7.5 * x + 3.25
coef = np.array([0, 0])  # fault
for epoch in range(50):
    error = coef[0] + coef[1] * x - y
    loss = np.mean(error ** 2)
    grad = np.array([2 * error.mean(), 2 * (error * x).mean()])
    coef[:] = coef - 0.05 * grad
