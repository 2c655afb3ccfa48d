import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
penalty = sum((p ** 2).sum() for p in net.parameters())  # fault
for epoch in range(20):
    loss = nn.functional.mse_loss(net(x), y) + 0.01 * penalty
    opt.zero_grad()
    loss.backward()
    opt.step()
print(loss.item())
