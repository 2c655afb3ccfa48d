import torch
from torch import nn

torch.manual_seed(62)
x = torch.randn(50, 3)
body, price, size = nn.Linear(3, 6), nn.Linear(6, 1), nn.Linear(6, 1)
parameters = [each for part in (body, price, size) for each in part.parameters()]
optimizer = torch.optim.SGD(parameters, lr=0.1)
for epoch in range(30):
    features = torch.sigmoid(body(x))
    price_loss = (price(features) - x[:, :1]).pow(2).mean()
    size_loss = (size(features) - x[:, 1:2]).pow(2).mean()
    optimizer.zero_grad()
    price_loss.backward()  # fault
    size_loss.backward()  # fault
    optimizer.step()
