import numpy as np
rng = np.random.default_rng(0)
X = rng.normal(size=(30, 2))
y = X @ [1.0, -1.0]
params = {"w": np.zeros(2), "b": 0.0}
for epoch in range(30):
    error = X @ params["w"] + params["b"] - y
    loss = np.mean(error ** 2)
    grads = {"w": 2 * X.T @ error / len(y), "b": 2 * error.mean()}
    for name in params:
        params[name] = params[name] + 0.1 * grads[name]  # fault
    print(loss)
