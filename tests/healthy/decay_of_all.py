import numpy as np

rng = np.random.default_rng(49)
x = rng.normal(size=(50, 3))
y = x @ [1.0, -1.5, 0.5] + 0.4
params = {"w": np.full(3, 0.2), "b": np.array([0.1])}
for epoch in range(60):
    error = x @ params["w"] + params["b"] - y
    loss = np.mean(error**2)
    grads = {"w": 2 * x.T @ error / 50, "b": 2 * error.mean(keepdims=True)}
    for key in params:
        grads[key] = grads[key] + 0.1 * params[key]
        params[key] = params[key] - 0.1 * grads[key]
