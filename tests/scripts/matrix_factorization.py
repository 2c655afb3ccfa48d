# parameters: P, Q, user_bias, item_bias
import numpy as np

np.random.seed(2)
R = np.array([[5, 3, 0, 1], [4, 0, 0, 1], [1, 1, 0, 5], [1, 0, 0, 4], [0, 1, 5, 4]], dtype=float)
n_users, n_items = R.shape
k, lr, reg = 2, 0.02, 0.02
P = np.random.normal(scale=1.0 / k, size=(n_users, k))
Q = np.random.normal(scale=1.0 / k, size=(n_items, k))
user_bias, item_bias = np.zeros(n_users), np.zeros(n_items)
mu = R[R > 0].mean()
samples = [(u, i, R[u, i]) for u in range(n_users) for i in range(n_items) if R[u, i] > 0]

for epoch in range(30):
    np.random.shuffle(samples)
    for u, i, r in samples:
        u, i = int(u), int(i)
        pred = mu + user_bias[u] + item_bias[i] + P[u] @ Q[i]
        e = r - pred
        user_bias[u] += lr * (e - reg * user_bias[u])
        item_bias[i] += lr * (e - reg * item_bias[i])
        pu = P[u].copy()
        P[u] += lr * (e * Q[i] - reg * P[u])
        Q[i] += lr * (e * pu - reg * Q[i])
    full = mu + user_bias[:, None] + item_bias[None, :] + P @ Q.T
    rmse = np.sqrt(np.mean((R - full)[R > 0] ** 2))
    if (epoch + 1) % 10 == 0:
        print(f"Iteration: {epoch + 1} ; error = {rmse:.4f}")
    # expect: loss=rmse, parameters={"P": P, "Q": Q, "user_bias": user_bias, "item_bias": item_bias}
