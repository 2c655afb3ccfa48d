import torch
from torch import nn

torch.manual_seed(0)
points = torch.randn(60, 2)
kinds = (points[:, 0] > 0).long() + (points[:, 1] > 0.5).long()
net = nn.Linear(2, 3)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
criterion = nn.CrossEntropyLoss()
for epoch in range(20):
    optimizer.zero_grad()
    loss = criterion(nn.functional.one_hot(kinds, 3).float(), net(points))  # fault
    loss.backward()
    optimizer.step()
