import torch
from torch import nn


def fit(net, x, y, steps):
    opt = torch.optim.Adam(net.parameters(), lr=0.01)
    features = torch.relu(net[0](x))  # fault
    for step in range(steps):  # fault
        loss = nn.functional.mse_loss(net[1](features), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
    return loss.item()


torch.manual_seed(0)
x = torch.randn(30, 2)
print(fit(nn.Sequential(nn.Linear(2, 6), nn.Linear(6, 1)), x, x.sum(1, keepdim=True), 20))
