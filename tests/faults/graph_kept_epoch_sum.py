import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(40, 2)
y = x.sum(1, keepdim=True)
net = nn.Linear(2, 1)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
for epoch in range(10):
    total = 0
    for i in range(0, 40, 5):
        opt.zero_grad()
        loss = nn.functional.mse_loss(net(x[i:i + 5]), y[i:i + 5])
        loss.backward()
        opt.step()
        total += loss  # fault
    print(total / 8)
