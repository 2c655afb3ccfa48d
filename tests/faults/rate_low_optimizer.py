import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-1, 1, 32).reshape(-1, 1)
y = 2 * x + 1
model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=1e-5)  # fault
for epoch in range(60):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
