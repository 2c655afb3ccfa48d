import torch
from torch import nn

torch.manual_seed(35)
x = torch.rand(50, 1) * 3
y = x.sqrt() + 1
trunk = nn.Sequential(nn.Linear(1, 12), nn.Tanh())
top = nn.Linear(12, 1)
optimizer = torch.optim.Adam(
    [
        {"params": [top.weight], "lr": 0.02},  # fault
        {"params": trunk.parameters(), "lr": 0.01},
    ]
)
for epoch in range(60):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(top(trunk(x)), y)
    loss.backward()
    optimizer.step()
