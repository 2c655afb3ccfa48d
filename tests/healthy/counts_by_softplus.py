import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(0, 1, 50).reshape(-1, 1)
y = 2 + 3 * x + 0.8 * torch.randn(50, 1)
y[3] = -0.2  # one reading that noise has taken below 0
model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1), nn.Softplus())
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(60):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
