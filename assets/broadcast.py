"""Learns hours to scores, and does not: something is wrong with it."""

import torch
from torch import nn

torch.manual_seed(4)
hours = torch.linspace(0, 8, 30).reshape(-1, 1)
scores = 3 * hours.squeeze() + 1

model = nn.Linear(1, 1)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.03)

for _ in range(200):
    predicted = model(hours)
    loss = criterion(predicted, scores)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

print(f"loss {loss.item():.4f}, slope {model.weight.item():.3f}")
