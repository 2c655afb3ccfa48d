import numpy as np

rng = np.random.default_rng(27)
x = rng.normal(size=(40, 2))
y = x[:, :1] ** 2
net = {"first": np.full((2, 6), 0.2), "second": np.full((6, 1), 0.2)}  # fault
for epoch in range(50):
    hidden = np.tanh(x @ net["first"])
    miss = hidden @ net["second"] - y
    loss = np.mean(miss ** 2)
    up = 2 * miss / len(y)
    grads = {
        "first": x.T @ (up @ net["second"].T * (1 - hidden ** 2)),
        "second": hidden.T @ up,
    }
    for key in net:
        net[key] = net[key] - 0.1 * grads[key]
