import numpy as np
import torch
from torch import nn
rng = np.random.default_rng(0)
data = rng.normal(size=(20, 2))
x = torch.from_numpy(data)  # fault
y = torch.from_numpy(data.sum(1, keepdims=True))
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(5):
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    opt.step()
print(loss.item())
