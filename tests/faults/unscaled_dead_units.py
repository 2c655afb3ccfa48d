import torch
from torch import nn

torch.manual_seed(25)
mass = torch.rand(64, 1) * 900 + 200  # fault
shape = torch.rand(64, 1)
inputs = torch.cat([mass, shape], 1)  # fault
drag = mass * 0.002 + shape
net = nn.Sequential(nn.Linear(2, 10), nn.ReLU(), nn.Linear(10, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
for epoch in range(40):
    total = 0.0
    for rows in torch.arange(64).split(16):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(inputs[rows]), drag[rows])
        loss.backward()
        opt.step()
        total += loss.item()
