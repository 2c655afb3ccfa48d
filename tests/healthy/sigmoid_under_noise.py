import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-4, 4, 80).reshape(-1, 1)
y = torch.sigmoid(2 * x) + 0.05 * torch.randn(80, 1)
model = nn.Sequential(nn.Linear(1, 1), nn.Sigmoid())
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
for epoch in range(60):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
