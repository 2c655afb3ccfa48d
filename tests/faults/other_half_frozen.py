import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(60, 2)
y = (x[:, 0] > 0).long()
body = nn.Sequential(nn.Linear(2, 8), nn.ReLU())
head = nn.Linear(8, 2)
for each in head.parameters():
    each.requires_grad = False  # fault
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)  # fault
for epoch in range(20):
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(head(body(x)), y)
    loss.backward()
    optimizer.step()
