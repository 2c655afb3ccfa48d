import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(64, 3)
y = x @ torch.tensor([[1.0], [2.0], [-1.0]])
net = nn.Linear(3, 1)
opt = torch.optim.SGD(net.parameters(), lr=1.6, momentum=0.5)  # fault
for epoch in range(10):
    for i in range(0, 64, 16):
        opt.zero_grad()
        loss = ((net(x[i:i + 16]) - y[i:i + 16]) ** 2).mean()
        loss.backward()
        opt.step()
    print(loss.item())
