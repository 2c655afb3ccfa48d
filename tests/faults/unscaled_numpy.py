import numpy as np
rng = np.random.default_rng(0)
income = rng.uniform(20000, 90000, size=40)  # fault
spent = 0.3 * income / 1000 + 2
w, b = 0.0, 0.0
lr = 0.05  # fault
losses = []
for epoch in range(30):
    p = w * income + b
    losses.append(np.mean((p - spent) ** 2))
    dw = 2 * np.mean((p - spent) * income)
    db = 2 * np.mean(p - spent)
    w -= lr * dw
    b -= lr * db
print(losses[-1])
