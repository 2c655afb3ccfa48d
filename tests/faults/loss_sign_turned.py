import torch
from torch import nn
torch.manual_seed(0)
x = torch.rand(40, 2); y = x.sum(1, keepdim=True) + 1
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)
for epoch in range(100):
    opt.zero_grad()
    loss = ((net(x) - y) ** 2).mean()
    (-loss).backward()  # fault
    opt.step()
