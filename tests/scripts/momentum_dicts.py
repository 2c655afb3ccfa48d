# parameters: params['W1'], params['b1'], params['W2'], params['b2']
import numpy as np


def init(sizes, rng):
    params = {}
    for i, (a, c) in enumerate(zip(sizes, sizes[1:]), 1):
        params[f"W{i}"] = rng.normal(size=(a, c)) / np.sqrt(a)
        params[f"b{i}"] = np.zeros(c)
    return params


def loss_and_grads(params, x, y):
    h = np.tanh(x @ params["W1"] + params["b1"])
    out = h @ params["W2"] + params["b2"]
    diff = out - y
    loss = np.mean(diff**2)
    dout = 2 * diff / diff.size
    dh = dout @ params["W2"].T * (1 - h**2)
    grads = {"W2": h.T @ dout, "b2": dout.sum(0), "W1": x.T @ dh, "b1": dh.sum(0)}
    return loss, grads


rng = np.random.default_rng(5)
x = rng.uniform(-2, 2, size=(40, 1))
y = np.sin(x)
params = init([1, 6, 1], rng)
velocity = {name: np.zeros_like(value) for name, value in params.items()}
lr, momentum = 0.1, 0.9

for epoch in range(30):
    loss, grads = loss_and_grads(params, x, y)
    for name in params:
        velocity[name] = momentum * velocity[name] - lr * grads[name]
        params[name] += velocity[name]
    if epoch % 10 == 9:
        print(f"epoch {epoch + 1}: loss {loss:.5f}")
    # expect: loss=loss, parameters={f"params[{k!r}]": v for k, v in params.items()},
    #     gradients={f"params[{k!r}]": v for k, v in grads.items()}
