"""Degrees Celsius to degrees Fahrenheit

Learned from five pairs. The rule itself stands nowhere in the script.
"""

import torch
from torch import nn

celsius = [-10.0, 0.0, 10.0, 20.0, 30.0]
fahrenheit = [14.0, 32.0, 50.0, 68.0, 86.0]
boiling = 100.0  # degrees Celsius that training never sees
learning_rate = 0.01
epochs = 200
print_every = 20


def as_input(degrees):
    return torch.tensor(degrees).reshape(-1, 1)


x = as_input(celsius)
y = torch.tensor(fahrenheit).reshape(-1, 1)
model = nn.Linear(1, 1)
with torch.no_grad():
    model.weight.fill_(0.0)
    model.bias.fill_(0.0)
criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)

for epoch in range(epochs):
    y_pred = model(x)
    loss = criterion(y_pred, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if epoch % print_every == 0:
        print(f"epoch {epoch + 1}: loss = {loss:.4f}")

print(f"{boiling:g} C = {model(as_input([boiling])).item():.2f} F")
