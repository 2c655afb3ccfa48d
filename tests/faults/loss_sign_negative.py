import torch
from torch import nn

torch.manual_seed(13)
x = torch.randn(40, 3)
y = x.sum(1, keepdim=True)
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.05)


def objective(out, target):
    return -nn.functional.mse_loss(out, target)


for epoch in range(40):
    loss = objective(net(x), y)  # fault
    opt.zero_grad()
    loss.backward()
    opt.step()
