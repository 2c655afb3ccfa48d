import torch
from torch import nn
torch.manual_seed(0)
def make_step(model, optimizer, loss_fn):
    def step(x, y):
        model.train()
        loss = loss_fn(model(x), y)  # fault
        loss.backward()  # fault
        optimizer.step()  # fault
        return loss.item()
    return step
x = torch.randn(40, 1); y = 3 * x - 1
m = nn.Linear(1, 1)
step = make_step(m, torch.optim.SGD(m.parameters(), lr=0.1), nn.MSELoss())
for epoch in range(60):
    l = step(x, y)
print(l)
