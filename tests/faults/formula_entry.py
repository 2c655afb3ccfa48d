import numpy as np

rng = np.random.default_rng(64)
t = rng.uniform(0, 0.9, 50)
y = 1.5 * np.sin(2.0 * t) + 0.4


def slopes(theta):
    wave = np.sin(theta[1] * t)
    miss = theta[0] * wave + theta[2] - y
    found = np.zeros(3)
    found[0] = 2 * np.mean(miss * wave)
    found[1] = 2 * np.mean(miss * theta[0] * np.cos(theta[1] * t))  # fault
    found[2] = 2 * np.mean(miss)
    return found


theta = np.array([1.0, 1.5, 0.0])
for epoch in range(100):
    loss = np.mean((theta[0] * np.sin(theta[1] * t) + theta[2] - y) ** 2)
    gradient = slopes(theta)
    theta = theta - 0.1 * gradient
