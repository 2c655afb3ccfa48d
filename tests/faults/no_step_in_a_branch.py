import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(64, 3)
y = x @ torch.tensor([[1.0], [-2.0], [0.5]])
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
every = 8
for epoch in range(20):
    for number, part in enumerate(torch.arange(64).split(16)):
        loss = nn.functional.mse_loss(model(x[part]), y[part]) / every
        loss.backward()  # fault
        if (number + 1) % every == 0:  # fault
            optimizer.step()  # fault
            optimizer.zero_grad()
