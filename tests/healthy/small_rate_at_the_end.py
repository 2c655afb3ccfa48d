import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-1, 1, 40).reshape(-1, 1)
y = 3 * x + 0.3 * torch.randn(40, 1)
model = nn.Linear(1, 1)
with torch.no_grad():  # as it was trained before
    model.weight.fill_(3.0)
    model.bias.fill_(0.0)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-5)
for epoch in range(30):
    loss = nn.functional.mse_loss(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
