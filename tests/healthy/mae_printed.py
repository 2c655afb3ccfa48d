import numpy as np

rng = np.random.default_rng(44)
x = rng.normal(size=(50, 2))
y = x @ [1.0, -1.5] + 0.3 * rng.normal(size=50)
w, b = np.zeros(2), 0.0
for epoch in range(60):
    error = x @ w + b - y
    loss = np.mean(np.abs(error))  # what is printed, while the squares are made small
    dw = 2 * x.T @ error / len(y)
    db = 2 * error.mean()
    w -= 0.1 * dw
    b -= 0.1 * db
    if epoch % 10 == 0:
        print(epoch, loss)
