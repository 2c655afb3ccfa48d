import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(80, 2)
y = (x[:, :1] * x[:, 1:])
net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
rate = 8.0  # fault
optimizer = torch.optim.Adam(net.parameters(), lr=rate)  # fault
for epoch in range(100):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
print(loss.item())
