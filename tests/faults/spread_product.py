import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(50, 4)
y = torch.where(x.sum(1) > 0, 1.0, -1.0)  # fault
net = nn.Linear(4, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(60):
    score = net(x)  # fault
    loss = torch.clamp(1 - y * score, min=0).mean()  # fault
    opt.zero_grad()
    loss.backward()
    opt.step()
    if epoch % 20 == 0:
        print(epoch, loss.item())
