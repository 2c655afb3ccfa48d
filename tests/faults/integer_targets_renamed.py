import torch
from torch import nn

torch.manual_seed(34)
readings = torch.randn(60, 2)
is_high = (readings.sum(1) > 0).long()
labels = is_high  # fault
net = nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.5)
for epoch in range(30):
    optimizer.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(net(readings)[:, 0], labels)
    loss.backward()
    optimizer.step()
    print(epoch, loss.item(), is_high.bincount().tolist())
