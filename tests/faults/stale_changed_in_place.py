import torch
from torch import nn

torch.manual_seed(5)
x = torch.randn(30, 2)
y = x.prod(1, keepdim=True)
net = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 1))
opt = torch.optim.SGD(net.parameters(), lr=0.1)
out = net(x)  # fault
for epoch in range(30):
    loss = nn.functional.mse_loss(out, y)
    opt.zero_grad()
    loss.backward(retain_graph=True)
    opt.step()
