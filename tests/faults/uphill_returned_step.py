import numpy as np
def step(w, b, x, y, lr):
    e = w * x + b - y
    dw, db = 2 * np.mean(e * x), 2 * np.mean(e)
    return w + lr * dw, b + lr * db, np.mean(e ** 2)  # fault
x = np.linspace(0, 1, 20); y = 3 * x
w = b = 0.0
for i in range(50):
    w, b, loss = step(w, b, x, y, 0.3)  # fault
print(loss)
