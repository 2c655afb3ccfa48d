import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(20):
    opt.zero_grad()
    pred = net(x).detach()  # fault
    loss = nn.functional.mse_loss(pred, y)
    loss.backward()
    opt.step()
print(loss.item())
