import torch
from torch import nn
torch.manual_seed(0)
km = torch.tensor([[15000.], [42000.], [8000.], [90000.], [61000.], [30000.]])  # fault
eur = torch.tensor([[9.1], [6.0], [10.2], [2.0], [4.1], [7.7]])
net = nn.Sequential(nn.Linear(1, 8), nn.ReLU(), nn.Linear(8, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.01)  # fault
for epoch in range(60):
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(km), eur)
    loss.backward()
    opt.step()
print(loss.item())
