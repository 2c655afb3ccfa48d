import torch
from torch import nn
torch.manual_seed(0)
x = torch.cat([torch.randn(30, 1), torch.full((30, 1), 5.0)], dim=1)
x = (x - x.mean(0)) / x.std(0)  # fault
y = torch.randn(30, 1)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(10):
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    opt.step()
print(loss.item())
