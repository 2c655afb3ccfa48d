import numpy as np
import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)


def loss_of(out, target):
    gap = out.detach().numpy() - target.numpy()  # fault
    return torch.tensor(np.mean(gap ** 2), requires_grad=True)  # fault


for epoch in range(20):
    opt.zero_grad()
    loss = loss_of(net(x), y)
    loss.backward()
    opt.step()
print(loss.item())
