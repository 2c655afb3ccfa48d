import numpy as np

rng = np.random.default_rng(5)
x = rng.normal(size=(50, 3))
y = np.cos(x[:, :1]) - x[:, 1:2] * x[:, 2:]


class Net:
    def __init__(self, width):
        self.weights = {
            "in": np.zeros((3, width)),  # fault
            "shift": np.zeros(width),  # fault
            "out": np.zeros((width, 1)),  # fault
            "bias": np.zeros(1),
        }

    def update(self, x, y, rate):
        held = self.weights
        hidden = np.maximum(x @ held["in"] + held["shift"], 0)
        miss = hidden @ held["out"] + held["bias"] - y
        up = 2 * miss / len(x)
        down = (up @ held["out"].T) * (hidden > 0)
        slopes = {"in": x.T @ down, "shift": down.sum(0), "out": hidden.T @ up, "bias": up.sum(0)}
        for key in held:
            held[key] -= rate * slopes[key]
        return np.mean(miss**2)


net = Net(8)
for turn in range(60):
    loss = net.update(x, y, 0.05)
print(loss)
