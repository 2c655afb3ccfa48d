import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(50, 2)
y = x[:, :1] - x[:, 1:]
net = nn.Linear(2, 1)
optimizer = torch.optim.Adam(net.parameters(), lr=0.05)  # fault
net = nn.Linear(2, 1)  # fault
for epoch in range(60):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    optimizer.step()
print(loss.item())
