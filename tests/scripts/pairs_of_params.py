# parameters: params[0][0], params[0][1], params[1][0], params[1][1]
import numpy as np


def init_layer(m, n, rng, scale=0.4):
    return scale * rng.normal(size=(m, n)), np.zeros(n)


def forward(params, x):
    (w1, b1), (w2, b2) = params
    h = np.maximum(x @ w1 + b1, 0)
    return h, h @ w2 + b2


def value_and_grad(params, x, y):
    (w1, b1), (w2, b2) = params
    h, out = forward(params, x)
    err = out - y
    dout = 2 * err / len(x)
    dh = (dout @ w2.T) * (h > 0)
    return float(np.mean(err**2)), [(x.T @ dh, dh.sum(0)), (h.T @ dout, dout.sum(0))]


rng = np.random.default_rng(66)
x = rng.uniform(-1, 1, size=(50, 2))
y = np.abs(x[:, :1]) + x[:, 1:]
sizes = [2, 6, 1]
params = [init_layer(m, n, rng) for m, n in zip(sizes[:-1], sizes[1:])]
step_size = 0.1

for epoch in range(20):
    loss, grads = value_and_grad(params, x, y)
    params = [(w - step_size * dw, b - step_size * db) for (w, b), (dw, db) in zip(params, grads)]
    if epoch % 5 == 0:
        print(f"{epoch}: {loss:.5f}")
    # expect: loss=loss, parameters={f"params[{i}][{j}]": params[i][j] for i in (0, 1) for j in (0, 1)},
    #     gradients={f"params[{i}][{j}]": grads[i][j] for i in (0, 1) for j in (0, 1)}
