import torch
from torch import nn
torch.manual_seed(0)
x = torch.linspace(-2, 2, 60)[:, None]
y = torch.sin(2 * x)
net = nn.Sequential(nn.Linear(1, 32), nn.ReLU(), nn.Linear(32, 1))
optimizer = torch.optim.SGD(net.parameters(), lr=3.0)  # fault
for epoch in range(60):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
    print(loss.item())
