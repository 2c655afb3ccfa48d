"""The temperature of a summer day

A small net learns it from eight readings: layers with a bend behind each, and
one layer that puts their results together.
"""

import torch
from torch import nn

hours = [0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0]
celsius = [14.0, 12.0, 13.0, 18.0, 23.0, 25.0, 22.0, 17.0]
seed = 1
learning_rate = 0.3
epochs = 500
print_every = 50

# A net learns best from numbers close to 0. So hours are counted from noon, in
# halves of a day, and degrees from 18, in tens.
x = (torch.tensor(hours).reshape(-1, 1) - 12) / 12
y = (torch.tensor(celsius).reshape(-1, 1) - 18) / 10


class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.hidden = nn.ModuleList([nn.Linear(1, width), nn.Linear(width, width)])
        self.output = nn.Linear(width, 1)

    def forward(self, x):
        for layer in self.hidden:
            x = torch.tanh(layer(x))
        return self.output(x)


torch.manual_seed(seed)
model = Net(width=2)
n_learned = sum(each.numel() for each in model.parameters())
print(f"Numbers to learn: {n_learned}")

criterion = nn.MSELoss()
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate)

for epoch in range(epochs):
    y_pred = model(x)
    loss = criterion(y_pred, y)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    if epoch % print_every == 0:
        print(f"epoch {epoch + 1}: loss = {loss:.6f}")

print(f"At noon: {y_pred[4].item() * 10 + 18:.1f} C, measured {celsius[4]:.1f}")
