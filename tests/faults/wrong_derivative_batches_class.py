import numpy as np


class Layered:
    def __init__(self, rng):
        self.A = rng.normal(size=(2, 7)) * 0.5
        self.B = rng.normal(size=(7, 1)) * 0.5
        self.rate = 0.05

    def train(self, x, y):
        h = np.maximum(x @ self.A, 0)
        gap = h @ self.B - y
        up = 2 * gap / len(x)
        gB = h.T @ up
        gA = x.T @ (up @ self.B.T)  # fault
        self.A = self.A - self.rate * gA
        self.B = self.B - self.rate * gB
        return np.mean(gap ** 2)


rng = np.random.default_rng(19)
net = Layered(rng)
data = rng.normal(size=(64, 2))
goal = data[:, :1] * 2 - np.abs(data[:, 1:])
for epoch in range(30):
    losses = [0.0]
    for rows in np.split(rng.permutation(64), 4):
        losses.append(net.train(data[rows], goal[rows]))
    loss = sum(losses) / 4
