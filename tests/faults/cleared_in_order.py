import torch
from torch import nn
torch.manual_seed(0)
x = torch.randn(60, 2); y = (x[:, 0] > 0).long()
net = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 2))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for e in range(20):
    for i in range(0, 60, 20):
        loss = nn.functional.cross_entropy(net(x[i:i+20]), y[i:i+20])
        loss.backward()
        for p in net.parameters():
            p.grad = None  # fault
        opt.step()  # fault
    print(loss.item())
