import numpy as np

rng = np.random.default_rng(26)
x = rng.normal(size=(50, 3))
y = np.abs(x[:, :1]) + x[:, 1:2]
layers = [rng.normal(size=(3, 8)) * 0.5, rng.normal(size=(8, 8)) * 0.4, rng.normal(size=(8, 1))]
for epoch in range(60):
    outs = [x]
    for k, layer in enumerate(layers):
        z = outs[-1] @ layer
        outs.append(np.tanh(z) if k < 2 else z)
    loss = np.mean((outs[-1] - y) ** 2)
    back = 2 * (outs[-1] - y) / len(y)
    for k in (2, 1, 0):
        grad = outs[k].T @ back if k else x.T @ (back ** 3)  # fault
        back = back @ layers[k].T * (1 - outs[k] ** 2)
        layers[k] -= 0.05 * grad
