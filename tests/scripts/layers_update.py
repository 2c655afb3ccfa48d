# parameters: layers[0].w, layers[0].b, layers[2].w, layers[2].b
import numpy as np

rng = np.random.default_rng(3)


class Affine:
    def __init__(self, n_in, n_out):
        self.w = rng.normal(size=(n_in, n_out)) * 0.5
        self.b = np.zeros(n_out)

    def forward(self, x):
        self.x = x
        return x @ self.w + self.b

    def backward(self, dout):
        self.dw = self.x.T @ dout
        self.db = dout.sum(axis=0)
        return dout @ self.w.T

    def update(self, lr):
        self.w -= lr * self.dw
        self.b -= lr * self.db


class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, dout):
        return dout * self.out * (1 - self.out)

    def update(self, lr):
        pass


x = rng.uniform(-1, 1, size=(30, 2))
t = (x[:, :1] * x[:, 1:]) * 2
layers = [Affine(2, 5), Sigmoid(), Affine(5, 1)]
for epoch in range(12):
    out = x
    for layer in layers:
        out = layer.forward(out)
    loss = np.mean((out - t) ** 2)
    dout = 2 * (out - t) / len(t)
    for layer in reversed(layers):
        dout = layer.backward(dout)
    for layer in layers:
        layer.update(0.5)
    if epoch % 4 == 0:
        print(f"epoch {epoch} loss {loss:.6f}")
    # expect: loss=loss, parameters={f"layers[{k}].{n}": getattr(layers[k], n) for k in (0, 2) for n in "wb"},
    #     gradients={f"layers[{k}].{n}": getattr(layers[k], "d" + n) for k in (0, 2) for n in "wb"}
