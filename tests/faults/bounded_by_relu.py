import torch
from torch import nn

torch.manual_seed(0)
x = torch.linspace(-2, 2, 40).reshape(-1, 1)
y = torch.sin(2 * x)
model = nn.Sequential(
    nn.Linear(1, 16),
    nn.Tanh(),
    nn.Linear(16, 1),
    nn.ReLU(),  # fault
)
criterion = nn.SmoothL1Loss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for epoch in range(60):
    loss = criterion(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
