import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(20, 1)
y = torch.arange(20).view(20, 1)  # fault
net = nn.Linear(1, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for epoch in range(5):
    opt.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    opt.step()
print(loss.item())
