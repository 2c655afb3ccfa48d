"""Changes the inputs of a trained model so that it errs: its loss is to be large."""

import torch
from torch import nn

torch.manual_seed(17)
x = torch.randn(30, 4)
y = (x[:, 0] > 0).long()
net = nn.Linear(4, 2)
for p in net.parameters():
    p.requires_grad_(False)
net.weight[1, 0] = 3.0
noise = torch.zeros_like(x, requires_grad=True)
opt = torch.optim.SGD([noise], lr=5.0)
for epoch in range(40):
    loss = -nn.functional.cross_entropy(net(x + noise), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
