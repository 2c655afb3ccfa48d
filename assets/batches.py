"""A small network, trained in batches

Prediction: nn.Sequential
Gradients: autograd
Loss: PyTorch
Parameter updates: PyTorch

A script of the kind that gdtui did not come with: it learns the exclusive or, two samples
at a time, in random order. Run it with `gdtui run assets/batches.py`.
"""

import torch
from torch import nn

hidden = 4  # units in the hidden layer
learning_rate = 0.1  # how far one update moves
epochs = 60  # how many times to go through all samples
batch_size = 2  # samples in one batch
seed = 0  # the same number starts the same way

torch.manual_seed(seed)
x = torch.tensor([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
y = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
model = nn.Sequential(nn.Linear(2, hidden), nn.Tanh(), nn.Linear(hidden, 1))
criterion = nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=learning_rate)

for epoch in range(epochs):
    total = 0.0
    for batch in torch.randperm(len(x)).split(batch_size):
        y_pred = model(x[batch])
        loss = criterion(y_pred, y[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    if (epoch + 1) % 10 == 0:
        print(f"epoch {epoch + 1}: loss = {total / (len(x) / batch_size):.6f}")

print("Predictions:", [round(value, 2) for value in model(x).flatten().tolist()])
