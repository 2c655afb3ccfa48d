# parameters: w, b
import numpy as np


def rmsprop(param, grad, cache, lr=0.05, decay=0.9, eps=1e-8):
    cache = decay * cache + (1 - decay) * grad**2
    return param - lr * grad / (np.sqrt(cache) + eps), cache


def predict(x, w, b):
    return x @ w + b


np.random.seed(31)
features = np.random.rand(25, 3)
prices = features @ np.array([4.0, 2.0, -3.0]) + 1.0
w, b = np.zeros(3), 0.0
cache_w, cache_b = np.zeros(3), 0.0
history = []

for epoch in range(60):
    error = predict(features, w, b) - prices
    mse = (error**2).mean()
    grad_w = 2 * features.T @ error / len(prices)
    grad_b = 2 * error.mean()
    w, cache_w = rmsprop(w, grad_w, cache_w)
    b, cache_b = rmsprop(b, grad_b, cache_b)
    history.append(mse)
    # expect: loss=mse, parameters={"w": w, "b": b}, gradients={"w": grad_w, "b": grad_b}
print(f"{history[0]:.3f} -> {history[-1]:.3f}")
