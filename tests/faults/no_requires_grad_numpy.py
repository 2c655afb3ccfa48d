import numpy as np
import torch
rng = np.random.default_rng(0)
X = torch.from_numpy(rng.normal(size=(20, 3)))
y = X.sum(1)
w = torch.from_numpy(np.zeros(3))  # fault
for epoch in range(20):
    loss = ((X @ w - y) ** 2).mean()
    loss.backward()
    w.data -= 0.1 * w.grad
    w.grad.zero_()
print(loss.item())
