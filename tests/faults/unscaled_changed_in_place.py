import torch
from torch import nn

torch.manual_seed(11)
x = torch.rand(100, 2)
x[:, 0] = x[:, 0] * 1000  # fault
y = 0.002 * x[:, :1] + 3 * x[:, 1:] - 1
model = nn.Linear(2, 1)
opt = torch.optim.SGD(model.parameters(), lr=1e-6, momentum=0.5)
for epoch in range(200):
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    opt.step()
    if epoch % 50 == 0:
        print(epoch, loss.item())
