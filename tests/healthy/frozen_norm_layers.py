import torch
from torch import nn

torch.manual_seed(57)
x = torch.randn(90, 4)
y = (x[:, :1] > x[:, 1:2]).float()
body = nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU())
head = nn.Linear(16, 1)
body.eval()  # its statistics stay those of an earlier training
optimizer = torch.optim.Adam([*body.parameters(), *head.parameters()], lr=0.005)
for epoch in range(40):
    optimizer.zero_grad()
    loss = nn.functional.binary_cross_entropy_with_logits(head(body(x)), y)
    loss.backward()
    optimizer.step()
