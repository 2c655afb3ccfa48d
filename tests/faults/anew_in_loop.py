import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-1, 1, 32).reshape(-1, 1)
y = x**2
criterion = nn.MSELoss()
for epoch in range(60):
    model = nn.Sequential(nn.Linear(1, 8), nn.Tanh(), nn.Linear(8, 1))  # fault
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
