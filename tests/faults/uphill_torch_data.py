import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(30, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
for i in range(30):
    net.zero_grad()
    loss = nn.functional.mse_loss(net(x), y)
    loss.backward()
    for p in net.parameters():
        p.data.add_(0.05 * p.grad)  # fault
print(loss.item())
