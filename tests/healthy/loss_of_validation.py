import numpy as np

rng = np.random.default_rng(46)
data = rng.normal(size=(120, 2))
target = data @ [1.0, -1.5] + 0.3 * rng.normal(size=120)
x_train, x_valid, y_train, y_valid = data[:80], data[80:], target[:80], target[80:]
w, b = np.zeros(2), 0.0
for epoch in range(60):
    valid_loss = np.mean((x_valid @ w + b - y_valid) ** 2)
    error = x_train @ w + b - y_train
    dw = 2 * x_train.T @ error / len(y_train)
    db = 2 * error.mean()
    w -= 0.1 * dw
    b -= 0.1 * db
    print(epoch, valid_loss)
