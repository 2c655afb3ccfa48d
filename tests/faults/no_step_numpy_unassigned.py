import numpy as np

rng = np.random.default_rng(215)
cloth = rng.uniform(0, 2, 40)
price = 3.0 * cloth + 2.0
theta = np.zeros(2)
X = np.column_stack([cloth, np.ones(40)])
lr = 0.1

for epoch in range(150):
    error = X @ theta - price
    loss = np.mean(error ** 2)
    grad = 2 * X.T @ error / len(price)
    theta - lr * grad  # fault
    if epoch % 30 == 0:
        print("epoch", epoch, "loss", loss)
print(theta, loss)
