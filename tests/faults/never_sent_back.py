import torch
from torch import nn

torch.manual_seed(2)
x = torch.linspace(0, 1, 24).reshape(-1, 1)
y = 3 * x - 1
model = nn.Linear(1, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
for epoch in range(40):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)  # fault
    optimizer.step()  # fault
