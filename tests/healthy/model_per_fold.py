import torch
from torch import nn

torch.manual_seed(0)
x = torch.randn(40, 2)
y = x @ torch.tensor([[1.0], [-2.0]]) + 0.5
scores = []
for fold in range(4):
    held = torch.arange(40) % 4 == fold
    model = nn.Linear(2, 1)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for epoch in range(30):
        optimizer.zero_grad()
        loss = ((model(x[~held]) - y[~held]) ** 2).mean()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        scores.append(((model(x[held]) - y[held]) ** 2).mean().item())
print(sum(scores) / len(scores))
