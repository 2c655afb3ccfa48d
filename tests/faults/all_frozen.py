import torch
from torch import nn
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1))
for p in net.parameters():
    p.requires_grad = False  # fault
opt = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(20, 2)
y = x.sum(1, keepdim=True)
for epoch in range(10):
    loss = nn.functional.mse_loss(net(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
