import torch
from torch import nn


def init(layer):
    if isinstance(layer, nn.Linear):
        nn.init.constant_(layer.weight, 0.5)  # fault
        nn.init.zeros_(layer.bias)  # fault


torch.manual_seed(0)
x = torch.randn(60, 2)
y = x.prod(1, keepdim=True)
net = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 1))
net.apply(init)  # fault
opt = torch.optim.Adam(net.parameters(), lr=0.02)
for epoch in range(40):
    loss = nn.functional.mse_loss(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
